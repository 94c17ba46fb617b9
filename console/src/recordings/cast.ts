/**
 * Plays an asciicast: what is to be shown when. It has no clock of its own and paints nothing.
 *
 * @module
 */

/** Longer pauses are cut to this where they are to be shortened. */
const PAUSE_MAX_S = 2;

export interface CastSize {
  readonly columns: number;
  readonly rows: number;
}

export type CastEvent =
  | { readonly kind: "output"; readonly atS: number; readonly text: string }
  | { readonly kind: "resize"; readonly atS: number; readonly size: CastSize }
  | { readonly kind: "marker"; readonly atS: number; readonly text: string };

export interface Cast {
  readonly size: CastSize;
  readonly events: readonly CastEvent[];
  readonly lengthS: number;
}

/** Reads an asciicast of version 2. Lines that are none are left out: a recording may have been cut off. */
export function parseCast(text: string, shortensPauses: boolean): Cast {
  const [head, ...lines] = text.split("\n");
  const header = read(head ?? "");
  if (!isHeader(header)) {
    throw new Error("not an asciicast of version 2");
  }
  const events: CastEvent[] = [];
  let [cut, beforeS] = [0, 0];
  for (const line of lines) {
    const event = eventOf(read(line));
    if (event) {
      const pause = event.atS - beforeS;
      beforeS = event.atS;
      cut += shortensPauses && PAUSE_MAX_S < pause ? pause - PAUSE_MAX_S : 0;
      events.push({ ...event, atS: event.atS - cut });
    }
  }
  const size = { columns: header.width, rows: header.height };
  return { size, events, lengthS: events.at(-1)?.atS ?? 0 };
}

/** How many events happen up to a time. */
export function eventsUpTo({ events }: Cast, atS: number): number {
  const later = events.findIndex((event) => atS < event.atS);
  return later < 0 ? events.length : later;
}

/** `1:05` or `2:03:04`. */
export function clockText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

function read(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isHeader(value: unknown): value is { version: 2; width: number; height: number } {
  const header = value as { version?: unknown; width?: unknown; height?: unknown } | undefined;
  return header?.version === 2 && typeof header.width === "number" && typeof header.height === "number";
}

function eventOf(value: unknown): CastEvent | undefined {
  if (!Array.isArray(value)) {
    return undefined;
  }
  const [atS, code, data] = value as readonly unknown[];
  if (typeof atS !== "number" || typeof data !== "string") {
    return undefined;
  }
  const [columns, rows] = data.split("x").map(Number);
  switch (code) {
    case "o":
      return { kind: "output", atS, text: data };
    case "m":
      return { kind: "marker", atS, text: data };
    case "r":
      return columns && rows ? { kind: "resize", atS, size: { columns, rows } } : undefined;
    default:
      return undefined;
  }
}
