/**
 * Puts the updates of one link and rendition into an order in which they may be applied, mirroring
 * `engine/proto/src/screen/inbox.rs`. Pure; never looks into an operation.
 *
 * Updates count 1, 2, 3 … without gaps and come in any order. One with `after` = k waits until all up to k are
 * applied. The epoch that is shown is the one that came with the highest number; updates of others are dropped,
 * yet count as applied.
 *
 * @module
 */
import type { Epoch } from "../wire/ids.ts";
import type { Extent } from "../wire/screen/grid.ts";

/** How far a number may be ahead of the updates that came without a gap. */
const AHEAD_MAX = 16 << 10;
/** Updates that wait for earlier ones. */
const HELD_MAX = 4 << 10;
/** Bytes of updates that wait for earlier ones: a second of a fast line. */
const HELD_BYTES_MAX = 16 << 20;

/** What is read of an update's header. */
export interface Numbered {
  readonly number: number;
  readonly after: number;
  readonly epoch: Epoch;
  readonly extent: Extent;
  readonly length: number;
}

/** The sender broke a rule: the link is to be closed. */
export class InboxError extends Error {
  override readonly name = "InboxError";
}

export class Inbox<T extends { readonly header: Numbered }> {
  #applied = 0;
  /** Numbers beyond `#applied` that came, and whether they are applied. */
  readonly #ahead = new Map<number, boolean>();
  readonly #held = new Map<number, T>();
  #heldBytes = 0;
  #current: Pick<Numbered, "number" | "epoch" | "extent"> | undefined;
  #outdated = 0;

  /** The number up to which all updates are applied: what an Answer says. */
  get applied(): number {
    return this.#applied;
  }

  /** Updates of an earlier epoch, dropped. */
  get outdated(): number {
    return this.#outdated;
  }

  /** Takes an update that arrived. Throws an `InboxError` when the sender broke a rule. */
  receive(update: T): void {
    const { number, after, length } = update.header;
    this.#checkPlace(number, after);
    this.#checkEpoch(update.header);
    if (HELD_MAX <= this.#held.size || HELD_BYTES_MAX < this.#heldBytes + length) {
      throw new InboxError(`${this.#held.size} updates of ${this.#heldBytes} bytes wait`);
    }
    this.#ahead.set(number, false);
    this.#held.set(number, update);
    this.#heldBytes += length;
  }

  /** The next update that may be applied; it counts as applied from then on. */
  poll(): T | undefined {
    for (let update = this.#takeNext(); update !== undefined; update = this.#takeNext()) {
      if (update.header.epoch === this.#current?.epoch) {
        return update;
      }
      this.#outdated += 1;
    }
    return undefined;
  }

  #takeNext(): T | undefined {
    let next: Numbered | undefined;
    for (const { header } of this.#held.values()) {
      const isReady = header.after <= this.#applied;
      if (isReady && (next === undefined || isBefore(header, next))) {
        next = header;
      }
    }
    if (next === undefined) {
      return undefined;
    }
    const update = this.#held.get(next.number);
    this.#held.delete(next.number);
    this.#heldBytes -= next.length;
    this.#markApplied(next.number);
    return update;
  }

  #checkPlace(number: number, after: number): void {
    if (number <= after) {
      throw new InboxError(`update ${number} waits for ${after}`);
    }
    if (number <= this.#applied || this.#ahead.has(number)) {
      throw new InboxError(`update ${number} came twice`);
    }
    if (AHEAD_MAX < number - this.#applied) {
      throw new InboxError(`update ${number} is more than ${AHEAD_MAX} ahead of ${this.#applied}`);
    }
  }

  #checkEpoch({ number, epoch, extent }: Numbered): void {
    const current = this.#current;
    if (current?.epoch === epoch) {
      if (current.extent.width !== extent.width || current.extent.height !== extent.height) {
        throw new InboxError(`epoch ${epoch} has two sizes`);
      }
    }
    if (current === undefined || current.number < number) {
      this.#current = { number, epoch, extent };
    }
  }

  #markApplied(number: number): void {
    this.#ahead.set(number, true);
    while (this.#ahead.get(this.#applied + 1)) {
      this.#applied += 1;
      this.#ahead.delete(this.#applied);
    }
  }
}

function isBefore(a: Numbered, b: Numbered): boolean {
  return a.after === b.after ? a.number < b.number : a.after < b.after;
}
