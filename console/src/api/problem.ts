/**
 * What the relay answers when a request fails: `application/problem+json` (RFC 9457).
 *
 * @module
 */

/** The body of a failed request. `field` names the field at fault, `limit` the bound that was passed. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly field?: string;
  readonly limit?: number;
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
