/**
 * The technician's language: of this page at once, and of the account, so that the administration and other browsers
 * speak it too.
 *
 * @module
 */
import * as api from "../api/desk.ts";
import { type Language, language, setLanguage } from "../i18n/i18n.svelte.ts";
import { attempt } from "../ui/toasts.svelte.ts";
import { desk } from "./desk.svelte.ts";

/** Speaks another language from now on. */
export function chooseLanguage(chosen: Language): void {
  setLanguage(chosen);
  const { value } = desk.preferences;
  if (value && value.language !== chosen) {
    attempt(() => api.prefer({ ...value, language: chosen }));
  }
}

/** The account's language, once it is known, is the page's. */
export function adoptLanguage(ofAccount: string | null): void {
  if (ofAccount !== null && ofAccount !== language()) {
    setLanguage(ofAccount);
  }
}
