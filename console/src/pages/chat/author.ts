/**
 * Who said something, by the name that a page can show.
 *
 * @module
 */
import type { Guest, Session } from "../../api/desk.ts";
import { t } from "../../i18n/i18n.svelte.ts";
import { desk } from "../../state/desk.svelte.ts";

/** `by` is `account:7`, `external:3` or `customer:12`. */
export function authorName(by: string, session: Session | undefined, guests: readonly Guest[] = []): string {
  const [kind, number] = by.split(":");
  switch (kind) {
    case "account":
      return desk.name("account", Number(number));
    case "external":
      return guests.find((one) => one.id === Number(number))?.name ?? t("member-external");
    case "customer":
    case "endpoint":
      return session?.customer ?? t("chat-customer");
    default:
      return t("chat-relay");
  }
}
