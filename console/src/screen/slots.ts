/**
 * Tiles that are kept for later, each in a slot that the sender chose. Pure.
 *
 * All pixels lie in one block, which is there from the first tile on: a sender fills its slots one after the other for as
 * long as new tiles come, and what is filled again makes no garbage. Memory that was never written to costs nothing.
 *
 * @module
 */
import type { Slot } from "../wire/ids.ts";
import { SLOTS_MAX } from "../wire/limits.ts";
import { type Extent, TILE_SIDE } from "../wire/screen/grid.ts";
import type { TilePixels } from "./decoder.ts";

const TILE_PIXELS = TILE_SIDE * TILE_SIDE;

/** Slots of a block: as many as our own relays use. A sender that uses all that it may has a second block. */
export const SLOTS_OF_BLOCK = SLOTS_MAX / 2;

export class Slots {
  readonly #extents = new Map<Slot, Extent>();
  readonly #blocks = new Map<number, Uint32Array>();

  /** Copies the pixels of a tile into a slot. */
  fill(slot: Slot, { width, height }: Extent, pixels: TilePixels): void {
    this.#extents.set(slot, { width, height });
    this.#room(slot, width * height).set(pixels);
  }

  /** Nothing is in the slot any more. */
  empty(slot: Slot): void {
    this.#extents.delete(slot);
  }

  /** What is in a slot, if it is a tile of this size. Borrowed: valid until the slot is filled again. */
  get(slot: Slot, { width, height }: Extent): TilePixels | undefined {
    const kept = this.#extents.get(slot);
    return kept?.width === width && kept.height === height ? this.#room(slot, width * height) : undefined;
  }

  #room(slot: Slot, pixels: number): Uint32Array {
    const number = Math.floor(slot / SLOTS_OF_BLOCK);
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = new Uint32Array(SLOTS_OF_BLOCK * TILE_PIXELS);
      this.#blocks.set(number, block);
    }
    const start = (slot % SLOTS_OF_BLOCK) * TILE_PIXELS;
    return block.subarray(start, start + pixels);
  }
}
