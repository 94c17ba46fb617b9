/**
 * A link over WebTransport: streams are the browser's own.
 *
 * @module
 */
import type { DuplexStream, Link, LinkEnd, ReceiveStream, SendStream } from "./link.ts";
import { SEND_ORDER, StreamReset } from "./link.ts";

/** Connects, trusting only the certificates with these SHA-256 hashes, or the browser's own when there are none. */
export async function openWebTransport(url: string, certificateHashes: readonly string[]): Promise<Link> {
  const hashes = certificateHashes.map((hash) => ({ algorithm: "sha-256", value: parseHash(hash) }));
  const transport = new WebTransport(url, {
    congestionControl: "low-latency",
    ...(0 < hashes.length && { serverCertificateHashes: hashes }),
  });
  // A refused connection rejects `closed` too; `ready` says it first.
  transport.closed.catch(() => undefined);
  await transport.ready;
  return new WebTransportLink(transport);
}

class WebTransportLink implements Link {
  readonly carrier = "webtransport";
  readonly ended: Promise<LinkEnd>;
  bytesReceived = 0;
  readonly #transport: WebTransport;
  readonly #incoming: ReadableStreamDefaultReader<ReadableStream<Uint8Array>>;

  constructor(transport: WebTransport) {
    this.#transport = transport;
    this.#incoming = transport.incomingUnidirectionalStreams.getReader();
    this.ended = transport.closed.then(
      (info) => ({ code: info.closeCode, reason: info.reason ?? "" }),
      (error: unknown) => ({ code: undefined, reason: String(error) }),
    );
  }

  async openDuplex(order: number = SEND_ORDER.control): Promise<DuplexStream> {
    const stream = await this.#transport.createBidirectionalStream({ sendOrder: order });
    return { send: sender(stream.writable), receive: this.#receiver(stream.readable) };
  }

  async openSend(order: number): Promise<SendStream> {
    return sender(await this.#transport.createUnidirectionalStream({ sendOrder: order }));
  }

  async acceptReceive(): Promise<ReceiveStream> {
    const { value, done } = await this.#incoming.read();
    if (done) {
      throw new Error("the link has ended");
    }
    return this.#receiver(value);
  }

  close(code: number, reason: string): void {
    try {
      this.#transport.close({ closeCode: code, reason });
    } catch {
      // It is closed already.
    }
  }

  #receiver(readable: ReadableStream<Uint8Array>): ReceiveStream {
    const reader = readable.getReader();
    return {
      read: async () => {
        const { value } = await reader.read().catch(named);
        this.bytesReceived += value?.length ?? 0;
        return value;
      },
      stop: (code) => {
        reader.cancel(streamError(code)).catch(() => undefined);
      },
    };
  }
}

/** What tells the peer a code, by the standard or as Chromium still has it: all in one dictionary. */
function streamError(streamErrorCode: number): WebTransportError {
  try {
    return new WebTransportError("", { streamErrorCode });
  } catch {
    const Earlier = WebTransportError as unknown as new (init: WebTransportErrorOptions) => WebTransportError;
    return new Earlier({ streamErrorCode });
  }
}

/** A stream's own end by its name; a link's end as it is. */
function named(error: unknown): never {
  if (error instanceof WebTransportError && error.source === "stream" && error.streamErrorCode !== null) {
    throw new StreamReset(error.streamErrorCode);
  }
  throw error;
}

function sender(writable: WritableStream<Uint8Array>): SendStream {
  const writer = writable.getWriter();
  writer.closed.catch(() => undefined);
  return {
    // Whoever writes much waits until the browser wants more.
    write: async (bytes) => {
      await Promise.all([writer.write(bytes), writer.ready]);
    },
    end: () => {
      writer.close().catch(() => undefined);
    },
  };
}

/** 32 bytes from hexadecimal or base64. */
export function parseHash(text: string): Uint8Array<ArrayBuffer> {
  if (/^([0-9a-f]{2}){32}$/i.test(text)) {
    return Uint8Array.from({ length: 32 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
  }
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
