/**
 * Lays fields into one buffer, mirroring `engine/wire/src/write.rs`. What the console sends is small.
 *
 * @module
 */

const VARINT_MAX = (1n << 62n) - 1n;
const UTF8 = new TextEncoder();

export class Writer {
  #bytes = new Uint8Array(64);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** What was written so far. Valid until the next write. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(value: number): void {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
  }

  i16(value: number): void {
    const at = this.#grow(2);
    this.#view.setInt16(at, value);
  }

  u32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
  }

  u64(value: bigint): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value);
  }

  /** A variable-length integer of RFC 9000 §16, below 2^62. */
  varint(value: number | bigint): void {
    if (value < 0 || VARINT_MAX < value) {
      throw new RangeError(`${value} does not fit a varint`);
    }
    if (value <= 0x3f) {
      this.u8(Number(value));
    } else if (value <= 0x3fff) {
      this.u16(Number(value) | 0x4000);
    } else if (value <= 0x3fff_ffff) {
      this.u32(Number(value) + 0x8000_0000);
    } else {
      this.u64(BigInt(value) | 0xc000_0000_0000_0000n);
    }
  }

  /** Bytes without their length. */
  raw(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** A length as varint, and the bytes. */
  block(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** A length as varint, and the text. */
  text(text: string): void {
    this.block(UTF8.encode(text));
  }

  /** Makes room for `more` bytes and returns where they begin. */
  #grow(more: number): number {
    const at = this.#length;
    this.#length += more;
    if (this.#bytes.length < this.#length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
