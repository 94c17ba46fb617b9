/**
 * Paints pictures onto the page's canvas, pixel for pixel. Runs in the worker.
 *
 * @module
 */
import type { Extent, PixelRect } from "../wire/screen/grid.ts";
import { joined } from "./areas.ts";
import type { Picture } from "./picture.ts";

export class Painter {
  readonly #canvas: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #resized: (extent: Extent) => void;
  #picture: Picture | undefined;
  #image: ImageData | undefined;
  /** The last picture of each film, and where it is shown. */
  readonly #films = new Map<number, { frame: VideoFrame; rect: PixelRect }>();

  /** `resized` is told each size that the canvas takes. */
  constructor(canvas: OffscreenCanvas, resized: (extent: Extent) => void) {
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) {
      throw new Error("the browser has no 2d canvas");
    }
    this.#canvas = canvas;
    this.#context = context;
    this.#resized = resized;
  }

  /**
   * Paints what changed. After a lost link the new picture of the same size is painted over the old one, tile by
   * tile, so that nothing flashes.
   */
  paint(picture: Picture, changed: readonly PixelRect[]): void {
    if (this.#picture !== picture) {
      this.#take(picture);
    }
    for (const area of joined(changed)) {
      this.#context.putImageData(this.#imageOf(picture), 0, 0, area.x, area.y, area.width, area.height);
      this.#cover(area);
    }
  }

  /** Shows a film's next picture above the tiles. Takes the frame over. */
  paintFilm(id: number, frame: VideoFrame, rect: PixelRect): void {
    this.#films.get(id)?.frame.close();
    this.#films.set(id, { frame, rect });
    this.#context.drawImage(frame, rect.x, rect.y, rect.width, rect.height);
  }

  /** A film is over: what is painted next at its place is tiles. */
  endFilm(id: number): void {
    this.#films.get(id)?.frame.close();
    this.#films.delete(id);
  }

  /** Another display is to be shown: nothing of the old one stays. */
  clear(): void {
    this.#picture = undefined;
    this.#image = undefined;
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  /** The picture as PNG, every pixel as it is at the endpoint. */
  png(): Promise<Blob> {
    if (this.#picture === undefined) {
      return Promise.reject(new Error("there is no picture yet"));
    }
    return this.#canvas.convertToBlob({ type: "image/png" });
  }

  /** SHA-256 over the picture's pixels, three bytes each (R, G, B), rows from the top; empty without a picture. */
  async sha256(): Promise<string> {
    if (this.#picture === undefined) {
      return "";
    }
    const { pixels } = this.#picture;
    const colors = new Uint8Array((pixels.length / 4) * 3);
    for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
      colors.set(pixels.subarray(from, from + 3), to);
    }
    const digest = await crypto.subtle.digest("SHA-256", colors);
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Films stay above tiles that were painted. */
  #cover(area: PixelRect): void {
    for (const { frame, rect } of this.#films.values()) {
      const isApart =
        rect.x + rect.width <= area.x ||
        area.x + area.width <= rect.x ||
        rect.y + rect.height <= area.y ||
        area.y + area.height <= rect.y;
      if (!isApart) {
        this.#context.drawImage(frame, rect.x, rect.y, rect.width, rect.height);
      }
    }
  }

  #take(picture: Picture): void {
    const { width, height } = picture.extent;
    this.#picture = picture;
    this.#image = undefined;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    this.#resized(picture.extent);
  }

  #imageOf(picture: Picture): ImageData {
    this.#image ??= new ImageData(picture.pixels, picture.extent.width, picture.extent.height);
    return this.#image;
  }
}
