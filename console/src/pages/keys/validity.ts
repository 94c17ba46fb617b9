/**
 * For how long a key or an invitation can be used, as it is chosen.
 *
 * @module
 */

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** Seconds; the relay refuses what is longer than the site allows. */
const CHOICES = [10 * MINUTE_S, 30 * MINUTE_S, HOUR_S, 4 * HOUR_S, DAY_S, 7 * DAY_S] as const;

type Translate = (key: string, variables?: Record<string, number>) => string;

export function validities(t: Translate): { value: number; label: string }[] {
  return CHOICES.map((value) => ({ value, label: validityText(value, t) }));
}

function validityText(seconds: number, t: Translate): string {
  if (seconds < HOUR_S) {
    return t("validity-minutes", { count: seconds / MINUTE_S });
  }
  return seconds < DAY_S
    ? t("validity-hours", { count: seconds / HOUR_S })
    : t("validity-days", { count: seconds / DAY_S });
}
