/**
 * The operations of an update, mirroring `engine/wire/src/screen/operation.rs`.
 *
 * @module
 */
import { DecodeError } from "../error.ts";
import type { DictionaryId, Slot, TileIndex, Version } from "../ids.ts";
import {
  DICTIONARIES_MAX,
  DICTIONARY_BYTES_MAX,
  EXTENT_MAX,
  PICTURE_BYTES_MAX,
  SLOTS_MAX,
  TILE_BYTES_MAX,
  TILES_MAX,
} from "../limits.ts";
import type { Reader } from "../read.ts";
import { type PixelRect, TILE_SIDE } from "./grid.ts";

/** The quality of a tile that equals the rendition's own pixels. */
export const EXACT = 0xff;

/** Coded pixels, and what is needed to read them. */
export interface Payload {
  /** How it is coded; only `codec` knows what the numbers mean. */
  readonly coding: number;
  readonly dictionary: DictionaryId | undefined;
  /** Shares the received buffer. */
  readonly bytes: Uint8Array;
}

export type Operation =
  | {
      readonly kind: "tile";
      readonly index: TileIndex;
      readonly version: Version;
      readonly quality: number;
      readonly keep: Slot | undefined;
      readonly payload: Payload;
    }
  | {
      readonly kind: "copy";
      readonly version: Version;
      readonly base: Version;
      readonly fromX: number;
      readonly fromY: number;
      readonly to: PixelRect;
    }
  | {
      readonly kind: "patch";
      readonly index: TileIndex;
      readonly version: Version;
      readonly base: Version;
      /** In pixels of the tile. */
      readonly rect: PixelRect;
      readonly payload: Payload;
    }
  | { readonly kind: "reuse"; readonly index: TileIndex; readonly version: Version; readonly slot: Slot }
  | { readonly kind: "dictionary"; readonly id: DictionaryId; readonly bytes: Uint8Array }
  | {
      readonly kind: "videoRegion";
      readonly id: number;
      readonly rect: PixelRect;
      readonly codedWidth: number;
      readonly codedHeight: number;
    }
  | {
      readonly kind: "videoPicture";
      readonly id: number;
      readonly key: boolean;
      readonly number: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "videoEnd"; readonly id: number; readonly version: Version };

export type TileOperation = Extract<Operation, { kind: "tile" }>;
export type CopyOperation = Extract<Operation, { kind: "copy" }>;
export type PatchOperation = Extract<Operation, { kind: "patch" }>;
export type ReuseOperation = Extract<Operation, { kind: "reuse" }>;

const TILE = 1;
const COPY = 2;
const PATCH = 3;
const REUSE = 4;
const DICTIONARY = 5;
const VIDEO_REGION = 6;
const VIDEO_PICTURE = 7;
const VIDEO_END = 8;

const HAS_BACK = 0x10;
const HAS_SLOT = 0x20;
const IS_KEY = 0x20;
const HAS_DICTIONARY = 0x40;
const HAS_QUALITY = 0x80;

const FLAGS_ALLOWED: Readonly<Record<number, number>> = {
  [TILE]: HAS_BACK | HAS_SLOT | HAS_DICTIONARY | HAS_QUALITY,
  [PATCH]: HAS_BACK | HAS_DICTIONARY,
  [COPY]: HAS_BACK,
  [REUSE]: HAS_BACK,
  [VIDEO_END]: HAS_BACK,
  [VIDEO_PICTURE]: IS_KEY,
};

/** Reads one operation off the front, in an update whose newest version is `newest`. */
export function decodeOperation(newest: Version, reader: Reader): Operation {
  const first = reader.u8();
  const kind = first & 0x0f;
  const flags = first & 0xf0;
  if ((flags & ~(FLAGS_ALLOWED[kind] ?? 0)) !== 0) {
    throw DecodeError.unknown("flags of an operation", first);
  }
  switch (kind) {
    case TILE:
      return decodeTile(newest, flags, reader);
    case COPY:
      return decodeCopy(newest, flags, reader);
    case PATCH:
      return decodePatch(newest, flags, reader);
    case REUSE: {
      const index = getIndex(reader);
      const version = getVersion(newest, flags, reader);
      return { kind: "reuse", index, version, slot: getSlot(reader) };
    }
    case DICTIONARY: {
      const id = getDictionary(reader);
      return { kind: "dictionary", id, bytes: reader.block("dictionary", DICTIONARY_BYTES_MAX) };
    }
    case VIDEO_REGION:
      return decodeVideoRegion(reader);
    case VIDEO_PICTURE: {
      const [id, number] = [reader.varintU32("region"), reader.varintU32("picture")];
      const bytes = reader.block("picture", PICTURE_BYTES_MAX);
      return { kind: "videoPicture", id, key: (flags & IS_KEY) !== 0, number, bytes };
    }
    case VIDEO_END: {
      const id = reader.varintU32("region");
      return { kind: "videoEnd", id, version: getVersion(newest, flags, reader) };
    }
    default:
      throw DecodeError.unknown("operation", first);
  }
}

