/**
 * Hours of the week as the relay has them, and as a page shows them. Pure.
 *
 * @module
 */
import type { Window } from "../api/records.ts";

export const DAY_MIN = 24 * 60;

/** A stretch of one day, in minutes after midnight; `day` is 1 for Monday to 7. */
export interface Stretch {
  readonly day: number;
  readonly from: number;
  readonly to: number;
}

/** The windows of a schedule cut at midnight, for a picture of the week. */
export function stretches(windows: readonly Window[]): Stretch[] {
  return windows.flatMap(({ days, opens_min: from, closes_min: to }) =>
    days.flatMap((day) => {
      if (from < to) {
        return [{ day, from, to }];
      }
      const next = { day: (day % 7) + 1, from: 0, to };
      return [{ day, from, to: DAY_MIN }, ...(to > 0 ? [next] : [])];
    }),
  );
}

/** `HH:MM` of minutes after midnight; the end of a day is the next one's beginning. */
export function clockOf(minutes: number): string {
  const part = (value: number) => String(value).padStart(2, "0");
  return `${part(Math.floor(minutes / 60) % 24)}:${part(minutes % 60)}`;
}

/** Minutes after midnight of `HH:MM`; nothing where it is none. */
export function minutesOf(clock: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock) ?? [];
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}
