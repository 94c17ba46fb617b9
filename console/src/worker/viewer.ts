/**
 * The picture of one session on one link: updates in, painted pixels, answers and refreshes out.
 *
 * Lives as long as the link; the painter and the meter outlive it.
 *
 * @module
 */
import { TileDecoder } from "../codec/decoder.ts";
import type { ReceiveStream } from "../link/link.ts";
import type { Painter } from "../screen/painter.ts";
import { type Applied, Rendition } from "../screen/rendition.ts";
import { ColorMode } from "../wire/generated/control_pb.ts";
import { type RenditionId, renditionOf, type Seat, type SessionId } from "../wire/ids.ts";
import { UPDATE_STREAM_BYTES_MAX } from "../wire/limits.ts";
import { decodeUpdate } from "../wire/screen/update.ts";
import type { Connection } from "./connection.ts";
import type { Counters } from "./messages.ts";
import type { QualityMeter } from "./quality.ts";
import { readAll } from "./read-all.ts";

export interface ViewerParts {
  readonly connection: Connection;
  readonly session: SessionId;
  readonly seat: Seat;
  readonly zstd: WebAssembly.Module;
  readonly painter: Painter;
  readonly meter: QualityMeter;
  readonly counters: Counters;
  /** Pixels of the display that is shown were painted. */
  readonly painted: () => void;
}

export class Viewer {
  readonly #parts: ViewerParts;
  readonly #renditions = new Map<RenditionId, Rendition>();
  #shown: RenditionId | undefined;
  #frame: { lastInput: number; capturedUs: number } | undefined;

  constructor(parts: ViewerParts) {
    this.#parts = parts;
  }

  /** Asks the relay for a display, and paints it from its first update on. */
  show(display: number): void {
    const { connection, session } = this.#parts;
    const mode = ColorMode.ALL_COLORS;
    const id = renditionOf(display, mode);
    if (id !== this.#shown) {
      this.#rendition(this.#shown)?.forget();
      this.#shown = id;
      this.#rendition(id)?.want();
    }
    connection.send("demand", { session, wanted: [{ display, mode }] });
  }

  /** Reads one update to its end and applies what may be applied now. Throws when it breaks a rule. */
  async update(head: Uint8Array, rest: ReceiveStream): Promise<void> {
    const bytes = await readAll(head, rest, UPDATE_STREAM_BYTES_MAX);
    const startMs = performance.now();
    const update = decodeUpdate(bytes);
    const id = update.header.rendition;
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
    this.#answer(id, rendition.applied, decodedMs - startMs, paintedMs - decodedMs);
    this.refresh();
  }

  /** Asks again for tiles that could not be decoded. */
  refresh(): void {
    const { connection, session, counters } = this.#parts;
    const rendition = this.#rendition(this.#shown);
    if (rendition?.epoch === undefined || this.#shown === undefined) {
      return;
    }
    const tiles = rendition.takeRefresh(performance.now());
    if (0 < tiles.length) {
      counters.refreshes += 1;
      connection.send("refresh", { session, rendition: this.#shown, epoch: rendition.epoch, tiles });
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

  #answer(rendition: RenditionId, applied: number, decodeMs: number, paintMs: number): void {
    const { connection, session } = this.#parts;
    connection.send("answer", {
      session,
      rendition,
      applied: BigInt(applied),
      decodeUs: Math.round(decodeMs * 1000),
      paintUs: Math.round(paintMs * 1000),
    });
  }

  #rendition(id: RenditionId | undefined): Rendition | undefined {
    return id === undefined ? undefined : this.#renditions.get(id);
  }

  #newRendition(id: RenditionId): Rendition {
    const { zstd, counters } = this.#parts;
    const undecodable = () => {
      counters.undecodable += 1;
    };
    const rendition = new Rendition(() => new TileDecoder(zstd, undecodable));
    if (id !== this.#shown) {
      rendition.forget();
    }
    this.#renditions.set(id, rendition);
    return rendition;
  }
}