function decodeTile(newest: Version, flags: number, reader: Reader): Operation {
  const index = getIndex(reader);
  const version = getVersion(newest, flags, reader);
  const quality = (flags & HAS_QUALITY) === 0 ? EXACT : reader.u8();
  const { coding, dictionary } = getCoding(flags, reader);
  const keep = (flags & HAS_SLOT) === 0 ? undefined : getSlot(reader);
  const bytes = reader.block("tile", TILE_BYTES_MAX);
  return { kind: "tile", index, version, quality, keep, payload: { coding, dictionary, bytes } };
}

function decodeCopy(newest: Version, flags: number, reader: Reader): Operation {
  const { version, base } = getBased(newest, flags, reader);
  const [fromX, fromY] = [getPixel(reader), getPixel(reader)];
  return { kind: "copy", version, base, fromX, fromY, to: getRect(reader) };
}

function decodePatch(newest: Version, flags: number, reader: Reader): Operation {
  const index = getIndex(reader);
  const { version, base } = getBased(newest, flags, reader);
  const rect = { x: reader.u8(), y: reader.u8(), width: reader.u8(), height: reader.u8() };
  const fits = (start: number, length: number) => 0 < length && start + length <= TILE_SIDE;
  if (!fits(rect.x, rect.width) || !fits(rect.y, rect.height)) {
    throw DecodeError.contradiction("a patch that is not inside its tile");
  }
  const { coding, dictionary } = getCoding(flags, reader);
  const bytes = reader.block("patch", TILE_BYTES_MAX);
  return { kind: "patch", index, version, base, rect, payload: { coding, dictionary, bytes } };
}

function decodeVideoRegion(reader: Reader): Operation {
  const id = reader.varintU32("region");
  const rect = getRect(reader);
  const [codedWidth, codedHeight] = [getPixel(reader), getPixel(reader)];
  if (codedWidth === 0 || codedHeight === 0) {
    throw DecodeError.contradiction("an area without pixels");
  }
  const lengths = [rect.x, rect.y, rect.width, rect.height, codedWidth, codedHeight];
  if (lengths.some((length) => length % 2 !== 0)) {
    throw DecodeError.contradiction("a video region with an odd place or size");
  }
  return { kind: "videoRegion", id, rect, codedWidth, codedHeight };
}

function getIndex(reader: Reader): TileIndex {
  return reader.varintMax("tile index", TILES_MAX - 1) as TileIndex;
}

function getSlot(reader: Reader): Slot {
  return reader.varintMax("slot", SLOTS_MAX - 1) as Slot;
}

function getDictionary(reader: Reader): DictionaryId {
  const got = reader.u8();
  if (DICTIONARIES_MAX <= got) {
    throw DecodeError.overLimit("dictionary", got, DICTIONARIES_MAX - 1);
  }
  return got as DictionaryId;
}

function getCoding(flags: number, reader: Reader): Pick<Payload, "coding" | "dictionary"> {
  const coding = reader.u8();
  return { coding, dictionary: (flags & HAS_DICTIONARY) === 0 ? undefined : getDictionary(reader) };
}

function getVersion(newest: Version, flags: number, reader: Reader): Version {
  const back = (flags & HAS_BACK) === 0 ? 0 : reader.varintU32("version");
  if (newest <= back) {
    throw DecodeError.contradiction("an operation from before the first capture");
  }
  return (newest - back) as Version;
}

function getBased(newest: Version, flags: number, reader: Reader): { version: Version; base: Version } {
  const version = getVersion(newest, flags, reader);
  const ago = reader.varintU32("base");
  if (ago === 0 || version <= ago) {
    throw DecodeError.contradiction("an operation that is not based on an earlier capture");
  }
  return { version, base: (version - ago) as Version };
}

function getPixel(reader: Reader): number {
  return reader.varintMax("pixels", EXTENT_MAX);
}

function getRect(reader: Reader): PixelRect {
  const [x, y, width, height] = [getPixel(reader), getPixel(reader), getPixel(reader), getPixel(reader)];
  if (width === 0 || height === 0) {
    throw DecodeError.contradiction("an area without pixels");
  }
  return { x, y, width, height };
}
