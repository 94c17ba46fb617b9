/**
 * Session keys as people type them. Pure.
 *
 * @module
 */

/** Letters and digits of a key, which is written in two groups of five. */
const KEY_LENGTH = 10;

/** A key as it is shown while it is typed: capital letters, a dash in the middle. */
export function shownKey(typed: string): string {
  const letters = typed
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "")
    .slice(0, KEY_LENGTH);
  return letters.length <= KEY_LENGTH / 2
    ? letters
    : `${letters.slice(0, KEY_LENGTH / 2)}-${letters.slice(KEY_LENGTH / 2)}`;
}

/** Whether all of a key is there. */
export function isWhole(typed: string): boolean {
  return shownKey(typed).length === KEY_LENGTH + 1;
}

/** The key in the fragment of a page's address, `#key=ABCDE-FGHJK`; nothing where there is none. */
export function keyInAddress(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, "")).get("key") ?? undefined;
}
