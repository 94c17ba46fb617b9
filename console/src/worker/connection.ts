/**
 * One link from its greeting to its end: control messages both ways, streams handed on by their kind, liveness.
 *
 * It knows no session: what the relay says goes to a `ConnectionHandler`. After the end a new one is made.
 *
 * @module
 */
import type { DuplexStream, Link, LinkEnd, ReceiveStream, SendStream } from "../link/link.ts";
import { SEND_ORDER, StreamReset } from "../link/link.ts";
import { type Attention, Liveness } from "../link/liveness.ts";
import { CloseCode } from "../wire/close.ts";
import {
  type ControlBody,
  type ControlCase,
  ControlReader,
  encodeControl,
  type MessageInit,
} from "../wire/control.ts";
import { DecodeError } from "../wire/error.ts";
import { Role } from "../wire/generated/control_pb.ts";
import { LINK_SESSION, type Seat, type SessionId } from "../wire/ids.ts";
import { Reader } from "../wire/read.ts";
import {
  decodeStreamHeader,
  encodeStreamHeader,
  STREAM_HEADER_BYTES_MAX,
  StreamKind,
} from "../wire/stream.ts";
import { PROTOCOL_MAX, PROTOCOL_MIN } from "../wire/version.ts";
import { Writer } from "../wire/write.ts";
import { RefusedError } from "./failure.ts";

export interface ConnectionHandler {
  /** A control message that concerns sessions. */
  control(body: ControlBody): void;
  /** A stream of a session: its kind, the bytes read so far with the header, and the rest. */
  stream(kind: StreamKind, head: Uint8Array, rest: ReceiveStream): Promise<void>;
  /** The relay sent what is no message. */
  malformed(): void;
}

/** What lets a page in: a ticket, or the token of a relay that went away. */
export type Proof = { readonly ticket: string } | { readonly resumeToken: Uint8Array };

/** A stream in both directions. */
export interface Duplex {
  /** Resolves once the carrier has taken the bytes; rejects when the stream is gone. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Nothing more comes behind what was written. */
  end(): void;
  readonly receive: ReceiveStream;
}

/** A stream in both directions whose sender waits. */
export interface Bulk {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  readonly receive: ReceiveStream;
}

/** Messages that the carrier has not taken yet; more means that the relay is gone. */
const PENDING_WRITES_MAX = 1024;

export class Connection {
  readonly link: Link;
  readonly liveness = new Liveness(performance.now());
  readonly #control: SendStream;
  readonly #handler: ConnectionHandler;
  readonly #messages: AsyncGenerator<ControlBody>;
  #pendingWrites = 0;

  private constructor(link: Link, control: DuplexStream, handler: ConnectionHandler) {
    this.link = link;
    this.#control = control.send;
    this.#handler = handler;
    this.#messages = this.#readControl(control.receive);
  }

  /** Opens the control stream, greets with the proof and waits for the welcome. Throws a `RefusedError`. */
  static async greet(link: Link, proof: Proof, handler: ConnectionHandler): Promise<Connection> {
    const control = await link.openDuplex();
    const connection = new Connection(link, control, handler);
    connection.#write(control.send, header(StreamKind.Control, LINK_SESSION));
    connection.send("hello", {
      protocolMin: PROTOCOL_MIN,
      protocolMax: PROTOCOL_MAX,
      role: Role.TECHNICIAN,
      software: "nearhand-console 0.1.0",
      ...("resumeToken" in proof ? proof : { proof: { case: "ticket", value: proof.ticket } as const }),
    });
    await connection.#welcomed();
    connection.#serve();
    return connection;
  }

  /** How the link ended, once it has. */
  get ended(): Promise<LinkEnd> {
    return this.link.ended;
  }

  /** Sends a control message. */
  send<Case extends ControlCase>(name: Case, value: MessageInit<Case>): void {
    this.#write(this.#control, encodeControl(name, value));
  }

  /** Opens the stream on which a session's input travels; the relay fills in the seat. */
  async openInput(session: SessionId): Promise<(bytes: Uint8Array<ArrayBuffer>) => void> {
    const stream = await this.link.openSend(SEND_ORDER.input);
    this.#write(stream, header(StreamKind.Input, session));
    return (bytes) => this.#write(stream, bytes);
  }

  /** Opens a stream for something beside the screen, in both directions. */
  async openDuplex(kind: StreamKind, session: SessionId): Promise<Duplex> {
    const { send, receive } = await this.link.openDuplex();
    this.#write(send, header(kind, session));
    return {
      write: (bytes) => this.#write(send, bytes),
      end: () => send.end(),
      receive: this.#counted(receive),
    };
  }

