/**
 * Bits as intervals of a range, mirroring `codec/src/layout/range.rs` in Rust: the likelier a bit, the less it costs.
 *
 * @module
 */

/** The range is refilled below this. */
const RANGE_MIN = 1 << 24;

/** Reads bits, each with a model of how likely it is. Bytes behind the end are 0, so it never fails. */
export class BitReader {
  /** How likely each is to be 0, in 4096ths, and how often it was seen. */
  readonly #zeros: Uint16Array;
  readonly #seen: Uint8Array;
  #bytes: Uint8Array = new Uint8Array(0);
  #next = 0;
  #range = 0;
  #code = 0;

  constructor(models: number) {
    this.#zeros = new Uint16Array(models);
    this.#seen = new Uint8Array(models);
  }

  /** Begins with other bytes and fresh models. */
  start(bytes: Uint8Array): void {
    this.#zeros.fill(1 << 11);
    this.#seen.fill(0);
    this.#bytes = bytes;
    this.#next = 0;
    this.#range = 0xffff_ffff;
    this.#code = 0;
    for (let at = 0; at < 4; at++) {
      this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
    }
  }

  /** What is known of a model before its first bit. */
  setModel(model: number, zero: number, seen: number): void {
    this.#zeros[model] = zero;
    this.#seen[model] = seen;
  }

  /** Whether all bytes were read. */
  isAtEnd(): boolean {
    return this.#bytes.length <= this.#next;
  }

  bit(model: number): 0 | 1 {
    const zero = this.#zeros[model] ?? 0;
    const value = this.#split((this.#range >>> 12) * zero);
    const count = this.#seen[model] ?? 0;
    const shift = count < 2 ? 2 : count < 6 ? 3 : count < 14 ? 4 : 5;
    this.#zeros[model] = value === 1 ? zero - (zero >> shift) : zero + ((4096 - zero) >> shift);
    if (count < 255) {
      this.#seen[model] = count + 1;
    }
    return value;
  }

  /** A bit that is as likely 0 as 1. */
  evenBit(): 0 | 1 {
    return this.#split(this.#range >>> 1);
  }

  #split(zero: number): 0 | 1 {
    const isOne = zero <= this.#code;
    if (isOne) {
      this.#code -= zero;
      this.#range -= zero;
    } else {
      this.#range = zero;
    }
    while (this.#range < RANGE_MIN) {
      this.#range = (this.#range << 8) >>> 0;
      this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
    }
    return isOne ? 1 : 0;
  }

  #byte(): number {
    const value = this.#bytes[this.#next] ?? 0;
    this.#next += 1;
    return value;
  }
}
