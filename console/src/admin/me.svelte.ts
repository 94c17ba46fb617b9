/**
 * Who is logged in on this page, and what he may see of it.
 *
 * @module
 */
import { me as ask, type Me } from "../api/client.ts";
import { myPermissions, preferences } from "../api/desk.ts";
import { setLanguage } from "../i18n/i18n.svelte.ts";

class Myself {
  who = $state.raw<Me | undefined>();
  /** Whether he may read the reports and the log of others. */
  readsReports = $state(false);

  /** Reads it, and shows the page in the language that he chose for his account, in whatever browser. */
  async read(): Promise<void> {
    const [who, permissions, own] = await Promise.all([ask(), myPermissions(), preferences()]);
    this.who = who;
    this.readsReports = permissions.reports.is_allowed;
    if (own.language) {
      await setLanguage(own.language);
    }
  }
}

export const myself = new Myself();