  /** The same for what carries much: each write waits until there is room for more, and everything else goes first. */
  async openBulk(kind: StreamKind, session: SessionId): Promise<Bulk> {
    const { send, receive } = await this.link.openDuplex(SEND_ORDER.bulk);
    await send.write(header(kind, session));
    return { write: (bytes) => send.write(bytes), receive: this.#counted(receive) };
  }

  /** Time has passed: asks whether the relay lives, and gives it up when it does not. */
  tick(attention: Attention): void {
    const todo = this.liveness.tick(performance.now(), attention);
    if (todo === "dead") {
      this.link.close(CloseCode.Silent, "nothing was heard");
    } else if (todo) {
      this.send("ping", { number: todo.ping, sentUs: clockUs() });
    }
  }

  async #welcomed(): Promise<void> {
    const first = await this.#messages.next();
    const body: ControlBody | undefined = first.done ? undefined : first.value;
    if (body?.case === "refusal") {
      throw new RefusedError(body.value.code, body.value.detail);
    }
    if (body?.case !== "welcome") {
      throw new Error(body ? `the relay answered with ${body.case}` : "the relay hung up");
    }
  }

  #serve(): void {
    this.#dispatch().catch((error: unknown) => this.#fail(error));
    this.#accept().catch((error: unknown) => this.#fail(error));
  }

  async #dispatch(): Promise<void> {
    for await (const body of this.#messages) {
      const now = performance.now();
      if (body.case === "ping") {
        const { number, sentUs } = body.value;
        this.send("pong", { number, sentUs, clockUs: clockUs() });
      } else if (body.case === "pong") {
        this.liveness.pong(body.value.number, body.value.clockUs, now);
      } else {
        this.#handler.control(body);
      }
    }
    this.link.close(CloseCode.Done, "the control stream ended");
  }

  async #accept(): Promise<void> {
    for (;;) {
      const stream = await this.link.acceptReceive();
      this.#take(stream).catch((error: unknown) => this.#fail(error));
    }
  }

  /** A stream that its sender gave up says nothing, not even whose it was: a session that we left, or that is over. */
  async #take(stream: ReceiveStream): Promise<void> {
    const counted = this.#counted(stream);
    try {
      const { kind, head } = await readHead(counted);
      await this.#handler.stream(kind, head, counted);
    } catch (error) {
      if (!(error instanceof StreamReset && error.code === CloseCode.Cancelled)) {
        throw error;
      }
    }
  }

  /** A stream whose bytes are signs of life. */
  #counted(stream: ReceiveStream): ReceiveStream {
    return {
      read: async () => {
        const bytes = await stream.read();
        this.liveness.heard(performance.now());
        return bytes;
      },
      stop: (code) => stream.stop(code),
    };
  }

  async *#readControl(receive: ReceiveStream): AsyncGenerator<ControlBody> {
    const reader = new ControlReader();
    for (let piece = await receive.read(); piece !== undefined; piece = await receive.read()) {
      this.liveness.heard(performance.now());
      yield* reader.push(piece);
    }
  }

  #write(stream: SendStream, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#pendingWrites += 1;
    if (PENDING_WRITES_MAX < this.#pendingWrites) {
      this.link.close(CloseCode.TooSlow, "the relay takes nothing");
    }
    const settle = () => {
      this.#pendingWrites -= 1;
    };
    // A stream that fails takes the link with it, which says so itself.
    const written = stream.write(bytes);
    written.then(settle, settle);
    return written;
  }

  /** What one stream did wrong ends the link: a lost update could never be made good. */
  #fail(error: unknown): void {
    if (error instanceof DecodeError) {
      this.#handler.malformed();
      this.link.close(error.closeCode, error.message);
    } else {
      this.link.close(CloseCode.OutOfOrder, error instanceof Error ? error.message : String(error));
    }
  }
}

/** Reads until the stream's header is there. */
async function readHead(stream: ReceiveStream): Promise<{ kind: StreamKind; head: Uint8Array }> {
  let head = new Uint8Array(0);
  for (;;) {
    const piece = await stream.read();
    const whole = new Uint8Array(head.length + (piece?.length ?? 0));
    whole.set(head);
    whole.set(piece ?? [], head.length);
    head = whole;
    try {
      return { kind: decodeStreamHeader(new Reader(head)).kind, head };
    } catch (error) {
      const mayGrow = error instanceof DecodeError && error.fault === "truncated" && piece !== undefined;
      if (!mayGrow || STREAM_HEADER_BYTES_MAX <= head.length) {
        throw error;
      }
    }
  }
}

function header(kind: StreamKind, session: SessionId): Uint8Array<ArrayBuffer> {
  const out = new Writer();
  encodeStreamHeader({ kind, session, seat: 0 as Seat }, out);
  return out.bytes;
}

/** The link clock: microseconds, wrapping at 32 bits. */
function clockUs(): number {
  return Math.floor(performance.now() * 1000) >>> 0;
}
