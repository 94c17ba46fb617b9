/**
 * One session on one link: joining, displays, control, cursor, and the viewer of its picture.
 *
 * A `Visit` makes one for each link.
 *
 * @module
 */
import { canShowFilms } from "../codec/film-decoder.ts";
import type { ReceiveStream } from "../link/link.ts";
import type { Painter } from "../screen/painter.ts";
import { BlockReader } from "../wire/block.ts";
import { CloseCode } from "../wire/close.ts";
import type { ControlBody } from "../wire/control.ts";
import { decodeCursorRecord } from "../wire/cursor.ts";
import type { Display, Displays, Joined } from "../wire/generated/control_pb.ts";
import type { Seat, SessionId } from "../wire/ids.ts";
import type { InputEvent } from "../wire/input.ts";
import { CURSOR_BYTES_MAX } from "../wire/limits.ts";
import { Reader } from "../wire/read.ts";
import { decodeStreamHeader, StreamKind } from "../wire/stream.ts";
import type { Channels } from "./channels.ts";
import type { Connection } from "./connection.ts";
import type { CursorImages } from "./cursor-image.ts";
import { RefusedError, reasonOf, staged } from "./failure.ts";
import type { Files } from "./files.ts";
import { InputSender } from "./input-sender.ts";
import type { ColorModeName, Counters, JoinTarget, Reason, SessionPhase, VisitReport } from "./messages.ts";
import type { QualityMeter } from "./quality.ts";
import type { Shells } from "./shells.ts";
import { type First, Viewer, watchOnWire } from "./viewer.ts";

/** What a technician wishes; kept over lost links. */
export interface Wishes {
  /** Whether the screen is wanted at all. */
  watching: boolean;
  display: number | undefined;
  control: boolean;
  mode: ColorModeName;
}

export interface AttendanceParts {
  /** Names our joining; the relay's answer carries it. */
  readonly request: number;
  readonly connection: Connection;
  readonly target: JoinTarget;
  readonly wishes: Wishes;
  readonly zstd: WebAssembly.Module;
  readonly cursors: CursorImages;
  readonly painter: Painter;
  readonly meter: QualityMeter;
  readonly counters: Counters;
  readonly shells: Shells;
  readonly channels: Channels;
  readonly files: Files;
  report(report: VisitReport): void;
  phase(state: SessionPhase): void;
  /** The relay let us in: the number of the session. */
  joined(session: number): void;
}

const JOIN_TIMEOUT_MS = 8_000;
const DISPLAYS_TIMEOUT_MS = 8_000;
/** The agent has to start its capture, and a slow line has to carry a whole screen's first update. */
const PICTURE_TIMEOUT_MS = 15_000;

export class Attendance {
  readonly request: number;
  readonly #parts: AttendanceParts;
  readonly #joined = Promise.withResolvers<void>();
  /** Somebody at the computer is asked first; how long that may take. */
  readonly #pending = Promise.withResolvers<number>();
  readonly #displayed = Promise.withResolvers<void>();
  readonly #painted = Promise.withResolvers<void>();
  #session: SessionId | undefined;
  #viewer: Viewer | undefined;
  #canShowFilms = false;
  /** What was said in the joining, before it was known which displays there are. */
  #first: First | undefined;
  #input: InputSender | undefined;
  #displays: readonly Display[] = [];
  #mayView = false;

