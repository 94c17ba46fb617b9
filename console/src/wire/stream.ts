/**
 * What opens every stream, mirroring `engine/wire/src/stream.rs`.
 *
 * @module
 */
import { DecodeError } from "./error.ts";
import type { Seat, SessionId } from "./ids.ts";
import type { Reader } from "./read.ts";
import type { Writer } from "./write.ts";

export const StreamKind = {
  Control: 0x00,
  Screen: 0x01,
  Input: 0x02,
  Cursor: 0x03,
  Shell: 0x04,
  File: 0x05,
  Clipboard: 0x06,
  SystemInformation: 0x07,
  Action: 0x08,
  Chat: 0x09,
  Consent: 0x0a,
} as const;

export type StreamKind = (typeof StreamKind)[keyof typeof StreamKind];

const KINDS = new Set<number>(Object.values(StreamKind));

/** Bytes that hold any header, so that a reader knows when to stop waiting for more. */
export const STREAM_HEADER_BYTES_MAX = 1 + 8 + 8;

/** The start of every stream: `kind u8 | session varint`, and where a technician acts `seat varint`. */
export interface StreamHeader {
  readonly kind: StreamKind;
  readonly session: SessionId;
  /** Who acts, on kinds that have a seat. A technician sends 0, the relay fills it in. Always 0 on other streams. */
  readonly seat: Seat;
}

/** Whether such a stream is one technician's, so that its header says whose. */
export function hasSeat(kind: StreamKind): boolean {
  return kind !== StreamKind.Control && kind !== StreamKind.Screen && kind !== StreamKind.Cursor;
}

export function streamKindFromWire(raw: number): StreamKind {
  if (!KINDS.has(raw)) {
    throw DecodeError.unknown("stream kind", raw);
  }
  return raw as StreamKind;
}

export function encodeStreamHeader(header: StreamHeader, out: Writer): void {
  out.u8(header.kind);
  out.varint(header.session);
  if (hasSeat(header.kind)) {
    out.varint(header.seat);
  }
}

export function decodeStreamHeader(reader: Reader): StreamHeader {
  const kind = streamKindFromWire(reader.u8());
  const session = reader.varintBig() as SessionId;
  const seat = (hasSeat(kind) ? reader.varintU32("seat") : 0) as Seat;
  return { kind, session, seat };
}
