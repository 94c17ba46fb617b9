/**
 * The link's streams in one WebSocket, as `engine/transport/src/websocket` lays them out. Knows no socket: frames
 * go out through a function, and what arrives is handed in.
 *
 * The console sends little (control and input), so what is queued here is only what the relay gave no credit for.
 *
 * @module
 */
import { CloseCode } from "../wire/close.ts";
import { DecodeError } from "../wire/error.ts";
import { Reader } from "../wire/read.ts";
import { Writer } from "../wire/write.ts";
import { FRAME_BYTES_MAX, Frame, isOurs, isUnidirectional, UNIDIRECTIONAL } from "./mux-frame.ts";
import { MuxReceive, MuxSend } from "./mux-stream.ts";

/** What each side may open before it is told more. */
const STREAMS_AT_FIRST = 4;
/** Screen updates are a stream each, and a round trip's worth of them is under way. */
const STREAMS_OPEN_MAX = 64;
/** Told again after so many have ended: a frame for each would be as many as the updates. */
const STREAMS_TOLD_EVERY = 16;
/** Bytes under way that the relay has not reported. */
const LINK_WINDOW_BYTES = 1 << 20;
/** Received bytes after which a report cannot wait for a pause. */
const ARRIVED_EVERY_BYTES = 64 << 10;

export interface MuxEvents {
  send(frame: Uint8Array<ArrayBuffer>): void;
  /** The relay opened a unidirectional stream. */
  accept(stream: MuxReceive): void;
}

export class Mux {
  readonly #events: MuxEvents;
  readonly #sends = new Map<number, MuxSend>();
  /** Streams that go behind all others. */
  readonly #bulk = new Set<number>();
  readonly #receives = new Map<number, MuxReceive>();
  /** Streams opened by us, of both directions: [bidirectional, unidirectional]. */
  readonly #opened: [number, number] = [0, 0];
  readonly #openLimit: [number, number] = [STREAMS_AT_FIRST, STREAMS_AT_FIRST];
  readonly #openWaiters: (() => void)[] = [];
  #accepted = 0;
  #acceptEnded = 0;
  #acceptLimit = STREAMS_OPEN_MAX;
  #received = 0;
  #reported = 0;
  #sent = 0;
  #sentArrived = 0;

  constructor(events: MuxEvents) {
    this.#events = events;
    this.#grantStreams();
  }

  get bytesReceived(): number {
    return this.#received;
  }

  /** What is sent in bulk goes behind everything else. */
  async openDuplex(isBulk = false): Promise<{ send: MuxSend; receive: MuxReceive }> {
    const number = await this.#nextNumber(0);
    this.#put(Frame.Open, number);
    if (isBulk) {
      this.#bulk.add(number);
    }
    return { send: this.#newSend(number), receive: this.#newReceive(number) };
  }

  async openSend(): Promise<MuxSend> {
    const number = await this.#nextNumber(1);
    this.#put(Frame.Open, number);
    return this.#newSend(number);
  }

  /** Takes one message of the socket. Throws a `DecodeError` or a `MuxError` when the relay broke a rule. */
  handle(message: Uint8Array): void {
    if (FRAME_BYTES_MAX < message.length) {
      throw DecodeError.overLimit("frame", message.length, FRAME_BYTES_MAX);
    }
    const reader = new Reader(message);
    const kind = reader.u8();
    switch (kind) {
      case Frame.Open:
        this.#acceptStream(reader.varint());
        break;
      case Frame.Data:
      case Frame.Finish:
        this.#takeData(reader.varint(), reader.rest(), kind === Frame.Finish);
        break;
      case Frame.Reset:
        this.#receiving(reader.varint()).reset(reader.varint());
        break;
      case Frame.Stop:
        this.#sends.get(reader.varint())?.stopped(reader.varint());
        break;
      case Frame.Credit:
        this.#sends.get(reader.varint())?.grant(reader.varint());
        break;
      case Frame.Streams:
        this.#takeStreams(reader.u8(), reader.varint());
        break;
      case Frame.Arrived:
        this.#takeArrived(reader.varint());
        break;
      default:
        throw DecodeError.unknown("frame", kind);
    }
    reader.end();
  }

  /** Everything at hand was handled: tells the relay what arrived. */
  report(): void {
    if (this.#reported < this.#received) {
      this.#reported = this.#received;
      this.#put(Frame.Arrived, this.#received);
    }
  }

  /** The link has ended: every wait ends too. */
  close(reason: string): void {
    for (const stream of [...this.#receives.values(), ...this.#sends.values()]) {
      stream.lost(reason);
    }
    this.#receives.clear();
    this.#sends.clear();
  }

  #acceptStream(number: number): void {
    const place = Math.floor(number / 4);
    if (isOurs(number) || !isUnidirectional(number) || place !== this.#accepted) {
      throw new MuxError(CloseCode.OutOfOrder, `stream ${number} opened out of order`);
    }
    if (this.#acceptLimit <= this.#accepted) {
      throw new MuxError(CloseCode.OverLimit, `stream ${number} is beyond ${this.#acceptLimit}`);
    }
    this.#accepted += 1;
    this.#events.accept(this.#newReceive(number));
  }

  #takeData(number: number, bytes: Uint8Array, isLast: boolean): void {
    this.#received += bytes.length;
    if (!this.#receiving(number).push(bytes, isLast)) {
      throw new MuxError(CloseCode.OverLimit, `stream ${number} passed its credit`);
    }
    if (this.#reported + ARRIVED_EVERY_BYTES <= this.#received) {
      this.report();
    }
  }

