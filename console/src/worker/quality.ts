/**
 * What a technician feels, measured over a second: age of the picture, input to pixel, frames and bytes. Pure:
 * time is an argument.
 *
 * @module
 */

/** Inputs that wait for their pixels; a window that shows nothing would otherwise gather them for ever. */
const INPUTS_MAX = 256;

export interface Measured {
  readonly ageMs?: number;
  readonly inputToPixelMs?: number;
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
}

export class QualityMeter {
  readonly #inputs = new Map<number, number>();
  #sinceMs: number;
  #sinceBytes = 0;
  #frames = 0;
  #ages: number[] = [];
  #inputTimes: number[] = [];
  #lastInputTime: number | undefined;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /** An input left for the relay. */
  sent(number: number, nowMs: number): void {
    if (this.#inputs.size < INPUTS_MAX) {
      this.#inputs.set(number, nowMs);
    }
  }

  /** A frame was shown that has the effect of all inputs up to `lastInput`; `ageMs` where the clocks agree. */
  shown(lastInput: number, ageMs: number | undefined, nowMs: number): void {
    this.#frames += 1;
    if (ageMs !== undefined) {
      this.#ages.push(ageMs);
    }
    for (const [number, sentMs] of this.#inputs) {
      if (number <= lastInput) {
        this.#inputs.delete(number);
        this.#inputTimes.push(nowMs - sentMs);
      }
    }
  }

  /** The medians since the last call. */
  take(nowMs: number, bytesReceived: number): Measured {
    const seconds = Math.max(nowMs - this.#sinceMs, 1) / 1000;
    const ageMs = median(this.#ages);
    this.#lastInputTime = median(this.#inputTimes) ?? this.#lastInputTime;
    const measured = {
      ...(ageMs !== undefined && { ageMs }),
      // Kept until the next input, or it could not be read.
      ...(this.#lastInputTime !== undefined && { inputToPixelMs: this.#lastInputTime }),
      framesPerSecond: this.#frames / seconds,
      bytesPerSecond: Math.max(0, bytesReceived - this.#sinceBytes) / seconds,
    };
    this.#sinceMs = nowMs;
    this.#sinceBytes = bytesReceived;
    this.#frames = 0;
    this.#ages = [];
    this.#inputTimes = [];
    return measured;
  }
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
