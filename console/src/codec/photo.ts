/**
 * Photographs with loss, mirroring `codec/src/layout/photo` in Rust: range-coded coefficients of 8×8 cosine waves,
 * brightness in full and colour in half resolution. `docs/coding.md` describes them. Total: any bytes give pixels
 * or `false`.
 *
 * @module
 */
import { TILE_SIDE } from "../wire/screen/grid.ts";
import { areBitsAtEnd, readBit, readEvenBit, startBits } from "./range.ts";

/** The longest body. */
export const PHOTO_BYTES_MAX = 12 << 10;

const SIDE = 8;
const BLOCK = SIDE * SIDE;
const SAMPLES_MAX = TILE_SIDE * TILE_SIDE;
const COEFFICIENT_MAX = 2047;
const MAGNITUDE_BITS_MAX = 12;
const LEVEL_MAX = 1 << MAGNITUDE_BITS_MAX;
const OPAQUE = 0xff00_0000;

/** The place in a block of each coefficient, along the diagonals. */
const ZIGZAG = zigzag();

/** 2048 times cos((2n + 1) k π / 16) / 2, by k and n; k = 0 by √½ less. */
const WAVES = Int32Array.from(
  [
    [724, 724, 724, 724, 724, 724, 724, 724],
    [1004, 851, 569, 200, -200, -569, -851, -1004],
    [946, 392, -392, -946, -946, -392, 392, 946],
    [851, -200, -1004, -569, 569, 1004, 200, -851],
    [724, -724, -724, 724, 724, -724, -724, 724],
    [569, -1004, 200, 851, -851, -200, 1004, -569],
    [392, -946, 946, -392, -392, 946, -946, 392],
    [200, -569, 851, -1004, 1004, -851, 569, -200],
  ].flat(),
);

/* Where models are. Per class: level differs, level lengths, ends (a place by three), used (a place), magnitude
   lengths (4 bands by 3). */
const LEVEL = 1;
const END = LEVEL + MAGNITUDE_BITS_MAX;
const USED = END + BLOCK * 3;
const MAGNITUDE = USED + BLOCK;
const CLASS_MODELS = MAGNITUDE + 4 * 3 * MAGNITUDE_BITS_MAX;

const steps = new Int32Array(BLOCK);
const block = new Int32Array(BLOCK);
const columns = new Int32Array(BLOCK);
const row = new Int32Array(SIDE);
const usedColumns = new Uint8Array(SIDE);
const levels = new Int32Array(SIDE);
const lasts = new Int32Array(SIDE);

interface Plane {
  readonly samples: Int16Array;
  stride: number;
}
const luma: Plane = { samples: new Int16Array(SAMPLES_MAX), stride: 0 };
const blue: Plane = { samples: new Int16Array(SAMPLES_MAX / 4), stride: 0 };
const red: Plane = { samples: new Int16Array(SAMPLES_MAX / 4), stride: 0 };

/** Writes the `out.length` pixels of a body, in rows of `width`; `false` if it is not the body of so many. */
export function unpackPhoto(body: Uint8Array, width: number, out: Uint32Array): boolean {
  const scale = body[0];
  if (scale === undefined || PHOTO_BYTES_MAX < body.length) {
    return false;
  }
  startBits(body.subarray(1), 2 * CLASS_MODELS);
  const height = out.length / width;
  const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1];
  restore(luma, width, height, 0, scale);
  restore(blue, halfWidth, halfHeight, 1, scale);
  restore(red, halfWidth, halfHeight, 1, scale);
  if (!areBitsAtEnd()) {
    return false;
  }
  for (let y = 0, at = 0; y < height; y++) {
    paintRow(y, width, out, at);
    at += width;
  }
  return true;
}

function paintRow(y: number, width: number, out: Uint32Array, at: number): void {
  const from = y * luma.stride;
  const half = (y >> 1) * blue.stride;
  for (let x = 0; x < width; x++) {
    const bright = (luma.samples[from + x] ?? 0) + 128;
    const b = blue.samples[half + (x >> 1)] ?? 0;
    const r = red.samples[half + (x >> 1)] ?? 0;
    const green = byte(bright - ((22_554 * b + 46_802 * r + 0x8000) >> 16));
    const blueByte = byte(bright + ((116_130 * b + 0x8000) >> 16));
    const redByte = byte(bright + ((91_881 * r + 0x8000) >> 16));
    out[at + x] = OPAQUE + (blueByte << 16) + (green << 8) + redByte;
  }
}

function restore(plane: Plane, width: number, height: number, own: 0 | 1, scale: number): void {
  const [across, down] = [(width + SIDE - 1) >> 3, (height + SIDE - 1) >> 3];
  plane.stride = across * SIDE;
  setSteps(own, scale);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      readBlock(own, y, x);
      inverse(plane.samples, y * SIDE * plane.stride + x * SIDE, plane.stride);
    }
  }
}

