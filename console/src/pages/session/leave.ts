/**
 * Closing a session's tab: what the technician is asked, by what he is in the session, and what is then done.
 *
 * @module
 */
import * as api from "../../api/desk.ts";
import { t } from "../../i18n/i18n.svelte.ts";
import { desk } from "../../state/desk.svelte.ts";
import type { LiveSession } from "../../state/live-session.svelte.ts";
import { goTo } from "../../state/route.svelte.ts";
import { sessions } from "../../state/sessions.svelte.ts";
import { shownSession } from "../../state/shown.svelte.ts";
import { ask } from "../../ui/confirm.svelte.ts";
import { attempt } from "../../ui/toasts.svelte.ts";

/** Asks, does what was chosen, and closes the tab. */
export async function leaveSession(session: LiveSession): Promise<void> {
  const { id } = session;
  if (id === undefined || session.isOver || session.about === undefined) {
    closeTab(session);
    return;
  }
  const choice = await ask({
    title: t("leave-title", { name: session.name }),
    choices: session.isOwner ? ownerChoices(session) : memberChoices(),
  });
  if (choice === "end" || choice === "keep" || choice === "leave") {
    const isDone = await attempt(() => api.act(id, { do: choice }));
    if (isDone) {
      closeTab(session);
    }
  }
}

/** Closes a tab, and shows the queue where it was shown. */
export function closeTab(session: LiveSession): void {
  const wasShown = shownSession() === session;
  sessions.close(session);
  desk.sessions.stale();
  if (wasShown) {
    goTo({ page: "queue", queue: "personal" });
  }
}

function ownerChoices(session: LiveSession) {
  const isJump = session.about?.client === "installed";
  const offered = session.about?.transfer
    ? [{ id: "leave", label: t("leave-offered"), hint: t("leave-offered-hint") }]
    : [];
  return [
    ...offered,
    { id: "keep", label: t("leave-keep"), hint: t("leave-keep-hint") },
    {
      id: "end",
      label: t("leave-end"),
      kind: "danger",
      hint: t(isJump ? "leave-end-jump-hint" : "leave-end-hint"),
    } as const,
  ];
}

function memberChoices() {
  return [{ id: "leave", label: t("leave-leave"), kind: "primary", hint: t("leave-leave-hint") }] as const;
}
