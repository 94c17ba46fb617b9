/**
 * Reads a stream to its end.
 *
 * @module
 */
import type { ReceiveStream } from "../link/link.ts";
import { DecodeError } from "../wire/error.ts";

/** All bytes of a stream whose front was read already; a stream of one piece is not copied. */
export async function readAll(head: Uint8Array, rest: ReceiveStream, bytesMax: number): Promise<Uint8Array> {
  const pieces = [head];
  let length = head.length;
  for (let piece = await rest.read(); piece !== undefined; piece = await rest.read()) {
    pieces.push(piece);
    length += piece.length;
    if (bytesMax < length) {
      throw DecodeError.overLimit("stream", length, bytesMax);
    }
  }
  if (pieces.length === 1) {
    return head;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
