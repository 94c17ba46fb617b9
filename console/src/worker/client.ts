/**
 * Keeps this tab's link to the relay open, and on it all sessions that the technician is in.
 *
 * One loop: ticket, link, greeting, then nothing until the link ends, then a pause and again. Every step has a time
 * limit and a name. What happens in a session is its `Visit`'s.
 *
 * @module
 */
import { type Holder, type Ticket, ticket } from "../api/client.ts";
import { RequestError } from "../api/problem.ts";
import { Backoff } from "../link/backoff.ts";
import type { ReceiveStream } from "../link/link.ts";
import { openLink } from "../link/open.ts";
import { CloseCode } from "../wire/close.ts";
import type { ControlBody } from "../wire/control.ts";
import { Reader } from "../wire/read.ts";
import { decodeStreamHeader, type StreamKind } from "../wire/stream.ts";
import type { Attendance } from "./attendance.ts";
import { Connection, type ConnectionHandler } from "./connection.ts";
import { CursorImages } from "./cursor-image.ts";
import { LoggedOutError, RefusedError, StageError, staged } from "./failure.ts";
import { type CarrierChoice, type JoinTarget, noCounters, type Report, type Stage } from "./messages.ts";
import { Visit } from "./visit.ts";

const TICKET_TIMEOUT_MS = 10_000;
/** Tries with a token and the way of the last ticket. */
const RESUME_TRIES_MAX = 4;
/** The longest spread of those who come back that a relay may ask for. */
const JITTER_MAX_MS = 10_000;
/** Both carriers one after the other. */
const CARRIER_TIMEOUT_MS = 12_000;
const HELLO_TIMEOUT_MS = 5_000;
const TICK_MS = 250;
const QUALITY_EVERY_MS = 1_000;

export class Client implements ConnectionHandler {
  readonly #report: (report: Report) => void;
  readonly #zstd: WebAssembly.Module;
  readonly #cursors: CursorImages;
  readonly #backoff = new Backoff();
  readonly #counters = noCounters();
  /** By the page's number of its view. */
  readonly #visits = new Map<number, Visit>();
  #choice: CarrierChoice = {};
  #holder: Holder = "technician";
  #connection: Connection | undefined;
  #stage: Stage = "ticket";
  #way: Ticket | undefined;
  /** The relay went away: with this it lets the page in again, after this long. */
  #resume: { readonly token: Uint8Array; readonly waitMs: number; isNew: boolean } | undefined;
  #requests = 0;
  #isOpen = false;
  #wake: (() => void) | undefined;
  #qualityAtMs = 0;
  #bytesBefore = 0;

  constructor(zstd: WebAssembly.Module, report: (report: Report) => void) {
    this.#zstd = zstd;
    this.#cursors = new CursorImages(zstd);
    this.#report = report;
  }

