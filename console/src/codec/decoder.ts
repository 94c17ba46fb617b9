/**
 * Payloads to pixels, mirroring `codec/src/decode.rs` in Rust. Total: any bytes give just the pixels asked for,
 * or nothing, in bounded time and memory.
 *
 * @module
 */
import type { PixelDecoder, TilePixels } from "../screen/decoder.ts";
import type { DictionaryId } from "../wire/ids.ts";
import { DICTIONARIES_MAX, DICTIONARY_BYTES_MAX, TILE_BYTES_MAX } from "../wire/limits.ts";
import { TILE_SIDE } from "../wire/screen/grid.ts";
import type { Payload } from "../wire/screen/operation.ts";
import { bodyBytesMax, Layout, unpack } from "./layout.ts";
import { type Primer, readPrimer } from "./traced.ts";
import { Zstd } from "./zstd.ts";

/** The bit of a coding that says: the body is one zstd frame without its magic number. */
const ZSTD_BIT = 0x80;

/** Decodes the payloads of one epoch and holds its dictionaries. */
export class TileDecoder implements PixelDecoder {
  readonly #zstd: Zstd;
  readonly #failed: () => void;
  readonly #pixels = new Uint32Array(TILE_SIDE * TILE_SIDE);
  readonly #primers: (Primer | undefined)[] = new Array(DICTIONARIES_MAX).fill(undefined);

  /** `failed` is called for each payload that is not what it should be. */
  constructor(zstd: WebAssembly.Module, failed: () => void = () => undefined) {
    this.#zstd = new Zstd(zstd);
    this.#failed = failed;
  }

  decode(payload: Payload, width: number, height: number): TilePixels | undefined {
    const pixels = this.#decode(payload, width, height);
    if (pixels === undefined) {
      this.#failed();
    }
    return pixels;
  }

  setDictionary(id: DictionaryId, bytes: Uint8Array): void {
    const primer = bytes.length <= DICTIONARY_BYTES_MAX ? readPrimer(bytes) : undefined;
    if (id < DICTIONARIES_MAX) {
      this.#primers[id] = primer;
    }
    if (primer === undefined) {
      this.#failed();
    }
  }

  #decode(payload: Payload, width: number, height: number): TilePixels | undefined {
    if (width < 1 || height < 1 || TILE_SIDE < width || TILE_SIDE < height) {
      return undefined;
    }
    const isPacked = (payload.coding & ZSTD_BIT) !== 0;
    const layout = layoutOf(payload.coding & ~ZSTD_BIT);
    if (layout === undefined || (isPacked && isDense(layout)) || TILE_BYTES_MAX < payload.bytes.length) {
      return undefined;
    }
    const bytesMax = bodyBytesMax(layout, width * height);
    const body = isPacked ? this.#zstd.expand(payload.bytes, bytesMax) : payload.bytes;
    const named = layout === Layout.Traced ? payload.dictionary : undefined;
    const primer = named === undefined ? undefined : this.#primers[named];
    if (body === undefined || (named !== undefined && primer === undefined)) {
      return undefined;
    }
    const pixels = this.#pixels.subarray(0, width * height);
    return unpack(layout, body, width, pixels, primer) ? pixels : undefined;
  }
}

function layoutOf(number: number): Layout | undefined {
  return number <= Layout.Traced ? (number as Layout) : undefined;
}

/** Whether zstd would find nothing in its bodies. */
function isDense(layout: Layout): boolean {
  return layout === Layout.Solid || layout === Layout.Photo || layout === Layout.Traced;
}
