/**
 * How long to wait before the next try. Pure: chance is an argument.
 *
 * @module
 */

/** The first wait: a relay that restarts is back within a second. */
const FIRST_MS = 500;
/** A technician looks at the page: longer than this would feel dead. */
const LONGEST_MS = 15_000;
/** A quarter more or less, so that the tabs of a whole site do not come back in step. */
const JITTER = 0.25;

export class Backoff {
  #attempt = 0;

  /** Tries since the last success. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Counts a try and says how long to wait before it; `chance` is from 0 to 1. */
  next(chance: number): number {
    const base = Math.min(FIRST_MS * 2 ** this.#attempt, LONGEST_MS);
    this.#attempt += 1;
    return Math.round(base * (1 + JITTER * (2 * chance - 1)));
  }

  /** The link works: the next failure waits as the first one did. */
  reset(): void {
    this.#attempt = 0;
  }
}
