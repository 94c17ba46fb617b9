/**
 * Reads a long list without holding the page up: some elements at a time, with a rest in between in which the page may
 * paint and answer. Five thousand lines in one go would take as long as several frames.
 *
 * @module
 */

/** Text that is read at once: two milliseconds on a slow computer. */
const SLICE_CHARS = 64 << 10;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPENS, CLOSES] = [new Set([0x5b, 0x7b]), new Set([0x5d, 0x7d])];

/** The elements of a JSON list; `rest` is awaited between two slices. Throws where it is no JSON list. */
export async function readList<Element>(text: string, rest: () => Promise<void>): Promise<Element[]> {
  const whole = text.trim();
  if (whole.length <= SLICE_CHARS || !whole.startsWith("[") || !whole.endsWith("]")) {
    return JSON.parse(whole) as Element[];
  }
  const list: Element[] = [];
  for (let from = 1; from < whole.length - 1; ) {
    const end = endOfSlice(whole, from);
    list.push(...(JSON.parse(`[${whole.slice(from, end)}]`) as Element[]));
    from = end + 1;
    await rest();
  }
  return list;
}

/** Lets the page do what it has to; a slice is read whole before. */
export function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Where the first element ends that goes beyond a slice's length: at the comma behind it, or at the list's end. */
function endOfSlice(text: string, from: number): number {
  const last = text.length - 1;
  let depth = 0;
  let isString = false;
  for (let at = from; at < last; at++) {
    const code = text.charCodeAt(at);
    if (isString) {
      at += code === BACKSLASH ? 1 : 0;
      isString = code !== QUOTE;
    } else if (code === QUOTE) {
      isString = true;
    } else if (OPENS.has(code)) {
      depth += 1;
    } else if (CLOSES.has(code)) {
      depth -= 1;
    } else if (code === COMMA && depth === 0 && SLICE_CHARS <= at - from) {
      return at;
    }
  }
  return last;
}
