/**
 * Keeps this tab's link to the relay open, and on it the session that the technician looks at.
 *
 * One loop: ticket, link, greeting, joining, then nothing until something ends, then a pause and again. Every step
 * has a time limit and a name; what the page shows is said by `phase`.
 *
 * @module
 */
import { ticket } from "../api/client.ts";
import { RequestError } from "../api/problem.ts";
import { Backoff } from "../link/backoff.ts";
import type { ReceiveStream } from "../link/link.ts";
import { openLink } from "../link/open.ts";
import { Painter } from "../screen/painter.ts";
import { CloseCode } from "../wire/close.ts";
import type { ControlBody } from "../wire/control.ts";
import type { StreamKind } from "../wire/stream.ts";
import { Attendance, type Wishes } from "./attendance.ts";
import { Connection, type ConnectionHandler } from "./connection.ts";
import { CursorImages } from "./cursor-image.ts";
import { LoggedOutError, RefusedError, StageError, staged } from "./failure.ts";
import {
  type CarrierChoice,
  type ColorModeName,
  noCounters,
  type Report,
  type SessionPhase,
  type Stage,
} from "./messages.ts";
import { QualityMeter } from "./quality.ts";
import { Shells } from "./shells.ts";

const TICKET_TIMEOUT_MS = 10_000;
/** Both carriers one after the other. */
const CARRIER_TIMEOUT_MS = 12_000;
const HELLO_TIMEOUT_MS = 5_000;
const TICK_MS = 250;
const QUALITY_EVERY_MS = 1_000;
/** A computer that is offline is asked for now and then, should the list's events be late. */
const OFFLINE_RETRY_MS = 10_000;

/** What a technician looks at; outlives lost links. */
interface Visit {
  readonly endpointId: string;
  readonly painter: Painter;
  readonly meter: QualityMeter;
  readonly wishes: Wishes;
  wasLive: boolean;
  /** It was refused or ended: nothing happens until the technician says so. */
  rests: boolean;
}

export class Client implements ConnectionHandler {
  /** The shells of the session that is looked at. */
  readonly shells: Shells;
  readonly #report: (report: Report) => void;
  readonly #zstd: WebAssembly.Module;
  readonly #cursors: CursorImages;
  readonly #backoff = new Backoff();
  readonly #counters = noCounters();
  #choice: CarrierChoice = {};
  #visit: Visit | undefined;
  #attendance: Attendance | undefined;
  #connection: Connection | undefined;
  #stage: Stage = "ticket";
  #requests = 0;
  #isOpen = false;
  #isBroken = false;
  #wake: (() => void) | undefined;
  #qualityAtMs = 0;
  #bytesBefore = 0;

  constructor(zstd: WebAssembly.Module, report: (report: Report) => void) {
    this.#zstd = zstd;
    this.#cursors = new CursorImages(zstd);
    this.#report = report;
    this.shells = new Shells((key, news) => report({ kind: "shell", key, news }));
  }

  /** Keeps a link open until `close`. Returns once that is done. */
  async run(choice: CarrierChoice): Promise<void> {
    this.#choice = choice;
    this.#isOpen = true;
    const ticks = setInterval(() => this.#tick(), TICK_MS);
    while (this.#isOpen) {
      try {
        await this.#connect();
        await this.#attendUntilEnd();
      } catch (error) {
        await this.#failed(error);
      }
    }
    clearInterval(ticks);
  }

  close(): void {
    this.#isOpen = false;
    this.#connection?.link.close(CloseCode.Done, "the technician left");
    this.#wake?.();
  }

  join(endpointId: string, canvas: OffscreenCanvas): void {
    const resized = ({ width, height }: { width: number; height: number }) =>
      this.#report({ kind: "size", width, height });
    this.#visit = {
      endpointId,
      painter: new Painter(canvas, resized),
      meter: new QualityMeter(performance.now()),
      wishes: { display: undefined, control: true, mode: "all-colors" },
      wasLive: false,
      rests: false,
    };
    this.#phase({ phase: "connecting", stage: this.#stage });
    this.retry();
  }

  leave(): void {
    this.shells.clear();
    this.#attendance?.leave();
    this.#attendance = undefined;
    this.#visit = undefined;
  }

  /** How colours are to be coded from now on; kept over lost links. */
  choose(mode: ColorModeName): void {
    if (this.#visit) {
      this.#visit.wishes.mode = mode;
      this.#attendance?.showAgain();
    }
  }

  /** Ends the pause before the next try, or joins again on the link that is there. */
  retry(): void {
    if (this.#visit) {
      this.#visit.rests = false;
    }
    this.#backoff.reset();
    this.#wake?.();
  }

  get attendance(): Attendance | undefined {
    return this.#attendance;
  }

  get painter(): Painter | undefined {
    return this.#visit?.painter;
  }

  /** For `Connection`: a control message. */
  control(body: ControlBody): void {
    if (body.case === "goingAway") {
      // It closes the link within its jitter; coming back at once is what it asks for.
      this.#backoff.reset();
    } else if (body.case === "joined" && body.value.request !== this.#attendance?.request) {
      // The technician left before the answer came.
      this.#connection?.send("leave", { session: body.value.session });
    } else {
      this.#attendance?.control(body);
      if (body.case === "sessionEnded") {
        this.#wake?.();
      }
    }
  }

  /** For `Connection`: a stream. */
  async stream(kind: StreamKind, head: Uint8Array, rest: ReceiveStream): Promise<void> {
    if (this.#attendance) {
      await this.#attendance.stream(kind, head, rest);
    } else {
      rest.stop(CloseCode.Done);
    }
  }

  /** For `Connection`: the relay sent what is no message. */
  malformed(): void {
    this.#counters.malformed += 1;
  }

