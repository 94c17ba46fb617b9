/**
 * Puts something that floats beside what it belongs to, inside of the window.
 *
 * @module
 */

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export type Side = "below" | "above" | "right" | "left";

/** Room between both, and to the window's edge. */
const GAP = 4;

/** Where the upper left corner goes: at `side`, or at the other side where there is no room. Pure. */
export function cornerBeside(
  box: Box,
  size: Size,
  room: Size,
  side: Side,
  align: "start" | "end",
): { left: number; top: number } {
  const within = (at: number, length: number, max: number) => Math.max(GAP, Math.min(at, max - length - GAP));
  if (side === "below" || side === "above") {
    const left = align === "start" ? box.left : box.right - size.width;
    const below = box.bottom + GAP;
    const above = box.top - GAP - size.height;
    const isBelow = side === "below" ? below + size.height <= room.height || above < 0 : above < 0;
    return {
      left: within(left, size.width, room.width),
      top: within(isBelow ? below : above, size.height, room.height),
    };
  }
  const top = align === "start" ? box.top : box.bottom - size.height;
  const right = box.right + GAP;
  const left = box.left - GAP - size.width;
  const isRight = side === "right" ? right + size.width <= room.width || left < 0 : left < 0;
  return {
    left: within(isRight ? right : left, size.width, room.width),
    top: within(top, size.height, room.height),
  };
}

export function placeBeside(floating: HTMLElement, box: Box, side: Side, align: "start" | "end"): void {
  const size = { width: floating.offsetWidth, height: floating.offsetHeight };
  const { left, top } = cornerBeside(box, size, { width: innerWidth, height: innerHeight }, side, align);
  floating.style.left = `${left}px`;
  floating.style.top = `${top}px`;
}
