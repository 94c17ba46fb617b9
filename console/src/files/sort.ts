/**
 * The order of a listing: directories first, then by a column.
 *
 * @module
 */
import type { Item } from "../wire/file.ts";
import { textOf } from "./paths.ts";

export type Column = "name" | "size" | "modified";

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Whether opening it leads into a directory. */
export function isDirectory(item: Item): boolean {
  return item.kind === "directory" || item.target?.kind === "directory";
}

export function sorted(items: readonly Item[], column: Column, isDescending: boolean): Item[] {
  const named = items.map((item) => ({ item, text: textOf(item.name) }));
  const sign = isDescending ? -1 : 1;
  named.sort((one, other) => {
    const kinds = Number(isDirectory(other.item)) - Number(isDirectory(one.item));
    const byName = COLLATOR.compare(one.text, other.text);
    const by = {
      name: byName,
      size: one.item.size - other.item.size,
      modified: one.item.modifiedMs - other.item.modifiedMs,
    };
    return kinds || sign * by[column] || byName;
  });
  return named.map(({ item }) => item);
}
