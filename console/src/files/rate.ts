/**
 * How fast something goes, over the last seconds.
 *
 * @module
 */

/** What lies longer back does not count. */
const WINDOW_MS = 5_000;

/** Before that nothing is said: the first pieces say little. */
const SETTLED_MS = 1_000;

export class Rate {
  #samples: { readonly atMs: number; readonly done: number }[] = [];

  add(atMs: number, done: number): void {
    this.#samples.push({ atMs, done });
    while (2 < this.#samples.length && WINDOW_MS < atMs - (this.#samples[1]?.atMs ?? atMs)) {
      this.#samples.shift();
    }
  }

  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < SETTLED_MS) {
      return undefined;
    }
    return (1000 * Math.max(0, last.done - first.done)) / (last.atMs - first.atMs);
  }

  secondsTo(left: number): number | undefined {
    const rate = this.perSecond;
    return rate ? Math.max(0, left) / rate : undefined;
  }
}
