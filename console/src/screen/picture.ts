/**
 * The pixels of one rendition and the version of each of its tiles. Pure: operations in, changed areas out.
 *
 * An operation that is older than a tile is skipped for that tile. A tile whose payload cannot be decoded is
 * *broken*: what reads it is broken too, until a whole tile mends it; `broken` says which to ask for.
 *
 * @module
 */
import type { Slot, TileIndex, Version } from "../wire/ids.ts";
import { contains, type Extent, type PixelRect, tileCount, tileRect, touched } from "../wire/screen/grid.ts";
import type {
  CopyOperation,
  Operation,
  PatchOperation,
  ReuseOperation,
  TileOperation,
} from "../wire/screen/operation.ts";
import type { PixelDecoder, TilePixels } from "./decoder.ts";
import { Slots } from "./slots.ts";

export class Picture {
  readonly extent: Extent;
  /** RGBA, opaque, rows from the top. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #versions: Uint32Array;
  readonly #qualities: Uint8Array;
  /** What the tiles that this update wrote were before it. */
  readonly #before = new Map<TileIndex, { version: number; quality: number }>();
  readonly #broken = new Set<TileIndex>();
  readonly #slots = new Slots();
  readonly #decoder: PixelDecoder;

  constructor(extent: Extent, decoder: PixelDecoder) {
    this.extent = extent;
    this.#decoder = decoder;
    this.pixels = new Uint8ClampedArray(extent.width * extent.height * 4);
    this.#words = new Uint32Array(this.pixels.buffer);
    this.#words.fill(OPAQUE_BLACK);
    this.#versions = new Uint32Array(tileCount(extent));
    this.#qualities = new Uint8Array(tileCount(extent));
  }

  /** Tiles whose pixels are wrong, to be asked for again. */
  get broken(): ReadonlySet<TileIndex> {
    return this.#broken;
  }

  /** The version that a tile shows; 0 while it shows nothing, or wrong pixels. */
  versionOf(index: TileIndex): number {
    return this.#versions[index] ?? 0;
  }

  /** Applies one update's operations and returns the areas that changed. */
  apply(operations: readonly Operation[]): PixelRect[] {
    this.#before.clear();
    // Copies read the picture as it was before the update, so all are read before the first is written.
    const copies = operations.filter((operation) => operation.kind === "copy");
    const sources = copies.map((copy) => this.#read(copy));
    const changed: PixelRect[] = [];
    copies.forEach((copy, at) => {
      this.#write(copy, sources[at], changed);
    });
    for (const operation of operations) {
      this.#applyOne(operation, changed);
    }
    return changed;
  }

  #applyOne(operation: Operation, changed: PixelRect[]): void {
    switch (operation.kind) {
      case "tile":
        this.#applyTile(operation, changed);
        break;
      case "patch":
        this.#applyPatch(operation, changed);
        break;
      case "reuse":
        this.#applyReuse(operation, changed);
        break;
      case "dictionary":
        this.#decoder.setDictionary(operation.id, operation.bytes);
        break;
      // Copies were applied in front of all others; films are another layer.
      default:
    }
  }

