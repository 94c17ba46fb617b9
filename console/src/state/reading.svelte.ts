/**
 * Something that the relay tells when it is asked, and that is asked for again when the relay says that it changed.
 *
 * There is never more than one request under way, and what takes long is asked for more seldom: twenty changes a
 * second of a list with 5,000 lines must not keep the page busy.
 *
 * @module
 */

/** Changes that come together are read together. */
const GATHER_MS = 40;

/** Between two reads lies at least so many times what the last one took. */
const REST_FACTOR = 4;

/** A read that failed is tried again after this, and after twice as long each time. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;

export class Reading<Value> {
  /** As it was read last; nothing before the first time. */
  value = $state.raw<Value | undefined>();
  /** Why the last read failed, if it did. */
  error = $state.raw<unknown>();
  readonly #read: () => Promise<Value>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isReading = false;
  #isStale = false;
  #isStopped = false;
  #restUntilMs = 0;
  #retryMs = RETRY_MS;

  constructor(read: () => Promise<Value>) {
    this.#read = read;
  }

  /** It has changed, or was never read. */
  stale(): void {
    this.#isStopped = false;
    this.#isStale = true;
    if (!this.#isReading && this.#timer === undefined) {
      this.#schedule(Math.max(GATHER_MS, this.#restUntilMs - performance.now()));
    }
  }

  /** Reads now, whatever is planned; resolves when that is done. */
  async now(): Promise<void> {
    this.#isStopped = false;
    this.#cancel();
    await this.#run();
  }

  /** Forgets what was read, and reads no more until told so. */
  clear(): void {
    this.#isStopped = true;
    this.#isStale = false;
    this.#cancel();
    this.value = undefined;
    this.error = undefined;
  }

  #schedule(waitMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run();
    }, waitMs);
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #run(): Promise<void> {
    if (this.#isReading) {
      this.#isStale = true;
      return;
    }
    this.#isReading = true;
    this.#isStale = false;
    const startMs = performance.now();
    let waitMs = 0;
    try {
      const value = await this.#read();
      if (!this.#isStopped) {
        this.value = value;
        this.error = undefined;
      }
      this.#retryMs = RETRY_MS;
    } catch (error) {
      this.error = error;
      this.#isStale = true;
      waitMs = this.#retryMs;
      this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MAX_MS);
    }
    this.#isReading = false;
    const nowMs = performance.now();
    this.#restUntilMs = nowMs + REST_FACTOR * (nowMs - startMs);
    if (this.#isStale && !this.#isStopped && this.#timer === undefined) {
      this.#schedule(Math.max(GATHER_MS, waitMs, this.#restUntilMs - nowMs));
    }
  }
}
