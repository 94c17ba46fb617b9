/**
 * Takes whole records off a stream that arrives in pieces: `length varint | bytes`, as input and cursor have.
 *
 * @module
 */
import { DecodeError } from "./error.ts";

export class BlockReader {
  readonly #field: string;
  readonly #limit: number;
  #pending: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  /** Records have at most `limit` bytes. */
  constructor(field: string, limit: number) {
    this.#field = field;
    this.#limit = limit;
  }

  /** The records that are whole with `piece`, each with its length in front. */
  push(piece: Uint8Array): Uint8Array[] {
    const whole = new Uint8Array(this.#pending.length + piece.length);
    whole.set(this.#pending);
    whole.set(piece, this.#pending.length);
    const blocks: Uint8Array[] = [];
    let at = 0;
    for (let length = this.#blockBytes(whole, at); at + length <= whole.length; ) {
      blocks.push(whole.subarray(at, at + length));
      at += length;
      length = this.#blockBytes(whole, at);
    }
    this.#pending = whole.slice(at);
    return blocks;
  }

  /** Bytes of the block at `at` with its length; more than there are while that is not known. */
  #blockBytes(bytes: Uint8Array, at: number): number {
    const first = bytes[at];
    const unknown = Number.POSITIVE_INFINITY;
    if (first === undefined || bytes.length < at + (1 << (first >> 6))) {
      return unknown;
    }
    const head = 1 << (first >> 6);
    const tail = bytes.subarray(at + 1, at + head);
    const length = tail.reduce((high, byte) => high * 256 + byte, first & 0x3f);
    if (this.#limit < length) {
      throw DecodeError.overLimit(this.#field, length, this.#limit);
    }
    return head + length;
  }
}
