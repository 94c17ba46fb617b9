/**
 * The page's side of the worker: sends commands, and holds what the worker reported for the pages to show.
 *
 * @module
 */

import { t } from "../i18n/i18n.svelte.ts";
import type { CursorPicture } from "../ui/css-cursor.ts";
import type { InputEvent, Pointer } from "../wire/input.ts";
import type {
  ColorModeName,
  Command,
  Counters,
  CursorImage,
  DisplayInfo,
  Quality,
  Report,
  SessionPhase,
} from "../worker/messages.ts";
import { carrierChoice, rememberCarrier } from "./carrier.ts";
import { shells } from "./shells.svelte.ts";

const CONNECTING: SessionPhase = { phase: "connecting", stage: "ticket" };

/** Long enough to be read twice. */
const NOTICE_MS = 10_000;

class Session {
  /** Whether there is a worker to send commands to. */
  isOpen = $state(false);
  state = $state.raw<SessionPhase>(CONNECTING);
  displays = $state.raw<readonly DisplayInfo[]>([]);
  shown = $state<number | undefined>();
  size = $state.raw<{ width: number; height: number } | undefined>();
  cursor = $state.raw<CursorPicture | undefined>();
  /** Where the pointer is while somebody else moves it. */
  cursorAt = $state.raw<Pointer | undefined>();
  hasControl = $state(false);
  mayControl = $state(false);
  quality = $state.raw<Quality | undefined>();
  counters = $state.raw<Counters | undefined>();
  notice = $state("");
  /** How colours are coded; chosen anew for each session. */
  mode = $state<ColorModeName>("all-colors");

  #worker: Worker | undefined;
  #onLogout: () => void = () => undefined;
  #requests = 0;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #waiting = new Map<number, (report: Report) => void>();

  /** Starts the worker and opens the link. */
  open(onLogout: () => void): void {
    this.#onLogout = onLogout;
    this.#worker = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", (event) => this.#take(event.data as Report));
    this.isOpen = true;
    shells.connect((key, wish) => this.#send({ kind: "shell", key, wish }));
    this.#send({ kind: "open", choice: carrierChoice(Date.now()) });
  }

  /** Closes the link; the worker closes itself once that is done. */
  close(): void {
    this.#send({ kind: "close" });
    this.#worker = undefined;
    this.isOpen = false;
    this.#waiting.clear();
    this.#reset();
  }

  join(endpointId: string, canvas: OffscreenCanvas): void {
    this.#reset();
    this.#send({ kind: "join", endpointId, canvas }, [canvas]);
  }

  leave(): void {
    this.#send({ kind: "leave" });
  }

  show(display: number): void {
    this.shown = display;
    this.#send({ kind: "show", display });
  }

  /** How colours are coded from now on. */
  choose(mode: ColorModeName): void {
    this.mode = mode;
    this.#send({ kind: "mode", mode });
  }

  wishControl(wanted: boolean): void {
    this.#send({ kind: "control", wanted });
  }

  input(events: readonly InputEvent[]): void {
    if (this.hasControl && 0 < events.length) {
      if (events.some((event) => event.kind !== "key" && event.kind !== "text")) {
        this.cursorAt = undefined;
      }
      this.#send({ kind: "input", events });
    }
  }

  retry(): void {
    this.#send({ kind: "retry" });
  }

  /** The display's exact pixels as PNG. */
  async screenshot(): Promise<Blob> {
    const report = await this.#ask((request) => ({ kind: "screenshot", request }));
    if (report.kind === "screenshot" && report.png) {
      return report.png;
    }
    throw new Error(report.kind === "screenshot" ? report.detail : report.kind);
  }

  /** SHA-256 over the display's pixels: three bytes each, R, G, B, rows from the top. */
  async pictureHash(): Promise<string> {
    const report = await this.#ask((request) => ({ kind: "hash", request }));
    return report.kind === "hash" ? report.sha256 : "";
  }

  #send(command: Command, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(command, transfer);
  }

  #ask(command: (request: number) => Command): Promise<Report> {
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.#send(command(request));
    });
  }

  #take(report: Report): void {
    switch (report.kind) {
      case "session":
        this.state = report.state;
        break;
      case "displays":
        this.displays = report.displays;
        this.shown = report.shown;
        break;
      case "size":
        this.size = { width: report.width, height: report.height };
        break;
      case "cursor":
        this.#setCursor(report.image);
        break;
      case "cursorAt":
        this.cursorAt = report.at;
        break;
      case "control":
        this.hasControl = report.granted;
        this.mayControl = report.allowed;
        break;
      case "quality":
        this.quality = report.quality;
        this.counters = report.counters;
        break;
      case "notice":
        this.#setNotice(report.text);
        break;
      case "noFilms":
        this.mode = "all-colors";
        this.#setNotice(t("session-no-films"));
        break;
      case "carrier":
        rememberCarrier(report.carrier, Date.now());
        break;
      case "shell":
        shells.take(report.key, report.news);
        break;
      case "loggedOut":
        this.#onLogout();
        break;
      case "screenshot":
      case "hash":
        this.#waiting.get(report.request)?.(report);
        this.#waiting.delete(report.request);
    }
  }

  #setNotice(text: string): void {
    this.notice = text;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => {
      this.notice = "";
    }, NOTICE_MS);
  }

  /** The address of the former image is given back. */
  #setCursor(image: CursorImage | undefined): void {
    if (this.cursor) {
      URL.revokeObjectURL(this.cursor.url);
    }
    this.cursor = image && { ...image, url: URL.createObjectURL(image.png) };
  }

  #reset(): void {
    shells.clear();
    this.state = CONNECTING;
    this.displays = [];
    this.shown = undefined;
    this.size = undefined;
    this.#setCursor(undefined);
    this.cursorAt = undefined;
    this.hasControl = false;
    this.quality = undefined;
    this.notice = "";
    this.mode = "all-colors";
  }
}

export const session = new Session();