  /** The half that a frame is for. */
  #receiving(number: number): MuxReceive {
    const stream = this.#receives.get(number);
    if (stream === undefined) {
      throw new MuxError(CloseCode.OutOfOrder, `stream ${number} is not there`);
    }
    return stream;
  }

  #takeArrived(total: number): void {
    if (this.#sent < total) {
      throw new MuxError(CloseCode.Malformed, `${total} bytes arrived of ${this.#sent}`);
    }
    this.#sentArrived = Math.max(this.#sentArrived, total);
    this.#flush();
  }

  #takeStreams(direction: number, limit: number): void {
    if (direction !== 0 && direction !== 1) {
      throw DecodeError.unknown("direction", direction);
    }
    this.#openLimit[direction] = Math.max(this.#openLimit[direction], limit);
    for (const wake of this.#openWaiters.splice(0)) {
      wake();
    }
  }

  async #nextNumber(direction: 0 | 1): Promise<number> {
    while (this.#openLimit[direction] <= this.#opened[direction]) {
      await new Promise<void>((resolve) => this.#openWaiters.push(resolve));
    }
    const place = this.#opened[direction];
    this.#opened[direction] += 1;
    return place * 4 + direction * UNIDIRECTIONAL;
  }

  #newReceive(number: number): MuxReceive {
    const stream = new MuxReceive({
      grant: (limit) => this.#put(Frame.Credit, number, limit),
      stop: (code) => this.#put(Frame.Stop, number, code),
      ended: () => this.#endReceive(number),
    });
    this.#receives.set(number, stream);
    return stream;
  }

  #endReceive(number: number): void {
    this.#receives.delete(number);
    if (!isOurs(number)) {
      this.#acceptEnded += 1;
      this.#grantStreams();
    }
  }

  #grantStreams(): void {
    const limit = this.#acceptEnded + STREAMS_OPEN_MAX;
    if (this.#acceptEnded === 0 || this.#acceptLimit + STREAMS_TOLD_EVERY <= limit) {
      this.#acceptLimit = limit;
      const out = new Writer();
      out.u8(Frame.Streams);
      out.u8(1);
      out.varint(limit);
      this.#events.send(out.bytes);
    }
  }

  #newSend(number: number): MuxSend {
    const stream = new MuxSend({
      due: () => this.#flush(),
      reset: (code) => {
        this.#sends.delete(number);
        this.#put(Frame.Reset, number, code);
      },
    });
    this.#sends.set(number, stream);
    return stream;
  }

  /** Sends what credit allows, streams in the order in which they were opened: control is the first. */
  #flush(): void {
    for (const [number, stream] of this.#sends) {
      if (!this.#bulk.has(number)) {
        this.#flushStream(number, stream, LINK_WINDOW_BYTES);
      }
      if (stream.isFinished) {
        this.#sends.delete(number);
        this.#put(Frame.Finish, number);
      }
    }
    for (const number of this.#bulk) {
      const stream = this.#sends.get(number);
      if (stream) {
        this.#flushStream(number, stream, BULK_WINDOW_BYTES);
      } else {
        this.#bulk.delete(number);
      }
    }
  }

  /** Sends what one stream has, while less than `window` bytes are under way. */
  #flushStream(number: number, stream: MuxSend, window: number): void {
    for (;;) {
      const room = Math.min(DATA_BYTES_MAX, window - (this.#sent - this.#sentArrived));
      const bytes = 0 < room ? stream.take(room) : undefined;
      if (bytes === undefined) {
        break;
      }
      this.#sent += bytes.length;
      const out = new Writer();
      out.u8(Frame.Data);
      out.varint(number);
      out.raw(bytes);
      this.#events.send(out.bytes);
    }
  }

  #put(kind: number, ...numbers: readonly number[]): void {
    const out = new Writer();
    out.u8(kind);
    for (const number of numbers) {
      out.varint(number);
    }
    this.#events.send(out.bytes);
  }
}

/** Bytes of everything under way beyond which nothing is sent in bulk: a key typed meanwhile waits for no more. */
const BULK_WINDOW_BYTES = 256 << 10;

/** Kind and stream number take at most nine bytes of a frame. */
const DATA_BYTES_MAX = FRAME_BYTES_MAX - 9;

/** The relay broke a rule of the mux; `code` is what the link is closed with. */
export class MuxError extends Error {
  override readonly name = "MuxError";
  readonly code: CloseCode;

  constructor(code: CloseCode, message: string) {
    super(message);
    this.code = code;
  }
}
