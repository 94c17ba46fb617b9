/**
 * A failure in words, in the language of the page: by the rule that forbids it, by the problem's key, or as the relay
 * says it. Pure.
 *
 * @module
 */
import { problemBehind, RequestError } from "../api/problem.ts";

type Translate = (key: string, variables?: Record<string, string | number>) => string;

/** Rules whose refusal has a text of its own, `rule-…`; the others are told as the relay does. */
export const RULES = [
  "not_found",
  "already",
  "disabled",
  "expired",
  "full",
  "in_use",
  "is_owner",
  "members_only",
  "no_console",
  "nobody_there",
  "not_waiting",
  "over",
  "owner_only",
  "password",
  "permission",
  "queue_out_of_reach",
  "schedule",
  "stale",
  "taken",
  "used",
] as const;

/** Problems whose key has a text of its own, `problem-…`. */
export const PROBLEM_KEYS = ["offline", "mail-off", "throttled", "not-administrator"] as const;

export function failureText(error: unknown, t: Translate): string {
  const problem = problemBehind(error);
  if (problem === undefined) {
    const isSilent = error instanceof RequestError;
    const detail = error instanceof Error ? error.message : String(error);
    return isSilent ? t("error-network") : t("error-unexpected", { detail });
  }
  if ((RULES as readonly string[]).includes(problem.rule ?? "")) {
    return t(`rule-${problem.rule?.replaceAll("_", "-")}`);
  }
  if ((PROBLEM_KEYS as readonly string[]).includes(problem.key ?? "")) {
    return t(`problem-${problem.key}`);
  }
  return problem.detail ?? problem.title;
}
