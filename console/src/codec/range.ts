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

/** A model of which nothing is known. */
export const FRESH = 2048 << 4;

/** The most models that a body has. */
const MODELS_MAX = 1024;

/*
 * One body is read at a time, so there is one coder. What it knows stands in arrays at fixed places: numbers of 32 bits
 * that change would cost memory each time in the fields of an object.
 */
/** How likely each bit is to be 0, in 4096ths, above four bits of how often it was seen. */
export const models = new Uint16Array(MODELS_MAX);
/** Where the coder is: who reads many bits in a row may take these over, and put them back. */
export const own = new Int32Array(3);
export const RANGE = 0;
export const CODE = 1;
export const NEXT = 2;
let bytes = new Uint8Array(0);

/** Begins with other bytes, and with models as they are in `known`, or with so many fresh ones. Reads never fail. */
export function startBits(body: Uint8Array, known: Uint16Array | number): void {
  if (typeof known === "number") {
    models.fill(FRESH, 0, known);
  } else {
    models.set(known);
  }
  bytes = body as Uint8Array<ArrayBuffer>;
  own[RANGE] = -1;
  own[CODE] = 0;
  own[NEXT] = 0;
  for (let at = 0; at < 4; at++) {
    own[CODE] = ((own[CODE] ?? 0) << 8) | readByte();
  }
}

/** The bytes that are read. */
export function source(): Uint8Array {
  return bytes;
}

/** Whether all bytes were read. Behind the end they are 0. */
export function areBitsAtEnd(): boolean {
  return bytes.length <= (own[NEXT] ?? 0);
}

/** The next bit, by how likely its model is, which learns from it. */
export function readBit(model: number): 0 | 1 {
  const held = models[model] ?? 0;
  const range = own[RANGE] ?? 0;
  const code = own[CODE] ?? 0;
  const split = Math.imul(range >>> 12, held >> 4);
  if (code >>> 0 < split >>> 0) {
    models[model] = learnt(held, 0);
    own[RANGE] = split;
    if (split >>> 24 === 0) {
      refill(split, code);
    }
    return 0;
  }
  models[model] = learnt(held, 1);
  refill((range - split) | 0, (code - split) | 0);
  return 1;
}

/** A model after a bit. */
export function learnt(model: number, bit: 0 | 1): number {
  const zero = model >> 4;
  const seen = model & 15;
  const shift = SHIFTS[seen] ?? 0;
  const now = bit === 0 ? zero + ((4096 - zero) >> shift) : zero - (zero >> shift);
  return (now << 4) | (seen < SEEN_MAX ? seen + 1 : seen);
}

/** A bit that is as likely 0 as 1. */
export function readEvenBit(): 0 | 1 {
  const range = own[RANGE] ?? 0;
  const code = own[CODE] ?? 0;
  const split = range >>> 1;
  if (code >>> 0 < split) {
    refill(split, code);
    return 0;
  }
  refill((range - split) | 0, (code - split) | 0);
  return 1;
}

function refill(range: number, code: number): void {
  let [wide, read] = [range, code];
  while (wide >>> 24 === 0) {
    wide <<= 8;
    read = (read << 8) | readByte();
  }
  own[RANGE] = wide;
  own[CODE] = read;
}

function readByte(): number {
  const next = own[NEXT] ?? 0;
  own[NEXT] = next + 1;
  return next < bytes.length ? (bytes[next] ?? 0) : 0;
}

/** A model that is as if it had been seen so often. */
export function modelOf(zero: number, seen: number): number {
  return (zero << 4) | seen;
}