  /** Keeps a link open until `close`. Returns once that is done. */
  async run(choice: CarrierChoice, holder: Holder): Promise<void> {
    this.#choice = choice;
    this.#holder = holder;
    this.#isOpen = true;
    const ticks = setInterval(() => this.#tick(), TICK_MS);
    while (this.#isOpen) {
      try {
        await this.#connect();
        await this.#serveUntilEnd();
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

  /** The page shows a session in its view of this number, on this canvas. */
  join(view: number, target: JoinTarget, canvas: OffscreenCanvas): void {
    const visit = new Visit({
      target,
      canvas,
      zstd: this.#zstd,
      cursors: this.#cursors,
      counters: this.#counters,
      report: (report) => this.#report({ kind: "visit", view, report }),
      nextRequest: () => {
        this.#requests += 1;
        return this.#requests;
      },
    });
    this.#visits.set(view, visit);
    if (this.#connection) {
      visit.run(this.#connection);
    } else {
      visit.connecting(this.#stage);
      this.retry();
    }
  }

  leave(view: number): void {
    this.#visits.get(view)?.leave();
    this.#visits.delete(view);
  }

  visit(view: number): Visit | undefined {
    return this.#visits.get(view);
  }

  /** Ends the pause before the next try. */
  retry(): void {
    this.#backoff.reset();
    this.#wake?.();
  }

  /** For `Connection`: a control message. */
  control(body: ControlBody): void {
    if (body.case === "goingAway") {
      const { resumeToken, jitterMs } = body.value;
      const waitMs = Math.random() * Math.min(jitterMs, JITTER_MAX_MS);
      this.#resume = { token: resumeToken, waitMs, isNew: true };
      this.#backoff.reset();
      this.#connection?.link.close(CloseCode.Done, "the relay goes away");
    } else if (body.case === "joined" && !this.#attendances().some((one) => one.isFor(body.value.request))) {
      // The technician left before the answer came.
      this.#connection?.send("leave", { session: body.value.session });
    } else {
      for (const attendance of this.#attendances()) {
        attendance.control(body);
      }
    }
  }

  /** For `Connection`: a stream. */
  async stream(kind: StreamKind, head: Uint8Array, rest: ReceiveStream): Promise<void> {
    const { session } = decodeStreamHeader(new Reader(head));
    // A stream may overtake the answer to our joining.
    const attendances = this.#attendances();
    const found =
      attendances.find((one) => one.session === session) ??
      (await Promise.all(attendances.map((one) => one.entered()))).find((one) => one?.session === session);
    if (found) {
      await found.stream(kind, head, rest);
    } else {
      rest.stop(CloseCode.Done);
    }
  }

  /** For `Connection`: the relay sent what is no message. */
  malformed(): void {
    this.#counters.malformed += 1;
  }

  #attendances(): Attendance[] {
    return [...this.#visits.values()].flatMap((visit) => visit.attendance ?? []);
  }

  async #connect(): Promise<void> {
    const token = this.#resume?.token;
    let way = this.#way;
    if (way === undefined || !token?.length) {
      this.#enter("ticket");
      way = await staged("ticket", TICKET_TIMEOUT_MS, ticket(this.#holder)).catch(loggedOut);
      this.#way = way;
    }
    this.#enter("carrier");
    const link = await staged("carrier", CARRIER_TIMEOUT_MS, openLink(way, this.#choice));
    this.#enter("hello");
    // Whatever comes of it, a token is worth one try.
    this.#resume = undefined;
    const proof = token?.length ? { resumeToken: token } : way;
    try {
      this.#connection = await staged("hello", HELLO_TIMEOUT_MS, Connection.greet(link, proof, this));
    } catch (error) {
      link.close(CloseCode.Done, "no welcome");
      throw error;
    }
    this.#counters.links += 1;
    this.#stage = "join";
    this.#backoff.reset();
    this.#choice = { ...this.#choice, first: link.carrier };
    this.#report({ kind: "carrier", carrier: link.carrier });
  }

  /** Serves all visits until the link ends, and says by throwing how it did. */
  async #serveUntilEnd(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) {
      return;
    }
    for (const visit of this.#visits.values()) {
      visit.run(connection);
    }
    const { code, reason } = await connection.ended;
    this.#connection = undefined;
    this.#bytesBefore += connection.link.bytesReceived;
    for (const visit of this.#visits.values()) {
      visit.lost();
    }
    if (code === CloseCode.NotAllowed) {
      throw new LoggedOutError(reason);
    }
    throw new StageError("carrier", reason || "the line was cut");
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
      for (const visit of this.#visits.values()) {
        visit.refused(error);
      }
      await this.#pause(undefined);
      return;
    }
    const waitMs = this.#waitMs();
    const { attempt } = this.#backoff;
    const stage = error instanceof StageError ? error.stage : this.#stage;
    const detail = error instanceof Error ? error.message : String(error);
    this.#report({ kind: "linkFailed", stage, detail });
    for (const visit of this.#visits.values()) {
      visit.failed(stage, detail, attempt, Date.now() + waitMs);
    }
    await this.#pause(waitMs);
    for (const visit of this.#visits.values()) {
      visit.again(attempt);
    }
  }

  /** A relay that goes away says itself when to come back, once; all else is waited for longer and longer. */
  #waitMs(): number {
    if (this.#resume?.isNew) {
      this.#resume.isNew = false;
      return this.#resume.waitMs;
    }
    if (RESUME_TRIES_MAX <= this.#backoff.attempt) {
      // Perhaps the way there is another one now: a ticket knows.
      this.#resume = undefined;
    }
    return this.#backoff.next(Math.random());
  }

  #enter(stage: Stage): void {
    this.#stage = stage;
    for (const visit of this.#visits.values()) {
      visit.connecting(stage);
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
    const attendances = this.#attendances();
    connection?.tick(0 < attendances.length ? "session" : "idle");
    for (const attendance of attendances) {
      attendance.tick();
    }
    if (connection && this.#qualityAtMs + QUALITY_EVERY_MS <= now) {
      this.#qualityAtMs = now;
      this.#counters.bytes = this.#bytesBefore + connection.link.bytesReceived;
      for (const [view, visit] of this.#visits) {
        if (visit.isWatching) {
          this.#reportQuality(view, visit, connection, now);
        }
      }
    }
  }

  #reportQuality(view: number, visit: Visit, connection: Connection, now: number): void {
    const { roundTripMs } = connection.liveness;
    const quality = {
      ...visit.meter.take(now, this.#counters.bytes),
      carrier: connection.link.carrier,
      ...(roundTripMs !== undefined && { roundTripMs }),
    };
    const counters = { ...this.#counters };
    this.#report({ kind: "visit", view, report: { kind: "quality", quality, counters } });
  }
}

/** A ticket that is refused for want of a login. */
function loggedOut(error: unknown): never {
  if (error instanceof StageError && error.cause instanceof RequestError && error.cause.status === 401) {
    throw new LoggedOutError(error.message);
  }
  throw error;
}
