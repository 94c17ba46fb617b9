/**
 * The page's end of a stream of a session: what panels such as files or system information speak over.
 *
 * @module
 */
import type { ChannelNews, ChannelWish } from "../worker/messages.ts";

/** How a stream ended. `code` is a `CloseCode` where the other side gave it up. */
export interface ChannelEnd {
  readonly why: "done" | "reset" | "lost" | "closed";
  readonly code: number | undefined;
}

/** Writes that the carrier has not taken yet; whoever writes more waits. */
const UNTAKEN_MAX = 8;

export class Channel implements AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** Resolves when the stream has ended, for whatever reason; never rejects. */
  readonly ended: Promise<ChannelEnd>;
  readonly #send: (wish: ChannelWish) => void;
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #resolveEnded: (end: ChannelEnd) => void = () => undefined;
  #end: ChannelEnd | undefined;
  #untaken = 0;
  #wakeReader: (() => void) | undefined;
  readonly #writers: (() => void)[] = [];

  constructor(send: (wish: ChannelWish) => void) {
    this.#send = send;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** Writes; resolves when there is room for more. What is written after the end goes nowhere. */
  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    while (UNTAKEN_MAX <= this.#untaken && this.#end === undefined) {
      await new Promise<void>((resolve) => this.#writers.push(resolve));
    }
    if (this.#end === undefined) {
      this.#untaken += 1;
      this.#send({ kind: "bytes", bytes });
    }
  }

  /** Gives the stream up. */
  close(): void {
    if (this.#end === undefined) {
      this.#send({ kind: "close" });
      this.#finish({ why: "closed", code: undefined });
    }
  }

  /** What arrives, piece by piece, until the stream ends; `ended` says how. */
  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array<ArrayBuffer>> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        yield piece;
      } else if (this.#end !== undefined) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    }
  }

  /** For the session: something happened on the stream. */
  take(news: ChannelNews): void {
    switch (news.kind) {
      case "bytes":
        this.#pieces.push(news.bytes);
        this.#wakeReader?.();
        break;
      case "taken":
        this.#untaken -= 1;
        this.#writers.shift()?.();
        break;
      case "ended":
        this.#finish({ why: news.why, code: news.code });
    }
  }

  #finish(end: ChannelEnd): void {
    this.#end ??= end;
    this.#resolveEnded(this.#end);
    this.#wakeReader?.();
    for (const wake of this.#writers.splice(0)) {
      wake();
    }
  }
}
