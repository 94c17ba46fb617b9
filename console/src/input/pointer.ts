/**
 * Where the mouse is in physical pixels of a display, and what its wheel says. Pure.
 *
 * @module
 */
import type { Pointer } from "../wire/input.ts";
import type { Extent } from "../wire/screen/grid.ts";

/** Where the picture lies in the window, in CSS pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A notch of a wheel in the wire's units. */
const NOTCH = 120;
/** Browsers scroll 100 CSS pixels, or 3 lines, for a notch. */
const PIXELS_PER_NOTCH = 100;
const LINES_PER_NOTCH = 3;
const I16_MAX = 0x7fff;

/** The physical pixel under a place of the window; the nearest one when the place is outside. */
export function pointerAt(
  clientX: number,
  clientY: number,
  box: Box,
  display: number,
  size: Extent,
): Pointer {
  const along = (client: number, start: number, length: number, pixels: number) => {
    const pixel = length === 0 ? 0 : Math.floor(((client - start) * pixels) / length);
    return Math.min(Math.max(pixel, 0), pixels - 1);
  };
  return {
    display,
    x: along(clientX, box.left, box.width, size.width),
    y: along(clientY, box.top, box.height, size.height),
  };
}

/** What is read of a `WheelEvent`. */
export interface WheelLike {
  readonly deltaX: number;
  readonly deltaY: number;
  readonly deltaMode: number;
}

/** Turns wheel events into whole 120ths of a notch; what is left over counts towards the next. */
export class Wheel {
  #restX = 0;
  #restY = 0;

  turn(event: WheelLike): { dx: number; dy: number } | undefined {
    const notches = [1 / PIXELS_PER_NOTCH, 1 / LINES_PER_NOTCH, 1][event.deltaMode] ?? 1;
    this.#restX += event.deltaX * notches * NOTCH;
    this.#restY += event.deltaY * notches * NOTCH;
    const [dx, dy] = [whole(this.#restX), whole(this.#restY)];
    this.#restX -= dx;
    this.#restY -= dy;
    return dx === 0 && dy === 0 ? undefined : { dx, dy };
  }
}

function whole(value: number): number {
  return Math.min(Math.max(Math.trunc(value), -I16_MAX), I16_MAX) + 0;
}
