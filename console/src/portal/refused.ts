/**
 * Why something failed, for a customer: in plain words, and what he can do now. Pure.
 *
 * @module
 */
import { problemBehind, RequestError } from "../api/problem.ts";
import type { By } from "./api.ts";

type Translate = (key: string, variables?: Record<string, string | number>) => string;

/** Rules by which a start, a message or a rating is refused, and the text for each. */
const TEXTS: Readonly<Record<string, string>> = {
  used: "portal-refused-used",
  expired: "portal-refused-expired",
  nobody_there: "portal-refused-away",
  full: "portal-refused-full",
  already: "portal-refused-rated",
  over: "portal-over",
};

export function refusedText(error: unknown, t: Translate, by?: By): string {
  const problem = problemBehind(error);
  if (problem === undefined) {
    const detail = error instanceof Error ? error.message : String(error);
    return error instanceof RequestError ? t("error-network") : t("error-unexpected", { detail });
  }
  if (problem.key === "throttled") {
    return t("portal-refused-often", { seconds: Math.ceil((problem.retry_after_ms ?? 1000) / 1000) });
  }
  if (problem.rule === "not_found" && by !== undefined) {
    const isKey = "key" in by;
    return isKey ? t("portal-refused-key") : t("portal-refused-away");
  }
  const text = TEXTS[problem.rule ?? ""];
  return text === undefined ? (problem.detail ?? problem.title) : t(text);
}
