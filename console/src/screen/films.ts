/**
 * The video layer of one rendition and epoch: where films are, their pictures in order, and how long each stays.
 *
 * A film that ended stays until every tile beneath is at the version that its end names, so that nothing flashes.
 * Pure but for the decoders; `codec/film-decoder.ts` has the real one.
 *
 * @module
 */
import type { TileIndex, Version } from "../wire/ids.ts";
import { type Extent, type PixelRect, touched } from "../wire/screen/grid.ts";
import type { Operation } from "../wire/screen/operation.ts";

/** Decodes the pictures of one film; what it shows is its own affair. */
export interface FilmDecoder {
  /** Takes the next picture. False: it takes nothing before the next key picture. */
  decode(bytes: Uint8Array, key: boolean, number: number): boolean;
  /** The film is at this place from now on. */
  place(rect: PixelRect): void;
  close(): void;
}

export type NewFilmDecoder = (id: number, rect: PixelRect) => FilmDecoder;

interface Film {
  rect: PixelRect;
  readonly decoder: FilmDecoder;
  /** The last picture that was decoded. */
  number: number;
  needsKey: boolean;
  ends: Version | undefined;
}

/** A request for a key picture that was not answered by then is made again. */
const KEY_TIMEOUT_MS = 1_000;

export class Films {
  readonly #extent: Extent;
  readonly #newDecoder: NewFilmDecoder | undefined;
  readonly #films = new Map<number, Film>();
  #askedAtMs = Number.NEGATIVE_INFINITY;

  /** Without `newDecoder` films are left out: the browser has none. */
  constructor(extent: Extent, newDecoder: NewFilmDecoder | undefined) {
    this.#extent = extent;
    this.#newDecoder = newDecoder;
  }

  /** Takes an operation of the video layer; leaves others alone. */
  apply(operation: Operation): void {
    switch (operation.kind) {
      case "videoRegion":
        this.#place(operation.id, operation.rect);
        break;
      case "videoPicture":
        this.#show(operation.id, operation.key, operation.number, operation.bytes);
        break;
      case "videoEnd": {
        const film = this.#films.get(operation.id);
        if (film) {
          film.ends = operation.version;
        }
        break;
      }
      default:
    }
  }

  /** Takes away what ended and whose tiles beneath are there. Returns the places that are tiles again. */
  settle(versionOf: (index: TileIndex) => number): PixelRect[] {
    const bared: PixelRect[] = [];
    for (const [id, film] of this.#films) {
      const { ends, rect } = film;
      if (ends !== undefined && touched(this.#extent, rect).every((index) => ends <= versionOf(index))) {
        film.decoder.close();
        this.#films.delete(id);
        bared.push(rect);
      }
    }
    return bared;
  }

  /** The decoder of a film failed: it shows nothing new before the next key picture. */
  lose(id: number): void {
    const film = this.#films.get(id);
    if (film) {
      film.needsKey = true;
    }
  }

  /** Films to ask a key picture for now; nothing while an earlier question is open. */
  takeLost(nowMs: number): number[] {
    const lost = [...this.#films].filter(([, film]) => film.needsKey && 0 < film.number).map(([id]) => id);
    if (lost.length === 0 || nowMs < this.#askedAtMs + KEY_TIMEOUT_MS) {
      return [];
    }
    this.#askedAtMs = nowMs;
    return lost;
  }

  close(): void {
    for (const film of this.#films.values()) {
      film.decoder.close();
    }
    this.#films.clear();
  }

  #place(id: number, rect: PixelRect): void {
    const film = this.#films.get(id);
    if (film) {
      film.rect = rect;
      film.decoder.place(rect);
    } else if (this.#newDecoder) {
      const decoder = this.#newDecoder(id, rect);
      this.#films.set(id, { rect, decoder, number: 0, needsKey: true, ends: undefined });
    }
  }

  #show(id: number, key: boolean, number: number, bytes: Uint8Array): void {
    const film = this.#films.get(id);
    if (film === undefined || number <= film.number) {
      return;
    }
    const follows = !film.needsKey && number === film.number + 1;
    if (key || follows) {
      film.needsKey = !film.decoder.decode(bytes, key, number);
    } else {
      film.needsKey = true;
    }
    film.number = number;
  }
}
