/**
 * Copies text to the clipboard.
 *
 * @module
 */
import { t } from "../i18n/i18n.svelte.ts";
import { toasts } from "./toasts.svelte.ts";

/** Copies, and says so. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.done(t("copied"));
  } catch (error) {
    toasts.failed(error);
  }
}
