/**
 * One connection to the relay, whatever carries it: streams both ways, and how it ended.
 *
 * Start here, then `webtransport.ts` and `websocket.ts` for the two carriers, `open.ts` for which one is taken.
 *
 * @module
 */
import type { Carrier } from "../worker/messages.ts";

/** How a link ended. */
export interface LinkEnd {
  /** A `CloseCode`, or nothing when the line just broke. */
  readonly code: number | undefined;
  readonly reason: string;
}

/** The other side gave a stream up, with this `CloseCode`. */
export class StreamReset extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`the stream was reset with ${code}`);
    this.code = code;
  }
}

/** The sending half of a stream. */
export interface SendStream {
  /** Resolves once the carrier has taken the bytes; rejects when the stream is gone. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Nothing more comes behind what was written. */
  end(): void;
}

/** The receiving half of a stream. */
export interface ReceiveStream {
  /** The next bytes, or nothing at the end. Rejects with `StreamReset`, or otherwise when the link ended. */
  read(): Promise<Uint8Array | undefined>;
  /** Tells the sender that nothing more is wanted. */
  stop(code: number): void;
}

export interface DuplexStream {
  readonly send: SendStream;
  readonly receive: ReceiveStream;
}

export interface Link {
  readonly carrier: Carrier;
  /** Resolves when the link has ended, for whatever reason; never rejects. */
  readonly ended: Promise<LinkEnd>;
  /** Bytes received since the link opened, as far as the page can see them. */
  readonly bytesReceived: number;
  /** `order`: streams with a higher one go first; that of control when it is not said. */
  openDuplex(order?: number): Promise<DuplexStream>;
  /** `order`: streams with a higher one go first. */
  openSend(order: number): Promise<SendStream>;
  /** The next stream that the relay opened. Rejects when the link has ended. */
  acceptReceive(): Promise<ReceiveStream>;
  close(code: number, reason: string): void;
}

/** What goes first when the line is narrow. */
export const SEND_ORDER = { bulk: 0, control: 1, input: 2 } as const;
