/**
 * Tags as they are typed: words between commas. Pure.
 *
 * @module
 */

/** Each tag once, in the order in which they stand. */
export function tagsOf(typed: string): string[] {
  const tags = typed.split(",").map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ""))];
}
