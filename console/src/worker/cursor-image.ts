/**
 * Turns shapes of the endpoint's mouse pointer into PNG images. Runs in the worker.
 *
 * @module
 */
import { Zstd } from "../codec/zstd.ts";
import type { CursorShape } from "../wire/cursor.ts";
import type { CursorImage } from "./messages.ts";

/** A cursor's frame is whole; the decoder of tiles adds these four bytes, which payloads leave out, itself. */
const MAGIC_BYTES = 4;

export class CursorImages {
  readonly #zstd: Zstd;

  constructor(zstd: WebAssembly.Module) {
    this.#zstd = new Zstd(zstd);
  }

  /** Nothing when the pixels are not those of the shape. */
  async image(shape: CursorShape): Promise<CursorImage | undefined> {
    const { width, height, hotX, hotY } = shape;
    const bytes = width * height * 4;
    const pixels = this.#zstd.expand(shape.pixels.subarray(MAGIC_BYTES), bytes);
    if (pixels?.length !== bytes) {
      return undefined;
    }
    const canvas = new OffscreenCanvas(width, height);
    const rgba = new Uint8ClampedArray(bytes);
    rgba.set(pixels);
    canvas.getContext("2d")?.putImageData(new ImageData(rgba, width, height), 0, 0);
    const png = await canvas.convertToBlob({ type: "image/png" });
    return { png, width, height, hotX, hotY };
  }
}
