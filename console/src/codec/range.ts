/**
 * Bits as intervals of a range, mirroring `codec/src/layout/range.rs` in Rust: the likelier a bit, the less it costs.
 *
 * All numbers are 32 bits wide and kept as such, which is what engines calculate fastest with.
 *
 * @module
 */

/** How fast a model learns, by how often it was seen; the last one from then on. */
const SHIFTS = Uint8Array.of(2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5);
const SEEN_MAX = SHIFTS.length - 1;

/** Places of the coder's own numbers. */
const RANGE = 0;
const CODE = 1;
const NEXT = 2;

/** Reads bits, each with a model of how likely it is. Bytes behind the end are 0, so it never fails. */
export class BitReader {
  /** How likely each is to be 0, in 4096ths, above four bits of how often it was seen. */
  readonly #models: Uint16Array;
  readonly #own = new Int32Array(3);
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(models: number) {
    this.#models = new Uint16Array(models);
  }

  /** Begins with other bytes, and models as they are in `models`; fresh ones where there is none. */
  start(bytes: Uint8Array, models?: Uint16Array): void {
    if (models === undefined) {
      this.#models.fill(FRESH);
    } else {
      this.#models.set(models);
    }
    this.#bytes = bytes;
    const own = this.#own;
    own[RANGE] = -1;
    own[CODE] = 0;
    own[NEXT] = 0;
    for (let at = 0; at < 4; at++) {
      own[CODE] = ((own[CODE] ?? 0) << 8) | this.#byte();
    }
  }

  /** Whether all bytes were read. */
  isAtEnd(): boolean {
    return this.#bytes.length <= (this.#own[NEXT] ?? 0);
  }

  bit(model: number): 0 | 1 {
    const models = this.#models;
    const own = this.#own;
    const known = models[model] ?? 0;
    const zero = known >> 4;
    const seen = known & 15;
    const range = own[RANGE] ?? 0;
    const code = own[CODE] ?? 0;
    const split = Math.imul(range >>> 12, zero);
    const shift = SHIFTS[seen] ?? 0;
    const next = seen < SEEN_MAX ? seen + 1 : seen;
    if (code >>> 0 < split >>> 0) {
      models[model] = ((zero + ((4096 - zero) >> shift)) << 4) | next;
      if (split >>> 24 === 0) {
        this.#refill(split, code);
      } else {
        own[RANGE] = split;
      }
      return 0;
    }
    models[model] = ((zero - (zero >> shift)) << 4) | next;
    this.#refill((range - split) | 0, (code - split) | 0);
    return 1;
  }

  /** A bit that is as likely 0 as 1. */
  evenBit(): 0 | 1 {
    const range = this.#own[RANGE] ?? 0;
    const code = this.#own[CODE] ?? 0;
    const split = range >>> 1;
    if (code >>> 0 < split) {
      this.#refill(split, code);
      return 0;
    }
    this.#refill((range - split) | 0, (code - split) | 0);
    return 1;
  }

  #refill(range: number, code: number): void {
    let [wide, read] = [range, code];
    while (wide >>> 24 === 0) {
      wide <<= 8;
      read = (read << 8) | this.#byte();
    }
    this.#own[RANGE] = wide;
    this.#own[CODE] = read;
  }

  #byte(): number {
    const next = this.#own[NEXT] ?? 0;
    this.#own[NEXT] = next + 1;
    return this.#bytes[next] ?? 0;
  }
}

/** A model of which nothing is known. */
export const FRESH = 2048 << 4;

/** A model that is as if it had been seen so often. */
export function modelOf(zero: number, seen: number): number {
  return (zero << 4) | seen;
}
