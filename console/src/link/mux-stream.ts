/**
 * The two halves of a stream of the WebSocket mux, with their credit.
 *
 * @module
 */
import { type ReceiveStream, type SendStream, StreamReset } from "./link.ts";

/** What a side may send on a half before it is granted more. */
const FIRST_LIMIT = 262_144;
/** A half that goes on gets room for a whole update, so that a long line is not stopped by its credit. */
const WINDOW_BYTES = 1 << 20;

/** What a receiving half tells its mux. */
export interface ReceiveEvents {
  grant(limit: number): void;
  stop(code: number): void;
  /** The stream is over on this side. */
  ended(): void;
}

export class MuxReceive implements ReceiveStream {
  readonly #events: ReceiveEvents;
  readonly #chunks: Uint8Array[] = [];
  #waiter: (() => void) | undefined;
  #end: "finished" | Error | undefined;
  #received = 0;
  #taken = 0;
  #limit = FIRST_LIMIT;
  #isStopped = false;

  constructor(events: ReceiveEvents) {
    this.#events = events;
  }

  /** Bytes arrived; `false` when they are more than was granted. */
  push(bytes: Uint8Array, isLast: boolean): boolean {
    this.#received += bytes.length;
    if (this.#limit < this.#received) {
      return false;
    }
    if (0 < bytes.length && !this.#isStopped) {
      this.#chunks.push(bytes);
    }
    if (isLast) {
      this.#finish("finished");
    } else {
      this.#waiter?.();
    }
    return true;
  }

  reset(code: number): void {
    this.#finish(new StreamReset(code));
  }

  /** The link has ended. */
  lost(reason: string): void {
    this.#finish(new Error(reason));
  }

  async read(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#waiter = resolve;
      });
    }
    if (this.#end instanceof Error) {
      throw this.#end;
    }
    const bytes = this.#chunks.shift();
    if (bytes === undefined) {
      return undefined;
    }
    this.#taken += bytes.length;
    if (this.#end === undefined && this.#limit - this.#taken < FIRST_LIMIT / 2) {
      this.#limit = this.#taken + WINDOW_BYTES;
      this.#events.grant(this.#limit);
    }
    return bytes;
  }

  /** The sender answers with a reset; until then what still arrives is dropped. */
  stop(code: number): void {
    if (this.#end === undefined && !this.#isStopped) {
      this.#isStopped = true;
      this.#chunks.length = 0;
      this.#events.stop(code);
    }
  }

  #finish(end: "finished" | Error): void {
    this.#end = end;
    this.#waiter?.();
    this.#events.ended();
  }
}

/** What a sending half tells its mux. */
export interface SendEvents {
  /** There is something to `take`. */
  due(): void;
  /** This half is given up: the receiver is to be told. */
  reset(code: number): void;
}

export class MuxSend implements SendStream {
  readonly #events: SendEvents;
  readonly #queue: { bytes: Uint8Array; done: () => void; failed: (error: Error) => void }[] = [];
  #sent = 0;
  #limit = FIRST_LIMIT;
  #error: Error | undefined;
  #isEnding = false;

  constructor(events: SendEvents) {
    this.#events = events;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#error) {
      return Promise.reject(this.#error);
    }
    const written = new Promise<void>((done, failed) => {
      this.#queue.push({ bytes: bytes.slice(), done, failed });
    });
    this.#events.due();
    return written;
  }

  end(): void {
    this.#isEnding = true;
    this.#events.due();
  }

  /** Whether all was taken, and nothing more comes. */
  get isFinished(): boolean {
    return this.#isEnding && this.#queue.length === 0 && this.#error === undefined;
  }

  /** The next bytes that credit allows, at most `bytesMax`. */
  take(bytesMax: number): Uint8Array | undefined {
    const front = this.#queue[0];
    const room = Math.min(bytesMax, this.#limit - this.#sent);
    if (front === undefined || room <= 0) {
      return undefined;
    }
    const bytes = front.bytes.subarray(0, room);
    front.bytes = front.bytes.subarray(bytes.length);
    this.#sent += bytes.length;
    if (front.bytes.length === 0) {
      this.#queue.shift();
      front.done();
    }
    return bytes;
  }

  grant(limit: number): void {
    this.#limit = Math.max(this.#limit, limit);
    this.#events.due();
  }

  /** The receiver no longer wants it. */
  stopped(code: number): void {
    this.lost(`the stream was stopped with ${code}`);
    this.#events.reset(code);
  }

  lost(reason: string): void {
    this.#error ??= new Error(reason);
    for (const waiting of this.#queue.splice(0)) {
      waiting.failed(this.#error);
    }
  }
}
