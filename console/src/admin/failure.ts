/**
 * A failure of the administration, in words. Where the login has ended meanwhile, the page asks for it again.
 *
 * @module
 */
import { problemBehind } from "../api/problem.ts";
import { t } from "../i18n/i18n.svelte.ts";
import { login } from "../state/login.svelte.ts";
import { failureText } from "../ui/failure-text.ts";

export function failureOf(error: unknown): string {
  const problem = problemBehind(error);
  // A password that is wrong is a 401, too, but says so by its key.
  if (problem?.status === 401 && problem.key === undefined) {
    login.expired();
  }
  return failureText(error, t);
}
