/**
 * What somebody has typed and not sent yet, kept in this browser: neither a reload, a lost line nor the window of a
 * detached chat loses it.
 *
 * @module
 */

const PREFIX = "nearhand.draft.";

/** Older drafts belong to sessions that are long over. */
const KEPT_MS = 24 * 3600 * 1000;

export function draftOf(chat: string): string {
  try {
    return (JSON.parse(localStorage.getItem(PREFIX + chat) ?? "{}") as { text?: string }).text ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(chat: string, text: string): void {
  if (text === "") {
    localStorage.removeItem(PREFIX + chat);
  } else {
    localStorage.setItem(PREFIX + chat, JSON.stringify({ text, atMs: Date.now() }));
  }
}

/** Forgets drafts that nobody will send. */
export function dropOldDrafts(nowMs: number): void {
  for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) {
    try {
      const { atMs } = JSON.parse(localStorage.getItem(key) ?? "{}") as { atMs?: number };
      if ((atMs ?? 0) + KEPT_MS < nowMs) {
        localStorage.removeItem(key);
      }
    } catch {
      localStorage.removeItem(key);
    }
  }
}
