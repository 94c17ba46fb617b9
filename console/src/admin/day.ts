/**
 * Days of a filter, as the relay takes them: the beginning of a day in the time of the browser. Pure.
 *
 * @module
 */

/** The first moment of a day, `YYYY-MM-DD`; nothing where it is none. */
export function beginningOf(day: string): string | undefined {
  const at = day === "" ? Number.NaN : new Date(`${day}T00:00:00`).getTime();
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** The first moment after a day. */
export function endOf(day: string): string | undefined {
  const begins = beginningOf(day);
  if (begins === undefined) {
    return undefined;
  }
  const next = new Date(begins);
  // Not 24 hours later: the day on which clocks are changed has another length.
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}
