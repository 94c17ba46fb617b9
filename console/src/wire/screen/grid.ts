/**
 * How a display is cut into tiles, mirroring `engine/wire/src/screen/grid.rs`.
 *
 * @module
 */
import { DecodeError } from "../error.ts";
import type { TileIndex } from "../ids.ts";
import { EXTENT_MAX, TILES_MAX } from "../limits.ts";
import type { Reader } from "../read.ts";

/** Width and height of a tile in pixels. Tiles at the right and bottom edge are cut off by the display. */
export const TILE_SIDE = 64;

/** Width and height in pixels, both at least 1. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in pixels of a display. */
export interface PixelRect extends Extent {
  readonly x: number;
  readonly y: number;
}

/** Reads a size that a display can have. */
export function decodeExtent(reader: Reader): Extent {
  const [width, height] = [reader.u16(), reader.u16()];
  for (const side of [width, height]) {
    if (side === 0) {
      throw DecodeError.contradiction("a display without pixels");
    }
    if (EXTENT_MAX < side) {
      throw DecodeError.overLimit("side", side, EXTENT_MAX);
    }
  }
  const tiles = tileCount({ width, height });
  if (TILES_MAX < tiles) {
    throw DecodeError.overLimit("tiles", tiles, TILES_MAX);
  }
  return { width, height };
}

export function columns(extent: Extent): number {
  return Math.ceil(extent.width / TILE_SIDE);
}

export function tileCount(extent: Extent): number {
  return columns(extent) * Math.ceil(extent.height / TILE_SIDE);
}

/** The pixels of a tile, or nothing when the display does not have it. */
export function tileRect(extent: Extent, index: TileIndex): PixelRect | undefined {
  if (tileCount(extent) <= index) {
    return undefined;
  }
  const across = columns(extent);
  const x = (index % across) * TILE_SIDE;
  const y = Math.floor(index / across) * TILE_SIDE;
  const width = Math.min(TILE_SIDE, extent.width - x);
  const height = Math.min(TILE_SIDE, extent.height - y);
  return { x, y, width, height };
}

/** Whether all of `inner` lies inside of `outer`. */
export function contains(outer: PixelRect, inner: PixelRect): boolean {
  return (
    outer.x <= inner.x &&
    inner.x + inner.width <= outer.x + outer.width &&
    outer.y <= inner.y &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** The tiles that a rectangle inside the display touches, row by row. */
export function touched(extent: Extent, rect: PixelRect): TileIndex[] {
  const across = columns(extent);
  const tiles: TileIndex[] = [];
  const [first, last] = [Math.floor(rect.x / TILE_SIDE), Math.floor((rect.x + rect.width - 1) / TILE_SIDE)];
  const bottom = Math.floor((rect.y + rect.height - 1) / TILE_SIDE);
  for (let row = Math.floor(rect.y / TILE_SIDE); row <= bottom; row++) {
    for (let column = first; column <= last; column++) {
      tiles.push((row * across + column) as TileIndex);
    }
  }
  return tiles;
}
