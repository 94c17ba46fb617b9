/**
 * Chats that are shown in windows of their own. The windows of a browser tell each other; a chat whose window closes
 * is back beside its session.
 *
 * @module
 */

/** `asks`: a page that was loaded anew wants to know which windows there are. */
type Word = { readonly kind: "opened" | "closed"; readonly session: number } | { readonly kind: "asks" };

const CHANNEL = "nearhand.chats";
const SIZE = "popup,width=420,height=640";

class Detached {
  #sessions = $state.raw<ReadonlySet<number>>(new Set());
  #channel: BroadcastChannel | undefined;

  /** Hears from the windows until the returned function is called. */
  follow(): () => void {
    const channel = new BroadcastChannel(CHANNEL);
    channel.addEventListener("message", ({ data }: MessageEvent<Word>) => this.#take(data));
    this.#channel = channel;
    channel.postMessage({ kind: "asks" } satisfies Word);
    return () => channel.close();
  }

  has(session: number | undefined): boolean {
    return session !== undefined && this.#sessions.has(session);
  }

  /** Shows a session's chat in a window of its own. */
  open(session: number): void {
    const url = `${location.pathname}${location.search}#/chat/${session}`;
    if (window.open(url, `nearhand-chat-${session}`, SIZE)) {
      this.#set(session, true);
    }
  }

  /** Brings it back: its window is asked to close. */
  attach(session: number): void {
    this.#channel?.postMessage({ kind: "closed", session } satisfies Word);
    this.#set(session, false);
  }

  #take(word: Word): void {
    if (word.kind !== "asks") {
      this.#set(word.session, word.kind === "opened");
    }
  }

  #set(session: number, isOpen: boolean): void {
    const sessions = new Set(this.#sessions);
    if (isOpen) {
      sessions.add(session);
    } else {
      sessions.delete(session);
    }
    this.#sessions = sessions;
  }
}

export const detached = new Detached();

/** For the window of a chat: tells the others that it is there, until the returned function is called. */
export function announceWindow(session: number): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const say = (kind: "opened" | "closed") => channel.postMessage({ kind, session } satisfies Word);
  const leave = () => say("closed");
  channel.addEventListener("message", ({ data }: MessageEvent<Word>) => {
    if (data.kind === "asks") {
      say("opened");
    } else if (data.kind === "closed" && data.session === session) {
      window.close();
    }
  });
  addEventListener("pagehide", leave);
  say("opened");
  return () => {
    removeEventListener("pagehide", leave);
    leave();
    channel.close();
  };
}
