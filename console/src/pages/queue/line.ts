/**
 * A line of a queue in words, and what can be done with it. Pure but for what is sent.
 *
 * @module
 */

import type { Line, Session } from "../../api/desk.ts";
import * as api from "../../api/desk.ts";
import { t } from "../../i18n/i18n.svelte.ts";
import { whenConnected } from "../../state/connected.ts";
import { desk } from "../../state/desk.svelte.ts";
import { goTo } from "../../state/route.svelte.ts";
import { sessions } from "../../state/sessions.svelte.ts";
import { attempt } from "../../ui/toasts.svelte.ts";

/** The same for the same line, whatever its place. */
export function keyOf(line: Line): string {
  return line.entry === "invited" ? `invited-${line.invitation}` : `${line.entry}-${line.session}`;
}

/** Milliseconds since 1970 at which the waiting began; of lines that do not wait, at which they came. */
export function sinceMs(line: Line, readAtMs: number): number {
  switch (line.entry) {
    case "waiting":
      return readAtMs - line.waited_s * 1000;
    case "offered":
    case "invited":
      return Date.parse(line.since);
    case "joined":
      return Date.parse(line.about.started);
  }
}

/** `3 s`, `4 min`, `2 h 5 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) {
    return t("duration-seconds", { seconds });
  }
  return minutes < 60
    ? t("duration-minutes", { minutes })
    : t("duration-hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** How a session came about. */
export function originText({ origin }: Session): string {
  switch (origin.kind) {
    case "key":
      return t("origin-key", { by: desk.name("account", origin.by) });
    case "issue":
      return desk.name("issue", origin.issue);
    case "technician":
      return t("origin-technician", { name: desk.name("account", origin.account) });
    case "jump":
      return t("origin-jump", { by: desk.name("account", origin.by) });
  }
}

/** What a line is, in a word or two. */
export function stateText(line: Line): string {
  switch (line.entry) {
    case "waiting":
      return line.is_kept ? t("line-kept") : t("line-waiting", { position: String(line.position) });
    case "offered":
      return t("line-offered", { by: desk.name("account", line.about.owner) });
    case "invited":
      return line.help === null
        ? t("line-invited", { by: desk.name("account", line.by) })
        : t("line-help", { by: desk.name("account", line.by), issue: desk.name("issue", line.help) });
    case "joined":
      return line.is_owner ? t("line-owned") : t("line-member");
  }
}

/** The word on the button that goes into the session. */
export function acceptText(line: Line): string {
  return t(line.entry === "joined" ? "line-open" : line.entry === "invited" ? "line-join" : "line-accept");
}

/** Goes into the session: takes it over, accepts an invitation, or opens its tab. */
export async function accept(line: Line): Promise<void> {
  const { session } = line;
  const isIn = await attempt(async () => {
    if (line.entry === "invited") {
      await whenConnected(() => api.answerInvitation(line.invitation, "accept"));
    } else if (line.entry !== "joined") {
      await whenConnected(() => api.act(session, { do: "accept" }));
    }
  });
  if (isIn) {
    sessions.expect(session);
    await desk.sessions.now();
    goTo({ page: "session", session });
  }
}

/** Whether an answer of no is possible: an invitation, or an offer to oneself. */
export function canDecline(line: Line): boolean {
  return (
    line.entry === "invited" || (line.entry === "offered" && line.about.transfer?.to.kind === "personal")
  );
}

export async function decline(line: Line): Promise<void> {
  await attempt(() =>
    line.entry === "invited"
      ? api.answerInvitation(line.invitation, "decline")
      : api.act(line.session, { do: "decline_transfer" }),
  );
}
