/**
 * Sizes, times and rates as people read them, in the language of the page.
 *
 * @module
 */
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function sizeText(bytes: number, language: string): string {
  let [value, unit] = [bytes, 0];
  while (1000 <= value && unit < UNITS.length - 1) {
    [value, unit] = [value / 1000, unit + 1];
  }
  const maximumFractionDigits = unit === 0 || 100 <= value ? 0 : 1;
  const format = { style: "unit", unit: UNITS[unit] ?? "byte", unitDisplay: "short", maximumFractionDigits };
  return new Intl.NumberFormat(language, format as Intl.NumberFormatOptions).format(value);
}

export function timeText(ms: number, language: string): string {
  return ms === 0
    ? ""
    : new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" }).format(ms);
}

/** `1:05` or `2:03:04`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`;
}
