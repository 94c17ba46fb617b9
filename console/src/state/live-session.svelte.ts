/**
 * The page's side of one session: what the worker reported of its screen, for the session's tab to show, and what
 * the tab wants. Shells and panels hang on it. What the desk knows of the session is in `desk`.
 *
 * @module
 */
import type { Permission, Session } from "../api/desk.ts";
import { t } from "../i18n/i18n.svelte.ts";
import type { CursorPicture } from "../ui/css-cursor.ts";
import type { InputEvent, Pointer } from "../wire/input.ts";
import type { StreamKind } from "../wire/stream.ts";
import type {
  ColorModeName,
  Counters,
  CursorImage,
  DisplayInfo,
  JoinTarget,
  Quality,
  SessionPhase,
  VisitCommand,
  VisitReport,
} from "../worker/messages.ts";
import { Channel } from "./channel.ts";
import { desk } from "./desk.svelte.ts";
import { Files } from "./files.svelte.ts";
import { Shells } from "./shells.svelte.ts";
import { workerLink } from "./worker-link.svelte.ts";

const CONNECTING: SessionPhase = { phase: "connecting", stage: "ticket" };

type Answer = "in" | "waits" | "out";

/** Long enough to be read twice. */
const NOTICE_MS = 10_000;

export class LiveSession {
  /** Names this view for the worker. */
  readonly view: number;
  /** The computer, where the session began with a Jump from this page. */
  readonly endpointId: string | undefined;
  /** The desk's number; nothing until a Jump has its session. */
  id = $state<number | undefined>();
  state = $state.raw<SessionPhase>(CONNECTING);
  displays = $state.raw<readonly DisplayInfo[]>([]);
  shown = $state<number | undefined>();
  size = $state.raw<{ width: number; height: number } | undefined>();
  cursor = $state.raw<CursorPicture | undefined>();
  /** Where the pointer is while somebody else moves it. */
  cursorAt = $state.raw<Pointer | undefined>();
  hasControl = $state(false);
  mayControl = $state(false);
  mayView = $state(true);
  quality = $state.raw<Quality | undefined>();
  counters = $state.raw<Counters | undefined>();
  notice = $state("");
  /** How colours are coded; chosen anew for each session. */
  mode = $state<ColorModeName>("all-colors");
  /** Whether screen sharing is on; the technician stops and starts it. */
  isSharing = $state(true);
  /** What it is called on a page without a desk. */
  called = $state("");
  /** The desk does not have us in it any more. */
  isOver = $state(false);
  readonly shells: Shells;
  readonly files: Files;

  #lastAbout: Session | undefined;
  #isVisible = false;
  #isJoined = false;
  #requests = 0;
  #channelsOpened = 0;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #channels = new Map<number, Channel>();
  readonly #waiting = new Map<number, (report: VisitReport) => void>();
  readonly #stop: () => void;
  /** What came of the first try to join; `waits`: a person at the computer is asked. */
  readonly answered: Promise<Answer>;
  #answer: (answer: Answer) => void = () => undefined;

  constructor(view: number, target: JoinTarget) {
    this.view = view;
    this.id = target.kind === "session" ? target.session : undefined;
    this.endpointId = target.kind === "endpoint" ? target.endpointId : undefined;
    this.shells = new Shells((key, wish) => this.#send({ kind: "shell", key, wish }));
    this.files = new Files(
      (key, wish) => this.#send({ kind: "file", key, wish }),
      () => this.id,
    );
    this.answered = new Promise((resolve) => {
      this.#answer = resolve;
    });
    this.#stop = workerLink.listen(view, (report) => this.#take(report));
  }

  /** What the desk says of it; as it was last when it is over. */
  get about(): Session | undefined {
    this.#lastAbout = desk.session(this.id) ?? this.#lastAbout;
    return this.#lastAbout;
  }

  /** What it is called: by its customer, or its computer. */
  get name(): string {
    return (
      this.about?.customer ||
      this.called ||
      desk.endpoints.get(this.endpointId ?? "")?.name ||
      (this.endpointId ?? "")
    );
  }

  get isOwner(): boolean {
    return !this.isOver && this.about !== undefined && this.about.owner === desk.me?.account;
  }

  /** Whether one may, in this session. */
  may(permission: Permission): boolean {
    return !this.isOver && (this.about?.rights.permissions.includes(permission) ?? false);
  }

  /** Whether there is, or was, more than a chat: an agent at the other end. */
  get hasAgent(): boolean {
    return this.about === undefined ? this.endpointId !== undefined : this.about.client !== "chat";
  }

  /** Joins with its screen on this canvas. */
  join(canvas: OffscreenCanvas): void {
    const target: JoinTarget =
      this.id === undefined
        ? { kind: "endpoint", endpointId: this.endpointId ?? "" }
        : { kind: "session", session: this.id };
    this.#isJoined = true;
    this.#send({ kind: "join", target, canvas }, [canvas]);
    this.#watch();
  }

  /** Its tab is shown, or another one. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible;
    this.#watch();
  }

  /** Starts or stops screen sharing. */
  share(isSharing: boolean): void {
    this.isSharing = isSharing;
    this.#watch();
  }

  /** Its tab is closed: the link leaves it, and nothing is kept. */
  close(): void {
    if (this.#isJoined) {
      this.#send({ kind: "leave" });
    }
    this.files.close();
    for (const channel of this.#channels.values()) {
      channel.close();
    }
    this.#stop();
    this.#setCursor(undefined);
    clearTimeout(this.#noticeTimer);
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

  /** Tries again now, whatever the state. */
  retry(): void {
    this.#send({ kind: "retry" });
  }

  /** Opens a stream to the endpoint. It ends with the link; whoever needs it opens another. */
  open(stream: StreamKind): Channel {
    this.#channelsOpened += 1;
    const key = this.#channelsOpened;
    const channel = new Channel((wish) => this.#send({ kind: "channel", key, wish }));
    this.#channels.set(key, channel);
    channel.ended.then(() => this.#channels.delete(key));
    this.#send({ kind: "channel", key, wish: { kind: "open", stream } });
    return channel;
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

  /** A session that nobody looks at costs no screen. */
  #watch(): void {
    this.#send({ kind: "watch", wanted: this.#isVisible && this.isSharing });
  }

  #send(command: VisitCommand, transfer: Transferable[] = []): void {
    workerLink.send(this.view, command, transfer);
  }

  #ask(command: (request: number) => VisitCommand): Promise<VisitReport> {
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((resolve) => {
      this.#waiting.set(request, resolve);
      this.#send(command(request));
    });
  }

  #take(report: VisitReport): void {
    switch (report.kind) {
      case "session":
        this.state = report.state;
        this.#noteAnswer(report.state);
        break;
      case "joined":
        this.#answer("in");
        this.id = report.session;
        this.mayView = report.mayView;
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
      case "shell":
        this.shells.take(report.key, report.news);
        break;
      case "file":
        this.files.take(report.key, report.news);
        break;
      case "channel":
        this.#channels.get(report.key)?.take(report.news);
        break;
      case "screenshot":
      case "hash":
        this.#waiting.get(report.request)?.(report);
        this.#waiting.delete(report.request);
    }
  }

  #noteAnswer(state: SessionPhase): void {
    if (state.phase === "connecting" && state.asksPerson) {
      this.#answer("waits");
    } else if (state.phase === "refused" || state.phase === "offline") {
      this.#answer("out");
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
}
