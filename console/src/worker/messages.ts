/**
 * What the page and its worker say to each other. The worker owns the link, the decoding and the canvas; the
 * page owns the forms, the tool bar and the events of mouse and keyboard.
 *
 * @module
 */
import type { Holder } from "../api/client.ts";
import type { FilePath, Item, ToFile, Volume, Why } from "../wire/file.ts";
import type { InputEvent, Pointer } from "../wire/input.ts";
import type { ShellSignal, TerminalSize } from "../wire/shell.ts";
import type { StreamKind } from "../wire/stream.ts";

export type Carrier = "webtransport" | "websocket";

/** `only`: use this carrier and no other. `first`: the one that worked a short while ago. */
export interface CarrierChoice {
  readonly only?: Carrier;
  readonly first?: Carrier;
}

/** The steps until a picture shows; a failure names the one that it happened in. */
export const STAGES = ["ticket", "carrier", "hello", "join", "displays", "picture"] as const;
export type Stage = (typeof STAGES)[number];

/** Why the relay refused, by the names of `RefusalCode`. */
export type Reason =
  | "unspecified"
  | "opener-too-old"
  | "relay-too-old"
  | "not-known"
  | "not-allowed"
  | "expired"
  | "offline"
  | "full"
  | "malformed"
  | "going-away";

/** Where a session is, as its page shows it. */
export type SessionPhase =
  /** `asksPerson`: somebody at the computer decides first. */
  | { readonly phase: "connecting"; readonly stage: Stage; readonly asksPerson?: boolean }
  | { readonly phase: "live" }
  /** `retryAtMs` is a time of `Date.now()`, or nothing while the try is under way. */
  | { readonly phase: "reconnecting"; readonly attempt: number; readonly retryAtMs: number | undefined }
  | { readonly phase: "offline" }
  | { readonly phase: "refused"; readonly reason: Reason; readonly detail: string }
  | { readonly phase: "ended"; readonly reason: Reason; readonly detail: string }
  | { readonly phase: "failed"; readonly stage: Stage; readonly detail: string };

/** How colours are coded, from least to most bytes; the last is for what moves. */
export const COLOR_MODES = [
  "black-and-white",
  "few-colors",
  "more-colors",
  "all-colors",
  "video-optimized",
] as const;
export type ColorModeName = (typeof COLOR_MODES)[number];

/** A display of the endpoint, in physical pixels. */
export interface DisplayInfo {
  readonly id: number;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly primary: boolean;
}

/** What the endpoint's mouse pointer looks like. */
export interface CursorImage {
  readonly png: Blob;
  readonly width: number;
  readonly height: number;
  readonly hotX: number;
  readonly hotY: number;
}

/** Measured over the last second; what is not known yet is missing. */
export interface Quality {
  readonly ageMs?: number;
  readonly inputToPixelMs?: number;
  readonly roundTripMs?: number;
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly carrier: Carrier;
}

/** Counted since the page was loaded. */
export interface Counters {
  updates: number;
  operations: number;
  bytes: number;
  frames: number;
  /** Milliseconds that reading and decoding updates took, altogether. */
  decodeMs: number;
  /** Milliseconds that painting them took, altogether. */
  paintMs: number;
  refreshes: number;
  /** Pictures of films that were shown, and how long their decoding took in all. */
  films: number;
  filmMs: number;
  /** Tiles whose payload could not be decoded. */
  undecodable: number;
  /** Updates dropped because they belonged to an epoch or a rendition that is gone. */
  outdated: number;
  links: number;
  /** Messages from the relay that were none. */
  malformed: number;
}

export function noCounters(): Counters {
  return {
    updates: 0,
    operations: 0,
    bytes: 0,
    frames: 0,
    decodeMs: 0,
    paintMs: 0,
    refreshes: 0,
    films: 0,
    filmMs: 0,
    undecodable: 0,
    outdated: 0,
    links: 0,
    malformed: 0,
  };
}

/** What the page wants of a shell. */
export type ShellWish =
  | { readonly kind: "start"; readonly size: TerminalSize }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "resize"; readonly size: TerminalSize }
  | { readonly kind: "signal"; readonly signal: ShellSignal }
  /** All output before `at` is on the screen. */
  | { readonly kind: "seen"; readonly at: number }
  | { readonly kind: "close" };

/** Why there is no shell: the endpoint has a reason, the right is missing, or another window has it. */
export interface ShellRefusal {
  readonly why: "endpoint" | "right" | "elsewhere";
  readonly detail: string;
}

/** What happens in a shell. */
export type ShellNews =
  /** It is there, for the first time or again; `skipped` bytes of output are lost in between. */
  | { readonly kind: "opened"; readonly program: string; readonly skipped: number }
  /** Output, which ends at `at`. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly at: number }
  | { readonly kind: "ended"; readonly by: "status" | "signal"; readonly number: number }
  | ({ readonly kind: "refused" } & ShellRefusal)
  /** The line is lost; it goes on by itself once that is back. */
  | { readonly kind: "lost" };

/** A file of this computer, and what it is to be called, relative to where it goes. */
export interface LocalFile {
  readonly file: File;
  readonly name: FilePath;
}

/** What the page wants of the endpoint's files. */
export type FileWish =
  /** Something without content. */
  | { readonly kind: "ask"; readonly request: ToFile }
  /** Files are sent, directories are made; names in the way are replaced, or reported. */
  | {
      readonly kind: "send";
      readonly into: FilePath;
      readonly files: readonly LocalFile[];
      readonly directories: readonly FilePath[];
      readonly replaces: boolean;
    }
  | { readonly kind: "pause"; readonly isPaused: boolean }
  | { readonly kind: "cancel" };

