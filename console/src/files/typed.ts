/**
 * A path while somebody types it: which directory it is in so far, and with which names it may go on.
 *
 * @module
 */

/** Names that are offered at a time. */
const OFFERS_MAX = 30;

export interface Typed {
  /** What is typed, from the root on. */
  readonly whole: string;
  /** Up to the last slash. */
  readonly directory: string;
  /** Behind it. */
  readonly begun: string;
}

/** What `text` means where one is at `here`; a path that does not begin at the root begins there. */
export function typedPath(text: string, here: string): Typed {
  const trimmed = text.trimStart();
  const whole = trimmed.startsWith("/") ? trimmed : `${here.replace(/\/+$/, "")}/${trimmed}`;
  const at = whole.lastIndexOf("/");
  const directory = whole.slice(0, at).replace(/\/+$/, "") || "/";
  return { whole: whole.replace(/(.)\/+$/, "$1"), directory, begun: whole.slice(at + 1) };
}

/** Whole paths of the directories among `names` that begin as what is typed, whatever its case, the shortest first. */
export function completions({ directory, begun }: Typed, names: readonly string[]): string[] {
  const front = directory === "/" ? "/" : `${directory}/`;
  const wanted = begun.toLowerCase();
  const fitting = names.filter(
    // Hidden ones are offered to whoever asks for them.
    (name) => name.toLowerCase().startsWith(wanted) && (begun !== "" || !name.startsWith(".")),
  );
  fitting.sort((one, other) => one.length - other.length || one.localeCompare(other));
  return fitting.slice(0, OFFERS_MAX).map((name) => `${front}${name}/`);
}
