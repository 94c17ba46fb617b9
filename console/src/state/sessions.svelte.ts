/**
 * The sessions of this page, one tab each: those that the desk has us in, and those that are over but not closed yet.
 *
 * @module
 */
import type { Session } from "../api/desk.ts";
import { LiveSession } from "./live-session.svelte.ts";

class Sessions {
  list = $state.raw<readonly LiveSession[]>([]);
  #views = 0;
  /** Left by us; the desk's list may lag behind. */
  readonly #left = new Set<number>();

  find(id: number): LiveSession | undefined {
    return this.list.find((one) => one.id === id);
  }

  /** The tab of a computer to which this page jumped. */
  ofEndpoint(endpointId: string): LiveSession | undefined {
    return this.list.find((one) => one.endpointId === endpointId && !one.isOver);
  }

  /** The desk has us in these sessions. */
  sync(mine: readonly Session[]): void {
    const ids = new Set(mine.map((one) => one.id));
    for (const id of this.#left) {
      if (!ids.has(id)) {
        this.#left.delete(id);
      }
    }
    for (const known of this.list) {
      if (known.id !== undefined && !ids.has(known.id) && known.about !== undefined) {
        known.isOver = true;
      }
    }
    for (const one of mine.filter(({ id }) => !this.#left.has(id))) {
      this.#take(one);
    }
  }

  /** We are about to come into a session that we may have left before. */
  expect(id: number): void {
    this.#left.delete(id);
  }

  /** The tab for a session; a new one where there is none. */
  open(id: number): LiveSession {
    return this.find(id) ?? this.#add(new LiveSession(this.#next(), { kind: "session", session: id }));
  }

  /** The tab for a session with a computer, which starts when it is joined. */
  jump(endpointId: string): LiveSession {
    return (
      this.ofEndpoint(endpointId) ??
      this.#add(new LiveSession(this.#next(), { kind: "endpoint", endpointId }))
    );
  }

  /** Closes a tab. */
  close(session: LiveSession): void {
    session.close();
    if (session.id !== undefined && !session.isOver) {
      this.#left.add(session.id);
    }
    this.list = this.list.filter((one) => one !== session);
  }

  clear(): void {
    for (const session of this.list) {
      session.close();
    }
    this.list = [];
    this.#left.clear();
  }

  #take(mine: Session): void {
    const { origin } = mine;
    const known = this.find(mine.id);
    if (known) {
      known.isOver = false;
      return;
    }
    // The desk's news may come before the link's answer.
    const coming =
      origin.kind === "jump"
        ? this.list.find((one) => one.id === undefined && one.endpointId === origin.item)
        : undefined;
    if (coming) {
      coming.id = mine.id;
    } else {
      this.open(mine.id);
    }
  }

  #next(): number {
    this.#views += 1;
    return this.#views;
  }

  #add(session: LiveSession): LiveSession {
    this.list = [...this.list, session];
    return session;
  }
}

export const sessions = new Sessions();
