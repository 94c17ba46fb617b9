/**
 * The picture of one session on one link: updates in, painted pixels, answers and refreshes out.
 *
 * Lives as long as the link; the painter and the meter outlive it.
 *
 * @module
 */
import { TileDecoder } from "../codec/decoder.ts";
import { WebFilmDecoder } from "../codec/film-decoder.ts";
import type { ReceiveStream } from "../link/link.ts";
import type { FilmDecoder } from "../screen/films.ts";
import type { Painter } from "../screen/painter.ts";
import { type Applied, Rendition } from "../screen/rendition.ts";
import { ColorMode } from "../wire/generated/control_pb.ts";
import { displayOf, type RenditionId, renditionOf, type Seat, type SessionId } from "../wire/ids.ts";
import { UPDATE_STREAM_BYTES_MAX } from "../wire/limits.ts";
import type { PixelRect } from "../wire/screen/grid.ts";
import { decodeUpdate } from "../wire/screen/update.ts";
import type { Connection } from "./connection.ts";
import type { ColorModeName, Counters } from "./messages.ts";
import type { QualityMeter } from "./quality.ts";
import { readAll } from "./read-all.ts";

const MODES: Readonly<Record<ColorModeName, ColorMode>> = {
  "black-and-white": ColorMode.BLACK_AND_WHITE,
  "few-colors": ColorMode.FEW_COLORS,
  "more-colors": ColorMode.MORE_COLORS,
  "all-colors": ColorMode.ALL_COLORS,
  "video-optimized": ColorMode.VIDEO_OPTIMIZED,
};

/** The relay hears at most this late what was applied: one answer for several updates is as good, and costs less. */
const ANSWER_WITHIN_MS = 100;

/** What is wanted before it is known which displays there are: the primary one where none is named. */
export interface First {
  readonly mode: ColorModeName;
  readonly display: number | undefined;
}

/** The same in a joining. */
export function watchOnWire({ mode, display }: First) {
  return { mode: MODES[mode], ...(display !== undefined && { display }) };
}

export interface ViewerParts {
  readonly connection: Connection;
  readonly session: SessionId;
  readonly seat: Seat;
  readonly zstd: WebAssembly.Module;
  readonly painter: Painter;
  readonly meter: QualityMeter;
  readonly counters: Counters;
  /** What the relay shows without being asked again, as it was said in the joining. */
  readonly first: First | undefined;
  /** Whether the browser decodes films. */
  readonly canShowFilms: boolean;
  /** Pixels of the display that is shown were painted. */
  readonly painted: () => void;
}