/** Why something with files is not done: the endpoint's reasons, and ours. */
export type FileFault = Why | "right" | "lost" | "source" | "cancelled";

/** What happens to what the page wants. `done`, `refused` are the last. */
export type FileNews =
  | { readonly kind: "volumes"; readonly volumes: readonly Volume[] }
  | { readonly kind: "items"; readonly items: readonly Item[] }
  | { readonly kind: "found"; readonly item: Item }
  | {
      readonly kind: "progress";
      readonly items: number;
      readonly itemsOf: number;
      readonly bytes: number;
      readonly bytesOf: number;
    }
  | { readonly kind: "failed"; readonly why: FileFault; readonly path: FilePath; readonly detail: string }
  | { readonly kind: "done"; readonly items: number; readonly bytes: number }
  | { readonly kind: "refused"; readonly why: FileFault; readonly detail: string }
  /** The disk there is full; it goes on once the page says so. */
  | { readonly kind: "full"; readonly detail: string }
  /** The line is lost; it goes on by itself once that is back. */
  | { readonly kind: "lost" };

/** What the page wants of a stream beside the screen, such as one for files or system information. */
export type ChannelWish =
  | { readonly kind: "open"; readonly stream: StreamKind }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "close" };

/** What happens on such a stream. It ends with its link; the page opens another where it goes on. */
export type ChannelNews =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The carrier has taken one more `bytes` of the page's. */
  | { readonly kind: "taken" }
  /** `reset`: the other side gave it up, with this `CloseCode`. `lost`: with the link. */
  | { readonly kind: "ended"; readonly why: "done" | "reset" | "lost"; readonly code: number | undefined };

/** What is joined: a session that we are in, or the one with a computer, which starts by it. */
export type JoinTarget =
  | { readonly kind: "session"; readonly session: number }
  | { readonly kind: "endpoint"; readonly endpointId: string };

/** What concerns one session; the page numbers its views of sessions. */
export type VisitCommand =
  | { readonly kind: "join"; readonly target: JoinTarget; readonly canvas: OffscreenCanvas }
  | { readonly kind: "leave" }
  /** Whether the screen is wanted; without it the session stays joined and costs nothing. */
  | { readonly kind: "watch"; readonly wanted: boolean }
  | { readonly kind: "show"; readonly display: number }
  | { readonly kind: "mode"; readonly mode: ColorModeName }
  | { readonly kind: "control"; readonly wanted: boolean }
  | { readonly kind: "input"; readonly events: readonly InputEvent[] }
  /** The page numbers its shells. */
  | { readonly kind: "shell"; readonly key: number; readonly wish: ShellWish }
  /** The page numbers what it wants of files. */
  | { readonly kind: "file"; readonly key: number; readonly wish: FileWish }
  /** The page numbers its channels. */
  | { readonly kind: "channel"; readonly key: number; readonly wish: ChannelWish }
  /** Tries again now, whatever the state. */
  | { readonly kind: "retry" }
  | { readonly kind: "screenshot"; readonly request: number }
  | { readonly kind: "hash"; readonly request: number };

export type Command =
  /** Opens the link of this tab. */
  | { readonly kind: "open"; readonly choice: CarrierChoice; readonly holder: Holder }
  | { readonly kind: "close" }
  | { readonly kind: "visit"; readonly view: number; readonly command: VisitCommand };

/** What concerns one session. */
export type VisitReport =
  | { readonly kind: "session"; readonly state: SessionPhase }
  /** The relay let us in: the desk's number of the session. */
  | { readonly kind: "joined"; readonly session: number; readonly mayView: boolean }
  | {
      readonly kind: "displays";
      readonly displays: readonly DisplayInfo[];
      readonly shown: number | undefined;
    }
  /** The canvas has this size in pixels from now on. */
  | { readonly kind: "size"; readonly width: number; readonly height: number }
  /** What moves is wanted as video, and this browser has no decoder: all colours are shown instead. */
  | { readonly kind: "noFilms" }
  /** Nothing while the pointer is hidden. */
  | { readonly kind: "cursor"; readonly image: CursorImage | undefined }
  /** The pointer is here, and we did not move it there. */
  | { readonly kind: "cursorAt"; readonly at: Pointer }
  | { readonly kind: "control"; readonly granted: boolean; readonly allowed: boolean }
  | { readonly kind: "quality"; readonly quality: Quality; readonly counters: Counters }
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "shell"; readonly key: number; readonly news: ShellNews }
  | { readonly kind: "file"; readonly key: number; readonly news: FileNews }
  | { readonly kind: "channel"; readonly key: number; readonly news: ChannelNews }
  | {
      readonly kind: "screenshot";
      readonly request: number;
      readonly png: Blob | undefined;
      readonly detail: string;
    }
  | { readonly kind: "hash"; readonly request: number; readonly sha256: string };

export type Report =
  | { readonly kind: "visit"; readonly view: number; readonly report: VisitReport }
  | { readonly kind: "loggedOut" }
  /** Nothing can be opened just now: why, for all sessions alike. */
  | { readonly kind: "linkFailed"; readonly stage: Stage; readonly detail: string }
  /** The link is open over this carrier. */
  | { readonly kind: "carrier"; readonly carrier: Carrier };