function setSteps(own: 0 | 1, scale: number): void {
  for (let place = 0; place < BLOCK; place++) {
    const at = ZIGZAG[place] ?? 0;
    const [u, v] = [at & 7, at >> 3];
    const base = own === 0 ? 20 + 4 * (u + v) + u * u + v * v : 28 + 8 * (u + v) + 2 * (u * u + v * v);
    steps[place] = Math.max(1, (base * scale + 32) >> 6);
  }
}

/** The level and the last place of the block to the left; those above are in `levels` and `lasts`. */
let leftLevel = 0;
let leftLast = 0;

function readBlock(own: 0 | 1, y: number, x: number): void {
  const base = own * CLASS_MODELS;
  const [aboveLevel, aboveLast] = [levels[x] ?? 0, lasts[x] ?? 0];
  let level = 0;
  let foretold = 0;
  if (x !== 0 && y !== 0) {
    level = (leftLevel + aboveLevel) >> 1;
    foretold = leftLast + aboveLast;
  } else if (x !== 0) {
    [level, foretold] = [leftLevel, 2 * leftLast];
  } else if (y !== 0) {
    [level, foretold] = [aboveLevel, 2 * aboveLast];
  }
  block.fill(0);
  if (readBit(base) === 1) {
    const off = magnitude(base + LEVEL);
    level = clamp(level + (readEvenBit() === 1 ? -off : off), LEVEL_MAX);
  }
  block[0] = clamp(level * (steps[0] ?? 1), COEFFICIENT_MAX);
  const last = readWaves(base, foretold);
  [leftLevel, leftLast] = [level, last];
  levels[x] = level;
  lasts[x] = last;
}

/** All coefficients but the level; gives the place of the last one. */
function readWaves(base: number, foretold: number): number {
  let last = 0;
  let before = 0;
  for (let place = 1; place < BLOCK; place++) {
    const beyond = foretold < 2 * place ? 2 : foretold < 4 * place ? 1 : 0;
    if (readBit(base + END + place * 3 + beyond) === 1) {
      break;
    }
    while (place < BLOCK - 1 && readBit(base + USED + place) === 0) {
      place += 1;
    }
    const band = place < 3 ? 0 : place < 6 ? 1 : place < 15 ? 2 : 3;
    const length = before < 2 ? 0 : before < 4 ? 1 : 2;
    before = magnitude(base + MAGNITUDE + (band * 3 + length) * MAGNITUDE_BITS_MAX);
    const value = readEvenBit() === 1 ? -before : before;
    block[ZIGZAG[place] ?? 0] = clamp(value * (steps[place] ?? 1), COEFFICIENT_MAX);
    last = place;
  }
  return last;
}

/** A number above 0: its length in bits, then what is behind its first bit. */
function magnitude(models: number): number {
  let more = 0;
  while (more < MAGNITUDE_BITS_MAX - 1 && readBit(models + more) === 1) {
    more += 1;
  }
  let value = 1;
  for (; 0 < more; more--) {
    value = (value << 1) | readEvenBit();
  }
  return value;
}

/** Coefficients to samples. Only what is not 0 is added up. */
function inverse(samples: Int16Array, start: number, stride: number): void {
  columns.fill(0);
  usedColumns.fill(0);
  for (let place = 0; place < BLOCK; place++) {
    const value = block[place] ?? 0;
    if (value !== 0) {
      const u = place & 7;
      usedColumns[u] = 1;
      for (let y = 0, wave = place & 56; y < SIDE; y++) {
        columns[y * SIDE + u] = (columns[y * SIDE + u] ?? 0) + (WAVES[wave + y] ?? 0) * value;
      }
    }
  }
  for (let y = 0; y < SIDE; y++) {
    row.fill(1 << 13);
    for (let u = 0; u < SIDE; u++) {
      if (usedColumns[u] === 1) {
        const column = ((columns[y * SIDE + u] ?? 0) + 128) >> 8;
        for (let x = 0; x < SIDE; x++) {
          row[x] = (row[x] ?? 0) + (WAVES[u * SIDE + x] ?? 0) * column;
        }
      }
    }
    for (let x = 0; x < SIDE; x++) {
      samples[start + y * stride + x] = Math.max(-128, Math.min(127, (row[x] ?? 0) >> 14));
    }
  }
}

function clamp(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, value));
}

function zigzag(): Uint8Array {
  const order = new Uint8Array(BLOCK);
  let [x, y] = [0, 0];
  for (let at = 0; at < BLOCK; at++) {
    order[at] = y * SIDE + x;
    const isUp = (x + y) % 2 === 0;
    const [ahead, aside] = isUp ? [x, y] : [y, x];
    // At an edge the next diagonal begins.
    const nextAhead = ahead === SIDE - 1 ? ahead : ahead + 1;
    const nextAside = ahead === SIDE - 1 ? aside + 1 : Math.max(0, aside - 1);
    [x, y] = isUp ? [nextAhead, nextAside] : [nextAside, nextAhead];
  }
  return order;
}
