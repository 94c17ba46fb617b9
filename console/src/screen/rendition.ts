/**
 * One rendition on one link: its updates in order, its picture, and what of it must be asked for again. Pure but
 * for the decoder.
 *
 * @module
 */
import type { Epoch, TileIndex } from "../wire/ids.ts";
import type { PixelRect } from "../wire/screen/grid.ts";
import type { Update } from "../wire/screen/update.ts";
import type { PixelDecoder } from "./decoder.ts";
import { Films, type NewFilmDecoder } from "./films.ts";
import { Inbox } from "./inbox.ts";
import { Picture } from "./picture.ts";

/** A refresh that was not answered by then is asked again. */
const REFRESH_TIMEOUT_MS = 1_000;

/** What an update changed. */
export interface Applied {
  readonly update: Update;
  readonly changed: readonly PixelRect[];
}

export class Rendition {
  readonly #inbox = new Inbox<Update>();
  readonly #newDecoder: () => PixelDecoder;
  readonly #newFilmDecoder: NewFilmDecoder | undefined;
  #picture: Picture | undefined;
  #films: Films | undefined;
  #epoch: Epoch | undefined;
  #isWanted = true;
  #refreshedAtMs = Number.NEGATIVE_INFINITY;

  /**
   * `newDecoder` is called once for each epoch: dictionaries do not outlive it. `newFilmDecoder` is called for each
   * film; without it films are left out.
   */
  constructor(newDecoder: () => PixelDecoder, newFilmDecoder?: NewFilmDecoder) {
    this.#newDecoder = newDecoder;
    this.#newFilmDecoder = newFilmDecoder;
  }

  get picture(): Picture | undefined {
    return this.#picture;
  }

  get epoch(): Epoch | undefined {
    return this.#epoch;
  }

  /** The number up to which all updates are applied. */
  get applied(): number {
    return this.#inbox.applied;
  }

  get outdated(): number {
    return this.#inbox.outdated;
  }

  /** Nobody looks any more: the picture is freed, and what still comes only counts. Numbers go on. */
  forget(): void {
    this.#isWanted = false;
    this.#clear();
  }

  /** Somebody looks again: the relay sends everything anew. */
  want(): void {
    this.#isWanted = true;
  }

  /** Takes an update that arrived and applies what may be applied now. Throws an `InboxError`. */
  receive(update: Update): Applied[] {
    this.#inbox.receive(update);
    const applied: Applied[] = [];
    for (let next = this.#inbox.poll(); next !== undefined; next = this.#inbox.poll()) {
      if (this.#isWanted && isStartingOver(next)) {
        this.#clear();
      } else if (this.#isWanted) {
        applied.push({ update: next, changed: this.#apply(next) });
      }
    }
    return applied;
  }

  /** Tiles to ask for now; nothing while an earlier question is open. */
  takeRefresh(nowMs: number): TileIndex[] {
    const broken = this.#picture?.broken;
    if (broken === undefined || broken.size === 0 || nowMs < this.#refreshedAtMs + REFRESH_TIMEOUT_MS) {
      return [];
    }
    this.#refreshedAtMs = nowMs;
    return [...broken];
  }

  /** A film cannot be decoded any further. */
  loseFilm(id: number): void {
    this.#films?.lose(id);
  }

  /** Films to ask a key picture for now. */
  takeLostFilms(nowMs: number): number[] {
    return this.#films?.takeLost(nowMs) ?? [];
  }

  #apply(update: Update): PixelRect[] {
    const picture = this.#pictureOf(update);
    const changed = picture.apply(update.operations);
    this.#films ??= new Films(picture.extent, this.#newFilmDecoder);
    for (const operation of update.operations) {
      this.#films.apply(operation);
    }
    return [...changed, ...this.#films.settle((index) => picture.versionOf(index))];
  }

  #clear(): void {
    this.#films?.close();
    this.#films = undefined;
    this.#picture = undefined;
    this.#epoch = undefined;
  }

  #pictureOf(update: Update): Picture {
    if (this.#picture === undefined || this.#epoch !== update.header.epoch) {
      this.#clear();
      this.#picture = new Picture(update.header.extent, this.#newDecoder());
      this.#epoch = update.header.epoch;
      this.#refreshedAtMs = Number.NEGATIVE_INFINITY;
    }
    return this.#picture;
  }
}

/** Whether an update says that we have nothing: its sender has forgotten what it sent before. */
function isStartingOver({ header, operations }: Update): boolean {
  return operations.length === 0 && header.inputs.length === 0;
}