export class Viewer {
  readonly #parts: ViewerParts;
  readonly #renditions = new Map<RenditionId, Rendition>();
  #shown: RenditionId | undefined;
  #first: First | undefined;
  #frame: { lastInput: number; capturedUs: number } | undefined;
  /** What the relay did not hear yet, one a rendition. */
  readonly #owed = new Map<RenditionId, { applied: number; decodeMs: number; paintMs: number }>();
  #answering: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ViewerParts) {
    this.#parts = parts;
    this.#first = parts.first;
  }

  /**
   * Asks the relay for a display in a mode, and paints it from its first update on. What was said in the joining is not
   * said again.
   */
  show(display: number, name: ColorModeName): void {
    const { connection, session } = this.#parts;
    const first = this.#first;
    const isAskedFor = first?.mode === name && (first.display ?? display) === display;
    const mode = MODES[name];
    this.#first = undefined;
    const id = renditionOf(display, mode);
    if (id !== this.#shown) {
      this.#rendition(this.#shown)?.forget();
      this.#shown = id;
      this.#rendition(id)?.want();
    }
    if (!isAskedFor) {
      connection.send("demand", { session, wanted: [{ display, mode }] });
    }
  }

  /** Asks for nothing more; what is painted stays. */
  showNothing(): void {
    const { connection, session } = this.#parts;
    this.#rendition(this.#shown)?.forget();
    this.#shown = undefined;
    this.#first = undefined;
    connection.send("demand", { session, wanted: [] });
  }

  /** The link is lost, or the session over: nothing is decoded any more. */
  close(): void {
    clearTimeout(this.#answering);
    for (const rendition of this.#renditions.values()) {
      rendition.forget();
    }
  }

  /** Reads one update to its end and applies what may be applied now. Throws when it breaks a rule. */
  async update(head: Uint8Array, rest: ReceiveStream): Promise<void> {
    const bytes = await readAll(head, rest, UPDATE_STREAM_BYTES_MAX);
    const startMs = performance.now();
    const update = decodeUpdate(bytes);
    const id = update.header.rendition;
    this.#expect(id);
    const rendition = this.#rendition(id) ?? this.#newRendition(id);
    const before = rendition.outdated;
    const applied = rendition.receive(update);
    const { counters } = this.#parts;
    counters.updates += 1;
    counters.outdated += rendition.outdated - before;
    counters.operations += applied.reduce((sum, one) => sum + one.update.operations.length, 0);
    const decodedMs = performance.now();
    if (id === this.#shown) {
      this.#paint(rendition, applied);
    }
    const paintedMs = performance.now();
    counters.decodeMs += decodedMs - startMs;
    counters.paintMs += paintedMs - decodedMs;
    this.#owe(id, rendition.applied, decodedMs - startMs, paintedMs - decodedMs);
    this.refresh();
  }

  /** Asks again for tiles that could not be decoded. */
  refresh(): void {
    const { connection, session, counters } = this.#parts;
    const rendition = this.#rendition(this.#shown);
    if (rendition?.epoch === undefined || this.#shown === undefined) {
      return;
    }
    const now = performance.now();
    const [tiles, videos] = [rendition.takeRefresh(now), rendition.takeLostFilms(now)];
    if (0 < tiles.length + videos.length) {
      counters.refreshes += 1;
      connection.send("refresh", { session, rendition: this.#shown, epoch: rendition.epoch, tiles, videos });
    }
  }

  /** The first picture may be here before it is said which displays there are. */
  #expect(id: RenditionId): void {
    const first = this.#first;
    if (this.#shown === undefined && first && id === renditionOf(displayOf(id), MODES[first.mode])) {
      this.#shown = id;
    }
  }

  #paint(rendition: Rendition, applied: readonly Applied[]): void {
    const last = applied.at(-1);
    if (rendition.picture === undefined || last === undefined) {
      return;
    }
    for (const { changed } of applied) {
      this.#parts.painter.paint(rendition.picture, changed);
    }
    this.#parts.painted();
    this.#measure(last);
  }

  /** Notes what the next frame on the screen will have shown. */
  #measure({ update: { header } }: Applied): void {
    const { connection, meter, seat, counters } = this.#parts;
    const ours = header.inputs.find((input) => input.seat === seat);
    const isWaiting = this.#frame !== undefined;
    this.#frame = {
      lastInput: Math.max(this.#frame?.lastInput ?? 0, ours?.number ?? 0),
      capturedUs: header.capturedUs,
    };
    if (isWaiting) {
      return;
    }
    requestAnimationFrame(() => {
      const frame = this.#frame;
      this.#frame = undefined;
      if (frame) {
        const now = performance.now();
        counters.frames += 1;
        meter.shown(frame.lastInput, connection.liveness.ageMs(frame.capturedUs, now), now);
      }
    });
  }

  #owe(rendition: RenditionId, applied: number, decodeMs: number, paintMs: number): void {
    this.#owed.set(rendition, { applied, decodeMs, paintMs });
    this.#answering ??= setTimeout(() => {
      this.#answering = undefined;
      this.#answer();
    }, ANSWER_WITHIN_MS);
  }

  #answer(): void {
    const { connection, session } = this.#parts;
    for (const [rendition, { applied, decodeMs, paintMs }] of this.#owed) {
      connection.send("answer", {
        session,
        rendition,
        applied: BigInt(applied),
        decodeUs: Math.round(decodeMs * 1000),
        paintUs: Math.round(paintMs * 1000),
      });
    }
    this.#owed.clear();
  }

  #rendition(id: RenditionId | undefined): Rendition | undefined {
    return id === undefined ? undefined : this.#renditions.get(id);
  }

  #newFilm(id: RenditionId, film: number, rect: PixelRect): FilmDecoder {
    const { painter, counters } = this.#parts;
    return new WebFilmDecoder(rect, {
      shown: (frame, place, decodeMs) => {
        counters.films += 1;
        counters.filmMs += decodeMs;
        if (id === this.#shown) {
          painter.paintFilm(film, frame, place);
        } else {
          frame.close();
        }
      },
      failed: () => {
        this.#rendition(id)?.loseFilm(film);
        this.refresh();
      },
      closed: () => painter.endFilm(film),
    });
  }

  #newRendition(id: RenditionId): Rendition {
    const { zstd, counters, canShowFilms } = this.#parts;
    const undecodable = () => {
      counters.undecodable += 1;
    };
    const newFilm = (film: number, rect: PixelRect) => this.#newFilm(id, film, rect);
    const newDecoder = () => new TileDecoder(zstd, undecodable);
    const rendition = canShowFilms ? new Rendition(newDecoder, newFilm) : new Rendition(newDecoder);
    if (id !== this.#shown) {
      rendition.forget();
    }
    this.#renditions.set(id, rendition);
    return rendition;
  }
}
