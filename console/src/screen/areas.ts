/**
 * Areas that changed, joined to fewer and larger ones of the same pixels: each costs a call when it is painted.
 *
 * @module
 */
import type { PixelRect } from "../wire/screen/grid.ts";

/** Joins neighbours in a row, then rows of the same width below each other. Areas in the order of tiles join best. */
export function joined(areas: readonly PixelRect[]): PixelRect[] {
  return joinedBy(joinedBy(areas, beside), below);
}

function joinedBy(
  areas: readonly PixelRect[],
  join: (a: PixelRect, b: PixelRect) => PixelRect | undefined,
): PixelRect[] {
  const all: PixelRect[] = [];
  for (const area of areas) {
    const last = all.at(-1);
    const both = last && join(last, area);
    if (both) {
      all[all.length - 1] = both;
    } else {
      all.push(area);
    }
  }
  return all;
}

function beside(left: PixelRect, right: PixelRect): PixelRect | undefined {
  const isBeside = left.y === right.y && left.height === right.height && left.x + left.width === right.x;
  return isBeside ? { ...left, width: left.width + right.width } : undefined;
}

function below(upper: PixelRect, lower: PixelRect): PixelRect | undefined {
  const isBelow = upper.x === lower.x && upper.width === lower.width && upper.y + upper.height === lower.y;
  return isBelow ? { ...upper, height: upper.height + lower.height } : undefined;
}