  #applyTile(tile: TileOperation, changed: PixelRect[]): void {
    const rect = tileRect(this.extent, tile.index);
    const isDue = this.#isDue(tile.index, tile.version, tile.quality);
    if (rect === undefined || (!isDue && tile.keep === undefined)) {
      return;
    }
    const pixels = this.#decoder.decode(tile.payload, rect.width, rect.height);
    if (tile.keep !== undefined) {
      this.#keep(tile.keep, rect, pixels);
    }
    if (isDue) {
      this.#paintTile(tile.index, rect, pixels, tile.version, tile.quality, changed);
    }
  }

  #applyReuse(reuse: ReuseOperation, changed: PixelRect[]): void {
    const rect = tileRect(this.extent, reuse.index);
    if (rect === undefined || !this.#isDue(reuse.index, reuse.version, EXACT)) {
      return;
    }
    const kept = this.#slots.get(reuse.slot, rect);
    this.#paintTile(reuse.index, rect, kept, reuse.version, EXACT, changed);
  }

  #applyPatch(patch: PatchOperation, changed: PixelRect[]): void {
    const tile = tileRect(this.extent, patch.index);
    if (tile === undefined || !this.#isDue(patch.index, patch.version, 0)) {
      return;
    }
    const { rect } = patch;
    const isReadable = !this.#isMissing(patch.index);
    const pixels = isReadable ? this.#decoder.decode(patch.payload, rect.width, rect.height) : undefined;
    if (pixels === undefined) {
      this.#break(patch.index);
      return;
    }
    const area = { ...rect, x: tile.x + rect.x, y: tile.y + rect.y };
    this.#paint(area, pixels);
    this.#mark(patch.index, patch.version, EXACT);
    changed.push(area);
  }

  #paintTile(
    index: TileIndex,
    rect: PixelRect,
    pixels: TilePixels | undefined,
    version: Version,
    quality: number,
    changed: PixelRect[],
  ): void {
    if (pixels === undefined) {
      this.#break(index);
      return;
    }
    this.#paint(rect, pixels);
    this.#mark(index, version, quality);
    this.#broken.delete(index);
    changed.push(rect);
  }

  /** What a copy reads; nothing if some of it is missing. */
  #read(copy: CopyOperation): Uint32Array | undefined {
    const { width, height } = copy.to;
    const from = { ...copy.to, x: copy.fromX, y: copy.fromY };
    if (touched(this.extent, from).some((index) => this.#isMissing(index))) {
      return undefined;
    }
    const source = new Uint32Array(width * height);
    for (let row = 0; row < height; row++) {
      const start = (from.y + row) * this.extent.width + from.x;
      source.set(this.#words.subarray(start, start + width), row * width);
    }
    return source;
  }

  #write(copy: CopyOperation, source: Uint32Array | undefined, changed: PixelRect[]): void {
    for (const index of touched(this.extent, copy.to)) {
      const tile = tileRect(this.extent, index);
      if (tile === undefined || !this.#isDue(index, copy.version, 0)) {
        continue;
      }
      // A tile that is covered in part keeps the rest of its pixels, so these must be right.
      const isCovered = contains(copy.to, tile);
      if (source === undefined || (!isCovered && this.#isMissing(index))) {
        this.#break(index);
        continue;
      }
      const area = intersection(tile, copy.to);
      this.#paintPart(area, source, copy.to);
      this.#mark(index, copy.version, EXACT);
      if (isCovered) {
        this.#broken.delete(index);
      }
      changed.push(area);
    }
  }

  #paintPart(area: PixelRect, source: Uint32Array, whole: PixelRect): void {
    const words = this.#words;
    for (let y = area.y; y < area.y + area.height; y++) {
      const start = (y - whole.y) * whole.width + (area.x - whole.x);
      const to = y * this.extent.width + area.x;
      // A tile's rows are too short to be worth a view of each.
      for (let x = 0; x < area.width; x++) {
        words[to + x] = source[start + x] ?? 0;
      }
    }
  }

  #paint(area: PixelRect, pixels: TilePixels): void {
    this.#paintPart(area, pixels, area);
  }

  #keep(slot: Slot, extent: Extent, pixels: TilePixels | undefined): void {
    if (pixels === undefined) {
      this.#slots.empty(slot);
    } else {
      this.#slots.fill(slot, extent, pixels);
    }
  }

  #break(index: TileIndex): void {
    this.#broken.add(index);
    // Whatever comes next as a whole tile is newer than this.
    this.#mark(index, 0 as Version, 0);
    this.#before.delete(index);
  }

  /** Whether a tile has no pixels that a copy or a patch may read. */
  #isMissing(index: TileIndex): boolean {
    return this.#broken.has(index) || this.#versions[index] === 0;
  }

  #mark(index: TileIndex, version: Version, quality: number): void {
    if (!this.#before.has(index)) {
      this.#before.set(index, this.#now(index));
    }
    this.#versions[index] = version;
    this.#qualities[index] = quality;
  }

  /** Whether this is newer than what the tile was before the update; one update may write a tile several times. */
  #isDue(index: TileIndex, version: Version, quality: number): boolean {
    const own = this.#before.get(index) ?? this.#now(index);
    return own.version < version || (own.version === version && own.quality < quality);
  }

  #now(index: TileIndex): { version: number; quality: number } {
    return { version: this.#versions[index] ?? 0, quality: this.#qualities[index] ?? 0 };
  }
}

const OPAQUE_BLACK = 0xff00_0000;
const EXACT = 0xff;

function intersection(a: PixelRect, b: PixelRect): PixelRect {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return { x, y, width, height };
}