  async #connect(): Promise<void> {
    this.#enter("ticket");
    const pass = await staged("ticket", TICKET_TIMEOUT_MS, ticket()).catch(loggedOut);
    this.#enter("carrier");
    const link = await staged("carrier", CARRIER_TIMEOUT_MS, openLink(pass, this.#choice));
    this.#enter("hello");
    try {
      this.#connection = await staged("hello", HELLO_TIMEOUT_MS, Connection.greet(link, pass.ticket, this));
    } catch (error) {
      link.close(CloseCode.Done, "no welcome");
      throw error;
    }
    this.#counters.links += 1;
    this.#stage = "join";
    this.#choice = { ...this.#choice, first: link.carrier };
    this.#report({ kind: "carrier", carrier: link.carrier });
  }

  /** Attends whatever session is wished for, until the link ends. Throws when the link or a step failed. */
  async #attendUntilEnd(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) {
      return;
    }
    const ended = connection.ended.then((end) => {
      this.#isBroken = true;
      this.#wake?.();
      return end;
    });
    this.#isBroken = false;
    try {
      while (!this.#isBroken) {
        const visit = this.#visit;
        if (visit && !visit.rests && this.#attendance === undefined) {
          await Promise.race([this.#attend(visit, connection), ended]);
        }
        if (!this.#isBroken && visit === this.#visit) {
          await this.#pause(this.#attendance || visit?.rests ? undefined : OFFLINE_RETRY_MS);
        }
      }
    } finally {
      this.#attendance?.close();
      this.#attendance = undefined;
      this.#connection = undefined;
      this.#bytesBefore += connection.link.bytesReceived;
      connection.link.close(CloseCode.Done, "starting again");
    }
    const { code, reason } = await ended;
    if (code === CloseCode.NotAllowed) {
      throw new LoggedOutError(reason);
    }
    throw new StageError("carrier", reason || "the line was cut");
  }

  async #attend(visit: Visit, connection: Connection): Promise<void> {
    this.#requests += 1;
    const attendance = new Attendance({
      request: this.#requests,
      connection,
      endpointId: visit.endpointId,
      wishes: visit.wishes,
      zstd: this.#zstd,
      cursors: this.#cursors,
      painter: visit.painter,
      meter: visit.meter,
      counters: this.#counters,
      shells: this.shells,
      report: this.#report,
      phase: (state) => this.#attended(visit, state),
    });
    this.#attendance = attendance;
    try {
      await attendance.start();
      this.#backoff.reset();
    } catch (error) {
      if (visit !== this.#visit) {
        return;
      }
      this.#attendance = undefined;
      if (!(error instanceof RefusedError) || error.mayPass) {
        throw error;
      }
      const { reason, message } = error;
      visit.rests = reason !== "offline";
      this.#phase(
        reason === "offline" ? { phase: "offline" } : { phase: "refused", reason, detail: message },
      );
    }
  }

  /** What a session says of itself; while it is being mended the page goes on saying so. */
  #attended(visit: Visit, state: SessionPhase): void {
    if (visit !== this.#visit) {
      return;
    }
    if (state.phase === "live") {
      visit.wasLive = true;
    }
    if (state.phase === "offline" || state.phase === "ended") {
      this.#attendance = undefined;
      visit.rests = state.phase === "ended";
    }
    if (state.phase !== "connecting" || !visit.wasLive) {
      this.#phase(state);
    }
  }

  /** Says what went wrong and waits before the next try. */
  async #failed(error: unknown): Promise<void> {
    if (!this.#isOpen) {
      return;
    }
    if (error instanceof LoggedOutError) {
      this.#isOpen = false;
      this.#report({ kind: "loggedOut" });
      return;
    }
    if (error instanceof RefusedError && !error.mayPass) {
      this.#phase({ phase: "refused", reason: error.reason, detail: error.message });
      await this.#pause(undefined);
      return;
    }
    const waitMs = this.#backoff.next(Math.random());
    const { attempt } = this.#backoff;
    if (this.#visit?.wasLive) {
      this.#phase({ phase: "reconnecting", attempt, retryAtMs: Date.now() + waitMs });
    } else {
      const stage = error instanceof StageError ? error.stage : this.#stage;
      this.#phase({ phase: "failed", stage, detail: error instanceof Error ? error.message : String(error) });
    }
    await this.#pause(waitMs);
    if (this.#visit?.wasLive) {
      this.#phase({ phase: "reconnecting", attempt, retryAtMs: undefined });
    }
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    if (!this.#visit?.wasLive) {
      this.#phase({ phase: "connecting", stage });
    }
  }

  #phase(state: SessionPhase): void {
    if (this.#visit) {
      this.#report({ kind: "session", state });
    }
  }

  /** Waits for `retry` or for `waitMs`. */
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

  #tick(): void {
    const connection = this.#connection;
    const now = performance.now();
    connection?.tick(this.#attendance ? "session" : "idle");
    this.#attendance?.tick();
    if (connection && this.#visit && this.#qualityAtMs + QUALITY_EVERY_MS <= now) {
      this.#qualityAtMs = now;
      this.#counters.bytes = this.#bytesBefore + connection.link.bytesReceived;
      const { roundTripMs } = connection.liveness;
      const measured = this.#visit.meter.take(now, this.#counters.bytes);
      const quality = {
        ...measured,
        carrier: connection.link.carrier,
        ...(roundTripMs !== undefined && { roundTripMs }),
      };
      this.#report({ kind: "quality", quality, counters: { ...this.#counters } });
    }
  }
}

/** A ticket that is refused for want of a login. */
function loggedOut(error: unknown): never {
  if (error instanceof StageError && error.cause instanceof RequestError && error.cause.status === 401) {
    throw new LoggedOutError(error.message);
  }
  throw error;
}
