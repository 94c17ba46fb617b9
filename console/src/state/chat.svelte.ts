/**
 * Chats: of sessions, with their customers, and of teams. What was said is read behind the last message that is known,
 * whenever the relay says that there is more.
 *
 * @module
 */
import { untrack } from "svelte";

import type { Said } from "../api/desk.ts";
import * as api from "../api/desk.ts";
import type { News } from "../api/events.ts";
import { desk } from "./desk.svelte.ts";
import { draftOf, keepDraft } from "./drafts.ts";
import { objectsOf } from "./news.ts";
import { Reading } from "./reading.svelte.ts";

/** Messages of one answer of the relay; a full one has others behind it. */
const PAGE = 200;

export type ChatKind = "session" | "team";

export class Chat {
  readonly kind: ChatKind;
  readonly id: number;
  messages = $state.raw<readonly Said[]>([]);
  /** Messages of others since it was last looked at. */
  unread = $state(0);
  isSending = $state(false);
  #draft = $state("");
  /** Whether somebody looks at it: in this page, or in a window of its own. */
  #isSeen = false;
  #isRead = false;
  readonly #more: Reading<readonly Said[]>;

  constructor(kind: ChatKind, id: number) {
    this.kind = kind;
    this.id = id;
    this.#draft = draftOf(this.#name);
    this.#more = new Reading(() => this.#readMore());
  }

  /** What is typed and not sent yet. */
  get draft(): string {
    return this.#draft;
  }

  set draft(text: string) {
    this.#draft = text;
    keepDraft(this.#name, text);
  }

  /** Why messages are not read, if they are not. */
  get error(): unknown {
    return this.#more.error;
  }

  /** There may be more than is known. */
  stale(): void {
    this.#more.stale();
  }

  see(isSeen: boolean): void {
    this.#isSeen = isSeen;
    if (isSeen) {
      this.unread = 0;
    }
  }

  /** Another window has taken over what was typed, or gives it back. */
  readDraft(): void {
    this.#draft = draftOf(this.#name);
  }

  /** Sends what is typed. It stays typed until the relay has it. */
  async send(): Promise<void> {
    const text = this.#draft.trim();
    if (text === "" || this.isSending) {
      return;
    }
    this.isSending = true;
    try {
      await (this.kind === "session" ? api.say(this.id, text) : api.sayToTeam(this.id, text));
      if (this.#draft.trim() === text) {
        this.draft = "";
      }
    } finally {
      this.isSending = false;
    }
  }

  close(): void {
    this.#more.clear();
  }

  get #name(): string {
    return `${desk.me?.account ?? 0}.${this.kind}.${this.id}`;
  }

  async #readMore(): Promise<readonly Said[]> {
    let page: readonly Said[];
    do {
      const after = this.messages.at(-1)?.message ?? 0;
      page = await (this.kind === "session"
        ? api.messages(this.id, after)
        : api.teamMessages(this.id, after));
      this.#add(page);
    } while (page.length === PAGE);
    this.#isRead = true;
    return this.messages;
  }

  #add(page: readonly Said[]): void {
    if (page.length === 0) {
      return;
    }
    this.messages = [...this.messages, ...page];
    const own = `account:${desk.me?.account}`;
    // What was said before this page was there is no news.
    if (this.#isRead && !this.#isSeen) {
      this.unread += page.filter((one) => one.by !== own).length;
    }
  }
}

class Chats {
  #open = $state.raw<ReadonlyMap<string, Chat>>(new Map());

  /** Follows the relay's news until the returned function is called. */
  follow(): () => void {
    const stop = desk.listen((news) => this.#take(news));
    return () => {
      stop();
      for (const chat of this.#open.values()) {
        chat.close();
      }
      this.#open = new Map();
    };
  }

  find(kind: ChatKind, id: number): Chat | undefined {
    return this.#open.get(`${kind}:${id}`);
  }

  /** Reads and follows a chat from now on; `find` gives it. */
  open(kind: ChatKind, id: number): void {
    untrack(() => {
      if (!this.find(kind, id)) {
        const chat = new Chat(kind, id);
        this.#open = new Map(this.#open).set(`${kind}:${id}`, chat);
        chat.stale();
      }
    });
  }

  /** Messages of others in a chat that nobody looked at. */
  unread(kind: ChatKind, id: number | undefined): number {
    return id === undefined ? 0 : (this.find(kind, id)?.unread ?? 0);
  }

  #take(news: News): void {
    if (news.subject === "reset") {
      for (const chat of this.#open.values()) {
        chat.stale();
      }
    } else if (news.subject === "chat") {
      for (const kind of ["session", "team"] as const) {
        for (const id of objectsOf(news, kind)) {
          this.find(kind, id)?.stale();
        }
      }
    }
  }
}

export const chats = new Chats();
