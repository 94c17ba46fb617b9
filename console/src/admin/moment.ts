/**
 * A moment as people read it, in the language of the page and the time of the browser.
 *
 * @module
 */
import { language } from "../i18n/i18n.svelte.ts";

/** Day and time; a dash where there is none. */
export function moment(at: string | null | undefined): string {
  if (!at) {
    return "–";
  }
  return new Date(at).toLocaleString(language(), { dateStyle: "medium", timeStyle: "short" });
}

/** The same with seconds, for logs. */
export function exactly(at: string): string {
  return new Date(at).toLocaleString(language(), { dateStyle: "short", timeStyle: "medium" });
}
