/**
 * Why a password or a code was not taken, in words. Pure.
 *
 * @module
 */
import { problemBehind } from "../api/problem.ts";
import { failureText } from "../ui/failure-text.ts";

type Translate = (key: string, variables?: Record<string, string | number>) => string;

/** The relay's keys for it that have a text of their own, `admin-refused-…`. */
export const SIGN_IN_KEYS = [
  "wrong-password",
  "wrong-code",
  "password-too-short",
  "password-too-long",
  "password-common",
] as const;

export function signInFailure(error: unknown, t: Translate): string {
  const key = problemBehind(error)?.key ?? "";
  return (SIGN_IN_KEYS as readonly string[]).includes(key)
    ? t(`admin-refused-${key}`)
    : failureText(error, t);
}
