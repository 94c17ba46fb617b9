/**
 * Which rows of a long list are worth having on the page. Pure.
 *
 * @module
 */

export interface Rows {
  /** Index of the first row, and of the one behind the last. */
  readonly first: number;
  readonly end: number;
}

/** Rows above and below what is seen, so that a quick scroll shows no gap. */
const SPARE = 8;

/** The rows of `count` that a window at `top`, `height` pixels high, shows of rows of `rowHeight` pixels. */
export function rowsIn(top: number, height: number, rowHeight: number, count: number): Rows {
  const first = Math.max(0, Math.floor(top / rowHeight) - SPARE);
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + SPARE);
  return { first: Math.min(first, Math.max(0, count - 1)), end };
}

/** Where to scroll so that a row is seen whole, from `top`; unchanged where it is. */
export function scrollTo(row: number, top: number, height: number, rowHeight: number): number {
  const from = row * rowHeight;
  if (from < top) {
    return from;
  }
  return top + height < from + rowHeight ? from + rowHeight - height : top;
}
