/**
 * A link over WebSocket, for where UDP does not get through: streams by the mux.
 *
 * @module
 */
import { CloseCode } from "../wire/close.ts";
import { DecodeError } from "../wire/error.ts";
import {
  type DuplexStream,
  type Link,
  type LinkEnd,
  type ReceiveStream,
  SEND_ORDER,
  type SendStream,
} from "./link.ts";
import { Mux, MuxError } from "./mux.ts";

/** WebSocket leaves applications the close codes from here on. */
const CLOSE_BASE = 4000;
/** Streams that were opened and not yet accepted: as many as the relay may have open. */
const ACCEPT_QUEUE_MAX = 64;

export async function openWebSocket(url: string): Promise<Link> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onclose = () => reject(new Error("the WebSocket was refused"));
  });
  return new WebSocketLink(socket);
}

class WebSocketLink implements Link {
  readonly carrier = "websocket";
  readonly ended: Promise<LinkEnd>;
  readonly #socket: WebSocket;
  readonly #mux: Mux;
  readonly #accepted: ReceiveStream[] = [];
  /** Delivers a report once the messages that are here already were handled. */
  readonly #pause = new MessageChannel();
  #pausing = false;
  #waiter: (() => void) | undefined;
  #isOver = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#mux = new Mux({
      send: (frame) => this.#send(frame),
      accept: (stream) => this.#accept(stream),
    });
    this.#pause.port1.onmessage = () => {
      this.#pausing = false;
      this.#mux.report();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => this.#take(event.data);
    this.ended = new Promise((resolve) => {
      socket.onclose = (event) => resolve(this.#end(event));
    });
  }

  get bytesReceived(): number {
    return this.#mux.bytesReceived;
  }

  openDuplex(order: number = SEND_ORDER.control): Promise<DuplexStream> {
    return this.#mux.openDuplex(order === SEND_ORDER.bulk);
  }

  openSend(_order: number): Promise<SendStream> {
    return this.#mux.openSend();
  }

  async acceptReceive(): Promise<ReceiveStream> {
    for (;;) {
      const stream = this.#accepted.shift();
      if (stream) {
        return stream;
      }
      if (this.#isOver) {
        throw new Error("the link has ended");
      }
      await new Promise<void>((resolve) => {
        this.#waiter = resolve;
      });
    }
  }

  close(code: number, reason: string): void {
    // 123 bytes is all that a close frame has room for.
    this.#socket.close(CLOSE_BASE + code, reason.slice(0, 100));
  }

  #send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send(frame);
    }
  }

  #accept(stream: ReceiveStream): void {
    if (ACCEPT_QUEUE_MAX <= this.#accepted.length) {
      throw new MuxError(CloseCode.OverLimit, `${ACCEPT_QUEUE_MAX} streams wait`);
    }
    this.#accepted.push(stream);
    this.#waiter?.();
  }

  #take(message: unknown): void {
    try {
      if (!(message instanceof ArrayBuffer)) {
        throw DecodeError.contradiction("a text message");
      }
      this.#mux.handle(new Uint8Array(message));
    } catch (error) {
      this.close(closeCodeOf(error), String(error));
      return;
    }
    if (!this.#pausing) {
      this.#pausing = true;
      this.#pause.port2.postMessage(undefined);
    }
  }

  #end(event: CloseEvent): LinkEnd {
    this.#isOver = true;
    this.#mux.close("the link has ended");
    this.#waiter?.();
    this.#pause.port1.close();
    const code = CLOSE_BASE <= event.code ? event.code - CLOSE_BASE : undefined;
    return { code, reason: event.reason };
  }
}

function closeCodeOf(error: unknown): CloseCode {
  if (error instanceof MuxError) {
    return error.code;
  }
  return error instanceof DecodeError ? error.closeCode : CloseCode.Internal;
}
