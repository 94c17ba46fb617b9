/**
 * Merges moves of the pointer: one at once, then the newest every few milliseconds. Everything else goes at
 * once, behind the move that was waiting. Pure: time is an argument.
 *
 * @module
 */
import type { InputEvent } from "../wire/input.ts";

/** Half a frame: no picture shows two places of the pointer in less. */
export const MERGE_MS = 8;

export class MoveMerger {
  #waiting: InputEvent | undefined;
  #sentAtMs = Number.NEGATIVE_INFINITY;

  /** What is to be sent now that `event` happened. */
  push(event: InputEvent, nowMs: number): InputEvent[] {
    if (event.kind !== "move") {
      return [...this.#take(), event];
    }
    this.#waiting = event;
    return this.tick(nowMs);
  }

  /** What is to be sent now that time has passed. */
  tick(nowMs: number): InputEvent[] {
    if (this.#waiting === undefined || nowMs < this.#sentAtMs + MERGE_MS) {
      return [];
    }
    this.#sentAtMs = nowMs;
    return this.#take();
  }

  /** When `tick` has something to say, if nothing else happens first. */
  get deadlineMs(): number | undefined {
    return this.#waiting === undefined ? undefined : this.#sentAtMs + MERGE_MS;
  }

  #take(): InputEvent[] {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting === undefined ? [] : [waiting];
  }
}
