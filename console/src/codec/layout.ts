/**
 * The bytes of a tile's body to pixels, mirroring `codec/src/layout` in Rust. Bytes of a colour are blue, green,
 * red; pixels come out as RGBA in memory order, opaque. Each function returns whether the body was right.
 *
 * @module
 */

import { TILE_SIDE } from "../wire/screen/grid.ts";
import { PHOTO_BYTES_MAX, unpackPhoto } from "./photo.ts";
import { type Primer, TRACED_BYTES_MAX, unpackTraced } from "./traced.ts";

export const Layout = {
  Solid: 0,
  Palette1: 1,
  Palette2: 2,
  Palette4: 3,
  Palette8: 4,
  Plain: 5,
  Predicted: 6,
  Photo: 7,
  Traced: 8,
} as const;

export type Layout = (typeof Layout)[keyof typeof Layout];

/** Bits of a palette index, by layout. */
const INDEX_BITS: Readonly<Record<number, number>> = {
  [Layout.Palette1]: 1,
  [Layout.Palette2]: 2,
  [Layout.Palette4]: 4,
  [Layout.Palette8]: 8,
};

/** Pixels of a whole tile. */
const TILE_PIXELS = TILE_SIDE * TILE_SIDE;
const COLOR_BYTES = 3;
const COLORS_MAX = 256;
const OPAQUE = 0xff00_0000;

/** The most bytes that the body of a picture of that many pixels can have. */
export function bodyBytesMax(layout: Layout, pixels: number): number {
  switch (layout) {
    case Layout.Solid:
      return COLOR_BYTES;
    case Layout.Plain:
    case Layout.Predicted:
      return pixels * COLOR_BYTES;
    case Layout.Photo:
      return PHOTO_BYTES_MAX;
    case Layout.Traced:
      return TRACED_BYTES_MAX;
    default:
      return 1 + COLORS_MAX * COLOR_BYTES + pixels;
  }
}

/**
 * Writes the `out.length` pixels of a body, in rows of `width`; `false` if it is not the body of so many. A primer is
 * for traced bodies alone.
 */
export function unpack(
  layout: Layout,
  body: Uint8Array,
  width: number,
  out: Uint32Array,
  primer: Primer | undefined,
): boolean {
  switch (layout) {
    case Layout.Solid:
      return unpackSolid(body, out);
    case Layout.Plain:
      return unpackPlain(body, out);
    case Layout.Predicted:
      return unpackPredicted(body, width, out);
    case Layout.Photo:
      return unpackPhoto(body, width, out);
    case Layout.Traced:
      return unpackTraced(body, width, out, primer);
    default:
      return unpackPalette(body, INDEX_BITS[layout] ?? 8, width, out);
  }
}

function unpackSolid(body: Uint8Array, out: Uint32Array): boolean {
  const [blue, green, red] = body;
  if (body.length !== COLOR_BYTES || blue === undefined || green === undefined || red === undefined) {
    return false;
  }
  out.fill(pixel(red, green, blue));
  return true;
}

function unpackPlain(body: Uint8Array, out: Uint32Array): boolean {
  if (body.length !== out.length * COLOR_BYTES) {
    return false;
  }
  for (let at = 0, from = 0; at < out.length; at++, from += COLOR_BYTES) {
    out[at] = pixel(body[from + 2] ?? 0, body[from + 1] ?? 0, body[from] ?? 0);
  }
  return true;
}

const palette = new Uint32Array(COLORS_MAX);

function unpackPalette(body: Uint8Array, bits: number, width: number, out: Uint32Array): boolean {
  const colors = (body[0] ?? 0) + 1;
  const rowBytes = Math.ceil((width * bits) / 8);
  const indicesAt = 1 + colors * COLOR_BYTES;
  if (1 << bits < colors || body.length !== indicesAt + (out.length / width) * rowBytes) {
    return false;
  }
  readColors(body, colors);
  const mask = (1 << bits) - 1;
  let from = indicesAt;
  for (let row = 0; row < out.length; row += width) {
    // Each row begins a new byte; indices stand from its highest bit down.
    for (let at = row, shift = 0, byte = 0; at < row + width; at++) {
      if (shift === 0) {
        byte = body[from] ?? 0;
        from += 1;
        shift = 8;
      }
      shift -= bits;
      const index = (byte >> shift) & mask;
      if (colors <= index) {
        return false;
      }
      out[at] = palette[index] ?? 0;
    }
  }
  return true;
}

/** Each colour byte is the difference to that of the colour before: all blues, all greens, all reds. */
function readColors(body: Uint8Array, colors: number): void {
  let [blue, green, red] = [0, 0, 0];
  for (let at = 0; at < colors; at++) {
    blue = (blue + (body[1 + at] ?? 0)) & 0xff;
    green = (green + (body[1 + colors + at] ?? 0)) & 0xff;
    red = (red + (body[1 + 2 * colors + at] ?? 0)) & 0xff;
    palette[at] = pixel(red, green, blue);
  }
}

const greens = new Uint8Array(TILE_PIXELS);
const blues = new Uint8Array(TILE_PIXELS);
const reds = new Uint8Array(TILE_PIXELS);

/** Three planes, green, blue − green, red − green, each restored from its differences. */
function unpackPredicted(body: Uint8Array, width: number, out: Uint32Array): boolean {
  const pixels = out.length;
  if (body.length !== pixels * COLOR_BYTES) {
    return false;
  }
  restore(body.subarray(0, pixels), width, greens);
  restore(body.subarray(pixels, 2 * pixels), width, blues);
  restore(body.subarray(2 * pixels), width, reds);
  for (let at = 0; at < pixels; at++) {
    const green = greens[at] ?? 0;
    out[at] = pixel(((reds[at] ?? 0) + green) & 0xff, green, ((blues[at] ?? 0) + green) & 0xff);
  }
  return true;
}

/** The median edge detector of JPEG-LS: left, above, and the one between them foretell a value. */
function restore(differences: Uint8Array, width: number, plane: Uint8Array): void {
  let left = 0;
  for (let at = 0; at < width; at++) {
    left = (left + (differences[at] ?? 0)) & 0xff;
    plane[at] = left;
  }
  for (let row = width; row < differences.length; row += width) {
    // What is not there at the start of a row is taken from above.
    left = plane[row - width] ?? 0;
    let aboveLeft = left;
    for (let at = row; at < row + width; at++) {
      const above = plane[at - width] ?? 0;
      left = (foretell(left, above, aboveLeft) + (differences[at] ?? 0)) & 0xff;
      plane[at] = left;
      aboveLeft = above;
    }
  }
}

function foretell(left: number, above: number, aboveLeft: number): number {
  const low = Math.min(left, above);
  const high = Math.max(left, above);
  if (high <= aboveLeft) {
    return low;
  }
  return aboveLeft <= low ? high : left + above - aboveLeft;
}

function pixel(red: number, green: number, blue: number): number {
  return OPAQUE + (blue << 16) + (green << 8) + red;
}
