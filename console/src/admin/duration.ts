/**
 * Times as people say them. Pure.
 *
 * @module
 */

/** Seconds of each unit. */
export const UNITS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const;

export type Unit = keyof typeof UNITS;

/** The largest unit in which a time is a whole number. */
export function unitOf(seconds: number): Unit {
  const fits = (["days", "hours", "minutes"] as const).find(
    (unit) => seconds > 0 && seconds % UNITS[unit] === 0,
  );
  return fits ?? "seconds";
}

/** A time in words of its two largest units, such as `3 h 20 min`, in a language. */
export function inWords(seconds: number, language: string): string {
  const parts = { days: Math.floor(seconds / 86_400), hours: Math.floor(seconds / 3600) % 24 };
  const rest = { minutes: Math.floor(seconds / 60) % 60, seconds: Math.floor(seconds) % 60 };
  const say = (count: number, unit: string) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(count);
  const all = [
    [parts.days, "day"],
    [parts.hours, "hour"],
    [rest.minutes, "minute"],
    [rest.seconds, "second"],
  ] as const;
  const first = all.findIndex(([count]) => count > 0);
  if (first === -1) {
    return say(0, "second");
  }
  return all
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => say(count, unit))
    .join(" ");
}

/** Bytes with a unit, such as `3.2 GB`, in a language. */
export function bytesInWords(bytes: number, language: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const format = { style: "unit", unit: units[step] ?? "byte", unitDisplay: "short" } as const;
  return new Intl.NumberFormat(language, { ...format, maximumFractionDigits: step === 0 ? 0 : 1 }).format(
    bytes / 1000 ** step,
  );
}
