/**
 * One session that a technician is in. It outlives lost links: over each new one it joins again, and goes on with
 * the display, the colours, the shells and the control that were wished for.
 *
 * @module
 */
import { Backoff } from "../link/backoff.ts";
import { Painter } from "../screen/painter.ts";
import { Attendance, type Wishes } from "./attendance.ts";
import { Channels } from "./channels.ts";
import type { Connection } from "./connection.ts";
import type { CursorImages } from "./cursor-image.ts";
import { RefusedError, StageError } from "./failure.ts";
import { Files } from "./files.ts";
import type { ColorModeName, Counters, JoinTarget, SessionPhase, Stage, VisitReport } from "./messages.ts";
import { QualityMeter } from "./quality.ts";
import { Shells } from "./shells.ts";

/** A computer that is offline is asked for now and then, should the list's events be late. */
const OFFLINE_RETRY_MS = 10_000;

export interface VisitParts {
  readonly target: JoinTarget;
  readonly canvas: OffscreenCanvas;
  readonly zstd: WebAssembly.Module;
  readonly cursors: CursorImages;
  readonly counters: Counters;
  report(report: VisitReport): void;
  /** A number for the next joining over this link. */
  nextRequest(): number;
}

export class Visit {
  readonly shells: Shells;
  readonly channels: Channels;
  readonly files: Files;
  readonly painter: Painter;
  readonly meter = new QualityMeter(performance.now());
  readonly #parts: VisitParts;
  readonly #wishes: Wishes = { watching: true, display: undefined, control: true, mode: "all-colors" };
  readonly #backoff = new Backoff();
  #target: JoinTarget;
  #attendance: Attendance | undefined;
  #connection: Connection | undefined;
  #wasLive = false;
  /** It was refused or ended: nothing happens until the technician says so. */
  #rests = false;
  #isOver = false;
  #nextTryMs: number | undefined;
  #wake: (() => void) | undefined;

  constructor(parts: VisitParts) {
    this.#parts = parts;
    this.#target = parts.target;
    const { report } = parts;
    this.shells = new Shells((key, news) => report({ kind: "shell", key, news }));
    this.channels = new Channels((key, news) => report({ kind: "channel", key, news }));
    this.files = new Files((key, news) => report({ kind: "file", key, news }));
    this.painter = new Painter(parts.canvas, ({ width, height }) => report({ kind: "size", width, height }));
  }

  get attendance(): Attendance | undefined {
    return this.#attendance;
  }

  get isWatching(): boolean {
    return this.#wishes.watching;
  }

  /** Attends the session over a link until that is lost, or the visit is over. */
  async run(connection: Connection): Promise<void> {
    this.#connection = connection;
    this.#backoff.reset();
    while (this.#connection === connection && !this.#isOver) {
      if (this.#attendance === undefined && !this.#rests) {
        this.#nextTryMs = undefined;
        await this.#attend(connection);
      }
      if (this.#connection === connection && !this.#isOver) {
        await this.#pause(this.#nextTryMs);
      }
    }
  }

  /** The link is lost. */
  lost(): void {
    this.#attendance?.close();
    this.#attendance = undefined;
    this.#connection = undefined;
    this.#wake?.();
  }

  /** The technician leaves; the link stays. */
  leave(): void {
    this.#isOver = true;
    this.shells.clear();
    this.channels.clear();
    this.files.clear();
    this.#attendance?.leave();
    this.#attendance = undefined;
    this.#wake?.();
  }

  /** Ends the pause before the next try, or joins again where it rests. */
  retry(): void {
    this.#rests = false;
    this.#backoff.reset();
    this.#wake?.();
  }

  /** How colours are to be coded from now on; kept over lost links. */
  choose(mode: ColorModeName): void {
    this.#wishes.mode = mode;
    this.#attendance?.showAgain();
  }

  /** Whether the screen is wanted from now on; kept over lost links. */
  watch(wanted: boolean): void {
    this.#wishes.watching = wanted;
    this.#attendance?.showAgain();
  }

  /** The link is being opened. */
  connecting(stage: Stage): void {
    if (!this.#wasLive && !this.#rests) {
      this.#say({ phase: "connecting", stage });
    }
  }

  /** There is no link; the next try is at `retryAtMs`, or under way. */
  failed(stage: Stage, detail: string, attempt: number, retryAtMs: number | undefined): void {
    if (this.#rests) {
      return;
    }
    if (this.#wasLive) {
      this.#say({ phase: "reconnecting", attempt, retryAtMs });
    } else {
      this.#say({ phase: "failed", stage, detail });
    }
  }

  /** The next try is under way. */
  again(attempt: number): void {
    if (this.#wasLive && !this.#rests) {
      this.#say({ phase: "reconnecting", attempt, retryAtMs: undefined });
    }
  }

  /** The whole link is refused for good. */
  refused(error: RefusedError): void {
    this.#say({ phase: "refused", reason: error.reason, detail: error.message });
  }

  async #attend(connection: Connection): Promise<void> {
    const { zstd, cursors, counters, report, nextRequest } = this.#parts;
    const attendance = new Attendance({
      request: nextRequest(),
      connection,
      target: this.#target,
      wishes: this.#wishes,
      zstd,
      cursors,
      painter: this.painter,
      meter: this.meter,
      counters,
      shells: this.shells,
      channels: this.channels,
      files: this.files,
      report,
      phase: (state) => this.#attended(state),
      joined: (session) => {
        this.#target = { kind: "session", session };
      },
    });
    this.#attendance = attendance;
    try {
      await attendance.start();
      this.#backoff.reset();
    } catch (error) {
      if (this.#attendance === attendance) {
        this.#attendance = undefined;
        attendance.close();
        this.#notAttended(error);
      }
    }
  }

  #notAttended(error: unknown): void {
    if (error instanceof RefusedError && !error.mayPass) {
      const { reason, message } = error;
      this.#rests = reason !== "offline";
      this.#nextTryMs = reason === "offline" ? OFFLINE_RETRY_MS : undefined;
      this.#say(reason === "offline" ? { phase: "offline" } : { phase: "refused", reason, detail: message });
      return;
    }
    const waitMs = this.#backoff.next(Math.random());
    const stage = error instanceof StageError ? error.stage : "join";
    const detail = error instanceof Error ? error.message : String(error);
    this.#nextTryMs = waitMs;
    this.failed(stage, detail, this.#backoff.attempt, Date.now() + waitMs);
  }

  /** What a session says of itself; while it is being mended the page goes on saying so. */
  #attended(state: SessionPhase): void {
    if (this.#isOver) {
      return;
    }
    if (state.phase === "live") {
      this.#wasLive = true;
    }
    if (state.phase === "offline" || state.phase === "ended") {
      this.#attendance?.close();
      this.#attendance = undefined;
      this.#rests = state.phase === "ended";
      this.#nextTryMs = state.phase === "offline" ? OFFLINE_RETRY_MS : undefined;
      this.#wake?.();
    }
    if (state.phase !== "connecting" || !this.#wasLive) {
      this.#say(state);
    }
  }

  #say(state: SessionPhase): void {
    this.#parts.report({ kind: "session", state });
  }

  /** Waits for `retry`, for news, or for `waitMs`. */
  async #pause(waitMs: number | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = waitMs === undefined ? undefined : setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
