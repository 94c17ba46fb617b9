/**
 * Takes fields off the front of a received buffer, mirroring `engine/wire/src/read.rs`.
 *
 * Payloads are views into the buffer, not copies. A number that JavaScript cannot hold exactly (2^53 and more)
 * counts as over its limit, except where `varintBig` or `u64` reads it.
 *
 * @module
 */
import { DecodeError } from "./error.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** A variable-length integer of RFC 9000 §16. */
  varint(field = "number"): number {
    const first = this.#view.getUint8(this.#take(1));
    switch (first >> 6) {
      case 0:
        return first;
      case 1:
        return ((first & 0x3f) << 8) | this.u8();
      case 2:
        return (first & 0x3f) * 0x100_0000 + this.#u24();
      default: {
        const high = (first & 0x3f) * 0x100_0000 + this.#u24();
        const value = high * 0x1_0000_0000 + this.u32();
        if (Number.MAX_SAFE_INTEGER < value) {
          throw DecodeError.overLimit(field, value, Number.MAX_SAFE_INTEGER);
        }
        return value;
      }
    }
  }

  /** A varint of up to 62 bits. */
  varintBig(): bigint {
    if (this.left < 8 || this.#view.getUint8(this.#at) >> 6 !== 3) {
      return BigInt(this.varint());
    }
    return this.u64() & 0x3fff_ffff_ffff_ffffn;
  }

  /** A varint of at most `limit`. */
  varintMax(field: string, limit: number): number {
    const got = this.varint(field);
    if (limit < got) {
      throw DecodeError.overLimit(field, got, limit);
    }
    return got;
  }

  /** A varint that fits 32 bits. */
  varintU32(field: string): number {
    return this.varintMax(field, 0xffff_ffff);
  }

  /** `length` bytes, shared with the buffer. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** A length as varint, at most `limit`, and that many bytes, shared with the buffer. */
  block(field: string, limit: number): Uint8Array {
    return this.bytes(this.varintMax(field, limit));
  }

  /** A length as varint, at most `limit`, and that much UTF-8. */
  text(field: string, limit: number): string {
    const block = this.block(field, limit);
    try {
      return UTF8.decode(block);
    } catch {
      throw DecodeError.notText(field);
    }
  }

  /** The bytes not read yet, shared with the buffer. */
  rest(): Uint8Array {
    return this.bytes(this.left);
  }

  /** Ends the reading: nothing may be left. */
  end(): void {
    if (this.left !== 0) {
      throw DecodeError.trailing(this.left);
    }
  }

  #u24(): number {
    const at = this.#take(3);
    return (this.#view.getUint16(at) << 8) | this.#view.getUint8(at + 2);
  }

  /** Moves past `length` bytes and returns where they begin. */
  #take(length: number): number {
    if (this.left < length) {
      throw DecodeError.truncated(length, this.left);
    }
    const at = this.#at;
    this.#at += length;
    return at;
  }
}
