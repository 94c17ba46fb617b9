/**
 * Whether the relay still lives, and how far away it is. Pure: time is an argument.
 *
 * Anything heard counts as life. After a while of silence one ping asks; without any answer the link is dead.
 *
 * @module
 */

/** Within a session a dead relay is noticed in five seconds; otherwise a silent link costs next to nothing. */
const LIMITS = {
  session: { pingEveryMs: 1_500, deadAfterMs: 4_500 },
  idle: { pingEveryMs: 15_000, deadAfterMs: 20_000 },
} as const;

/** Link clocks count microseconds in 32 bits. */
const CLOCK_WRAP = 2 ** 32;

export type Attention = keyof typeof LIMITS;

export class Liveness {
  #heardAtMs: number;
  #pingedAtMs = Number.NEGATIVE_INFINITY;
  #attention: Attention = "idle";
  #number = 0;
  #roundTripMs: number | undefined;
  /** The relay's link clock minus ours, in microseconds. */
  #offsetUs: number | undefined;

  constructor(nowMs: number) {
    this.#heardAtMs = nowMs;
  }

  /** The newest measured round trip. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  /** The relay answered a ping, when its link clock said `clockUs`. */
  pong(number: number, clockUs: number, nowMs: number): void {
    if (number === this.#number) {
      this.#roundTripMs = nowMs - this.#pingedAtMs;
      this.#offsetUs = clockUs - (nowMs - this.#roundTripMs / 2) * 1000;
    }
  }

  /** How long ago it was that the relay's link clock, which wraps, said `clockUs`. */
  ageMs(clockUs: number, nowMs: number): number | undefined {
    if (this.#offsetUs === undefined) {
      return undefined;
    }
    const ageUs = (nowMs * 1000 + this.#offsetUs - clockUs) % CLOCK_WRAP;
    const positive = ageUs < 0 ? ageUs + CLOCK_WRAP : ageUs;
    // Just before 0 on a clock that wraps: the two ends disagree by less than a round trip.
    return CLOCK_WRAP / 2 < positive ? 0 : positive / 1000;
  }

  /** What to do now: send a ping with this number, give the link up, or nothing. */
  tick(nowMs: number, attention: Attention): { ping: number } | "dead" | undefined {
    const { pingEveryMs, deadAfterMs } = LIMITS[attention];
    const isNewlyWatched = this.#attention !== attention;
    this.#attention = attention;
    if (isNewlyWatched && attention === "session") {
      this.#heardAtMs = nowMs;
    }
    if (this.#heardAtMs + deadAfterMs <= nowMs) {
      return "dead";
    }
    if (nowMs < this.#pingedAtMs + pingEveryMs) {
      return undefined;
    }
    this.#pingedAtMs = nowMs;
    this.#number += 1;
    return { ping: this.#number };
  }
}
