/**
 * What the relay answers when a request fails: `application/problem+json` (RFC 9457).
 *
 * @module
 */

/** The body of a failed request. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** For people: what was asked for, and the limit that it passes. */
  readonly detail?: string;
  /** The field at fault. */
  readonly field?: string;
  /** Names the text by which a page says it, where it has to tell this failure from others. */
  readonly key?: string;
  /** The rule of the desk that forbids it, such as `owner_only`. */
  readonly rule?: string;
  /** How long until the same request may succeed, where waiting helps. */
  readonly retry_after_ms?: number;
}

/** A request that failed: refused with a problem, or never answered (`problem` is missing). */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly problem: Problem | undefined;

  constructor(message: string, problem?: Problem) {
    super(message);
    this.problem = problem;
  }

  /** The HTTP status, 0 when there was no answer. */
  get status(): number {
    return this.problem?.status ?? 0;
  }
}

/** The problem behind whatever was thrown, if it is one. */
export function problemBehind(error: unknown): Problem | undefined {
  return error instanceof RequestError ? error.problem : undefined;
}
