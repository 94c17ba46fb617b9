/**
 * Who did something, as the log and chats write it (`account:7`, `customer:12`, `relay`), in words.
 *
 * @module
 */
import { t } from "../i18n/i18n.svelte.ts";
import { names } from "./names.svelte.ts";

/** Kinds of actors that have no name of their own. */
const KINDS = ["external", "customer", "endpoint", "visitor", "relay", "operator"];

export function actorName(text: string): string {
  const [kind = "", id = ""] = text.split(":");
  if (kind === "account") {
    return names.of("account", Number(id));
  }
  return KINDS.includes(kind) ? t(`admin-actor-${kind}`, { id }) : text;
}
