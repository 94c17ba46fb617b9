/**
 * What a line of the log says happened, in words. Pure.
 *
 * @module
 */
import type { LogLine } from "../api/administration.ts";

type Translate = (key: string, variables?: Record<string, string | number>) => string;

/** What has a text of its own, `admin-event-SUBJECT-EVENT`; what a newer relay writes is told by its names. */
export const EVENTS: Readonly<Record<string, readonly string[]>> = {
  session: [
    ...["started", "moved", "owned", "transfer_offered", "transfer_ended", "joined", "left", "member_lost"],
    ...["member_back", "customer_came", "customer_lost", "customer_gone", "rule_done", "ended"],
  ],
  invitation: [
    ...["invited", "ended", "external_invited", "external_mailed", "external_joined", "external_ended"],
  ],
  chat: ["said", "said_to_team"],
  key: ["made", "used", "mailed", "forgotten"],
  jump: [
    ...["token_made", "token_gone", "enrolled", "saw", "relabelled", "moved", "password_set", "used"],
    ...["usage_forgotten", "removed"],
  ],
  record: ["created", "changed", "removed", "site_changed", "preferred"],
  presence: ["opened", "closed", "available"],
  login: [
    ...["logged_in", "login_failed", "login_throttled", "logged_out", "login_revoked", "password_changed"],
    ...[
      "password_reset",
      "totp_enabled",
      "totp_disabled",
      "recovery_code_used",
      "token_made",
      "token_revoked",
    ],
    ...["token_used_from_new_address", "unlocked", "item_password_wrong"],
  ],
  rating: ["rated"],
};

/** What is done in a session at its computer, `admin-deed-…`. */
export const DEEDS = [
  ...["special", "script", "end_process", "service", "restrict", "read_clipboard", "write_clipboard"],
  "ask_consent",
] as const;

/** What is done with files there, `admin-deed-…`. */
export const FILE_DEEDS = [
  ...["file_list", "file_look", "file_download", "file_upload", "file_make", "file_rename", "file_remove"],
] as const;

/** How far it came, `admin-step-…`. */
export const STEPS = [
  ...["began", "done", "status", "signal", "timed_out", "stopped", "refused", "broken"],
] as const;

/** How the log of files says the same. */
const FILE_STEPS: Readonly<Record<string, string>> = {
  "": "done",
  _begun: "began",
  _done: "done",
  _refused: "refused",
  _broken_off: "broken",
};

export function eventText({ fact }: LogLine, t: Translate): string {
  const { subject, event } = fact as { subject?: unknown; event?: unknown };
  const name = String(event);
  if (EVENTS[String(subject)]?.includes(name)) {
    return t(`admin-event-${subject}-${name.replaceAll("_", "-")}`);
  }
  const [deed, step] = subject === "act" ? fileDeed(name) : deedOf(fact);
  const isKnown = includes([...DEEDS, ...FILE_DEEDS], deed) && includes(STEPS, step);
  return isKnown
    ? t("admin-event-deed", { deed: t(`admin-deed-${dashed(deed)}`), step: t(`admin-step-${dashed(step)}`) })
    : `${t(`admin-subject-${subject}`)} · ${name}`;
}

function deedOf({ deed, step }: Readonly<Record<string, unknown>>): [string, string] {
  const { what } = (deed ?? {}) as { what?: unknown };
  const { step: far } = (step ?? {}) as { step?: unknown };
  return [String(what), String(far)];
}

function fileDeed(event: string): [string, string] {
  const deed = FILE_DEEDS.find((one) => event.startsWith(one)) ?? "";
  return [deed, FILE_STEPS[event.slice(deed.length)] ?? ""];
}

const includes = (list: readonly string[], one: string) => list.includes(one);
const dashed = (name: string) => name.replaceAll("_", "-");
