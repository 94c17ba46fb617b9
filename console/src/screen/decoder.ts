/**
 * What a picture needs of a decoder; `codec/` has the real one.
 *
 * @module
 */
import type { DictionaryId } from "../wire/ids.ts";
import type { Payload } from "../wire/screen/operation.ts";

/** RGBA as one number a pixel, in memory order. Borrowed: valid until the next decode. */
export type TilePixels = Uint32Array;

export interface PixelDecoder {
  /** The pixels of a payload, or nothing if it is not one of `width × height` pixels. Never throws. */
  decode(payload: Payload, width: number, height: number): TilePixels | undefined;
  /** Replaces the dictionary at a place of this epoch. Copies the bytes. */
  setDictionary(id: DictionaryId, bytes: Uint8Array): void;
}