  constructor(parts: AttendanceParts) {
    this.#parts = parts;
    this.request = parts.request;
    // What fails after the time limit, or after leaving, concerns nobody.
    for (const step of [this.#joined, this.#displayed, this.#painted]) {
      step.promise.catch(() => undefined);
    }
  }

  /** Joins and waits for the first picture. Throws a `StageError` or a `RefusedError`. */
  async start(): Promise<void> {
    const { connection, target, wishes, phase } = this.#parts;
    this.#canShowFilms = await canShowFilms();
    phase({ phase: "connecting", stage: "join" });
    const first = wishes.watching ? { mode: this.#mode(), display: wishes.display } : undefined;
    this.#first = first;
    const watch = first && { watch: watchOnWire(first) };
    connection.send("join", { request: this.request, target: onWire(target), ...watch });
    const answered = this.#joined.promise.then(() => undefined);
    const askedMs = await staged("join", JOIN_TIMEOUT_MS, Promise.race([answered, this.#pending.promise]));
    if (askedMs !== undefined) {
      phase({ phase: "connecting", stage: "join", asksPerson: true });
      await staged("join", askedMs + JOIN_TIMEOUT_MS, this.#joined.promise);
    }
    if (wishes.watching && this.#mayView) {
      phase({ phase: "connecting", stage: "displays" });
      await staged("displays", DISPLAYS_TIMEOUT_MS, this.#displayed.promise);
      phase({ phase: "connecting", stage: "picture" });
      await staged("picture", PICTURE_TIMEOUT_MS, this.#painted.promise);
    }
    phase({ phase: "live" });
  }

  /** Leaves the session; the link stays. */
  leave(): void {
    if (this.#session !== undefined) {
      this.#parts.connection.send("leave", { session: this.#session });
    }
    this.#forget();
    this.#giveUp("the technician left");
  }

  show(display: number): void {
    const { wishes, painter, report } = this.#parts;
    if (wishes.display !== display) {
      wishes.display = display;
      painter.clear();
    }
    this.showAgain();
    report({ kind: "displays", displays: this.#displays, shown: display });
  }

  /**
   * Asks for the display that is wished for, in the wished mode; in all colours where there are no films. For nothing
   * where the screen is not wanted.
   */
  showAgain(): void {
    const { wishes, report } = this.#parts;
    if (wishes.display === undefined || this.#viewer === undefined || !this.#mayView) {
      return;
    }
    if (!wishes.watching) {
      this.#viewer.showNothing();
      // Whoever waits for a picture waits for nothing.
      this.#displayed.resolve();
      this.#painted.resolve();
      return;
    }
    if (wishes.mode === "video-optimized" && !this.#canShowFilms) {
      report({ kind: "noFilms" });
    }
    this.#viewer.show(wishes.display, this.#mode());
  }

  /** The mode that is wished for, as far as this browser can show it. */
  #mode(): ColorModeName {
    const { mode } = this.#parts.wishes;
    return mode === "video-optimized" && !this.#canShowFilms ? "all-colors" : mode;
  }

  /** The link is lost. */
  close(): void {
    this.#parts.shells.detach();
    this.#parts.channels.detach();
    this.#parts.files.detach();
    this.#viewer?.close();
    this.#giveUp("the line was cut");
  }

  wishControl(wanted: boolean): void {
    this.#parts.wishes.control = wanted;
    if (this.#session !== undefined) {
      this.#parts.connection.send("controlWish", { session: this.#session, wanted });
    }
  }

  input(events: readonly InputEvent[]): void {
    this.#input?.send(events);
  }

  tick(): void {
    this.#viewer?.refresh();
  }

  /** A control message; those of other sessions are ignored. */
  control(body: ControlBody): void {
    const { report } = this.#parts;
    if (body.case === "joined" && body.value.request === this.request) {
      this.#enter(body.value);
      this.#joined.resolve();
    } else if (body.case === "joinPending" && body.value.request === this.request) {
      this.#pending.resolve(body.value.timeoutMs);
    } else if (body.case === "joinRefused" && body.value.request === this.request) {
      this.#joined.reject(new RefusedError(body.value.code, body.value.detail));
    } else if (
      this.#session === undefined ||
      !("session" in body.value) ||
      body.value.session !== this.#session
    ) {
      return;
    } else if (body.case === "displays") {
      this.#takeDisplays(body.value);
    } else if (body.case === "controlState") {
      this.#takeControl(body.value.granted, body.value.detail);
    } else if (body.case === "notice") {
      report({ kind: "notice", text: body.value.text });
    } else if (body.case === "sessionEnded") {
      this.#end(reasonOf(body.value.code), body.value.detail);
    }
  }

  /** The session, once the relay let us in and as long as we are. */
  get session(): SessionId | undefined {
    return this.#session;
  }

  /** Whether an answer to this joining is ours. */
  isFor(request: number): boolean {
    return request === this.request;
  }

  /** Waits for the answer to our joining. */
  async entered(): Promise<this | undefined> {
    return this.#joined.promise.then(
      () => this,
      () => undefined,
    );
  }

  /** A stream of the session. */
  async stream(kind: StreamKind, head: Uint8Array, rest: ReceiveStream): Promise<void> {
    const session = this.#session;
    try {
      await this.#read(kind, head, rest);
    } catch (error) {
      // The relay resets what still travels when we leave.
      if (session === this.#session) {
        throw error;
      }
    }
  }

  async #read(kind: StreamKind, head: Uint8Array, rest: ReceiveStream): Promise<void> {
    switch (kind) {
      case StreamKind.Screen:
        await this.#viewer?.update(head, rest);
        break;
      case StreamKind.Cursor:
        await this.#readCursor(head, rest);
        break;
      default:
        rest.stop(CloseCode.Unknown);
    }
  }

  #enter(joined: Joined): void {
    const { connection, zstd, painter, meter, counters, report, wishes, channels } = this.#parts;
    const session = joined.session as SessionId;
    const painted = () => this.#painted.resolve();
    this.#session = session;
    this.#mayView = joined.grant?.view ?? false;
    const seat = joined.seat as Seat;
    const films = this.#canShowFilms;
    this.#viewer = new Viewer({
      connection,
      session,
      seat,
      zstd,
      painter,
      meter,
      counters,
      first: this.#mayView ? this.#first : undefined,
      canShowFilms: films,
      painted,
    });
    this.#parts.shells.attach({ connection, session });
    channels.attach({ connection, session });
    this.#parts.files.attach({ connection, session });
    this.#parts.joined(Number(session));
    report({ kind: "joined", session: Number(session), mayView: this.#mayView });
    const allowed = joined.grant?.control ?? false;
    report({ kind: "control", granted: false, allowed });
    if (allowed && wishes.control) {
      this.wishControl(true);
    }
  }

  #takeDisplays({ displays }: Displays): void {
    const { wishes } = this.#parts;
    this.#displays = displays;
    const chosen =
      displays.find((one) => one.id === wishes.display) ?? displays.find((one) => one.primary) ?? displays[0];
    if (chosen) {
      this.show(chosen.id);
      this.#displayed.resolve();
    } else {
      this.#parts.report({ kind: "displays", displays: [], shown: undefined });
    }
  }

  #takeControl(granted: boolean, detail: string): void {
    const { connection, meter, report } = this.#parts;
    if (granted && this.#session !== undefined) {
      this.#input ??= new InputSender(connection, this.#session, meter);
    }
    report({ kind: "control", granted, allowed: true });
    if (detail !== "") {
      report({ kind: "notice", text: detail });
    }
  }

  #end(reason: Reason, detail: string): void {
    const { phase, report } = this.#parts;
    this.#forget();
    report({ kind: "control", granted: false, allowed: false });
    phase(reason === "offline" ? { phase: "offline" } : { phase: "ended", reason, detail });
  }

  /** Nobody waits any longer for what did not happen. */
  #giveUp(reason: string): void {
    for (const step of [this.#joined, this.#displayed, this.#painted]) {
      step.reject(new Error(reason));
    }
  }

  #forget(): void {
    this.#session = undefined;
    this.#viewer?.close();
    this.#viewer = undefined;
    this.#input = undefined;
  }

  async #readCursor(head: Uint8Array, rest: ReceiveStream): Promise<void> {
    const front = new Reader(head);
    decodeStreamHeader(front);
    const blocks = new BlockReader("cursor record", CURSOR_BYTES_MAX);
    let piece: Uint8Array | undefined = front.rest();
    for (; piece !== undefined; piece = await rest.read()) {
      for (const block of blocks.push(piece)) {
        await this.#takeCursor(block);
      }
    }
  }

  async #takeCursor(block: Uint8Array): Promise<void> {
    const { report, cursors } = this.#parts;
    const record = decodeCursorRecord(new Reader(block));
    switch (record.kind) {
      case "shape":
        report({ kind: "cursor", image: await cursors.image(record.shape) });
        break;
      case "hidden":
        report({ kind: "cursor", image: undefined });
        break;
      case "at":
        report({ kind: "cursorAt", at: record.at });
    }
  }
}

function onWire(target: JoinTarget) {
  return target.kind === "session"
    ? ({ case: "session", value: BigInt(target.session) } as const)
    : ({ case: "endpointId", value: target.endpointId } as const);
}
