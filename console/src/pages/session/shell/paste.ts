/**
 * What is asked before text goes into a shell: a pasted line end runs what stands before it.
 *
 * @module
 */

/** Lines that a pasted text would run at once: those with an end, and none if nothing follows the only one. */
export function linesToRun(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}

/** The first lines of a text, to be looked at before it is pasted. */
export function preview(text: string, linesMax = 8, columnsMax = 120): string {
  const lines = text.split(/\r\n|\r|\n/);
  const shown = lines.slice(0, linesMax).map((line) => cut(line, columnsMax));
  return lines.length > linesMax ? [...shown, "…"].join("\n") : shown.join("\n");
}

function cut(line: string, columnsMax: number): string {
  return line.length > columnsMax ? `${line.slice(0, columnsMax)}…` : line;
}
