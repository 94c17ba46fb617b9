/**
 * Records that carry a stretch of raw bytes: what shell and file streams have in common, mirroring
 * `engine/wire/src/record.rs`. Which kinds of record there are, and what else is in them, is the streams' own.
 *
 * @module
 */
import { DecodeError } from "./error.ts";
import { Reader } from "./read.ts";
import type { Writer } from "./write.ts";

/** The body of the next record, read by `decode` to its end. */
export function decodeRecord<T>(
  reader: Reader,
  field: string,
  bytesMax: number,
  decode: (body: Reader) => T,
): T {
  const body = new Reader(reader.block(field, bytesMax));
  const record = decode(body);
  body.end();
  return record;
}

/** Writes bytes in as many records of a kind as they need, each of at most `max`; none for no bytes. */
export function encodeBytes(kind: number, bytes: Uint8Array, max: number, out: Writer): void {
  for (let at = 0; at < bytes.length; at += max) {
    const part = bytes.subarray(at, at + max);
    out.varint(1 + part.length);
    out.u8(kind);
    out.raw(part);
  }
}

/** The bytes that are the rest of a record; never none. */
export function decodeBytes(body: Reader): Uint8Array {
  if (body.left === 0) {
    throw DecodeError.truncated(1, 0);
  }
  return body.rest();
}
