/**
 * Choosing a language: for this page at once, and for the account, so that the console and other browsers follow.
 *
 * @module
 */
import { prefer, preferences } from "../api/desk.ts";
import { toasts } from "../ui/toasts.svelte.ts";

export async function chooseLanguage(tag: string, show: (tag: string) => Promise<void>): Promise<void> {
  await show(tag);
  try {
    await prefer({ ...(await preferences()), language: tag });
  } catch (error) {
    toasts.failed(error);
  }
}
