/**
 * The pages of the administration, as its menu groups them.
 *
 * @module
 */

export const PAGE_GROUPS = [
  { name: "own", pages: ["me", "reports"] },
  { name: "site", pages: ["status", "live", "audit", "site"] },
  { name: "people", pages: ["account", "team"] },
  { name: "customers", pages: ["portal", "issue", "queue_rule"] },
  { name: "jump", pages: ["jump_group", "role", "jump_policy"] },
  { name: "sessions", pages: ["session_policy", "script"] },
] as const;

export type PageName = (typeof PAGE_GROUPS)[number]["pages"][number];

/** Pages for everybody; the rest is for administrators. */
const OWN: readonly PageName[] = ["me", "reports"];

/** The pages that somebody sees. */
export function pagesFor(isAdministrator: boolean): readonly PageName[] {
  return isAdministrator ? PAGE_GROUPS.flatMap(({ pages }) => [...pages]) : OWN;
}
