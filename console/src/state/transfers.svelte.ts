/**
 * Transfers and deletions of the session on the page: how far each is, and what can be done about it.
 *
 * @module
 */
import { cancelDownload, type DownloadFare, downloadFare, pauseDownload } from "../api/files.ts";
import { keyOf } from "../files/paths.ts";
import { Rate } from "../files/rate.ts";
import type { FilePath } from "../wire/file.ts";
import type { FileFault, FileNews, FileWish, LocalFile } from "../worker/messages.ts";

/** How often the relay is asked how downloads fare. */
const ASK_MS = 500;

/** Failures that one transfer shows by name. */
const FAILURES_MAX = 100;

export interface Failure {
  readonly path: FilePath;
  readonly why: FileFault;
  readonly detail: string;
}

export type TransferState = "waiting" | "running" | "paused" | "lost" | "done" | "failed" | "cancelled";

/** Files that are being sent: what went wrong with names that are taken can be asked about. */
interface Sent {
  readonly into: FilePath;
  readonly files: readonly LocalFile[];
}

/** One line of the list. */
export class Transfer {
  readonly key: number;
  readonly kind: "upload" | "download" | "remove";
  readonly name: string;
  state = $state<TransferState>("waiting");
  items = $state(0);
  itemsOf = $state(0);
  bytes = $state(0);
  bytesOf = $state(0);
  /** What is done a second, and seconds to go; nothing while that is not known. */
  perSecond = $state<number | undefined>();
  secondsLeft = $state<number | undefined>();
  failures = $state.raw<readonly Failure[]>([]);
  fault = $state.raw<{ readonly why: FileFault; readonly detail: string } | undefined>();
  hash = $state("");
  sent: Sent | undefined;
  /** The relay's name for a download. */
  download: string | undefined;
  readonly #rate = new Rate();

  constructor(key: number, kind: Transfer["kind"], name: string) {
    this.key = key;
    this.kind = kind;
    this.name = name;
  }

  get isOver(): boolean {
    return this.state === "done" || this.state === "failed" || this.state === "cancelled";
  }

  /** Names that were taken, where it can be asked what to do about them. */
  get conflicts(): readonly Failure[] {
    return this.isOver && this.sent ? this.failures.filter((failure) => failure.why === "exists") : [];
  }

  /** Deletions count names, transfers count bytes. */
  get share(): number | undefined {
    const [done, of] = this.kind === "remove" ? [this.items, this.itemsOf] : [this.bytes, this.bytesOf];
    return 0 < of ? Math.min(1, done / of) : undefined;
  }

  take(news: FileNews, nowMs: number): void {
    switch (news.kind) {
      case "progress":
        this.#run();
        [this.items, this.itemsOf] = [news.items, news.itemsOf || this.itemsOf];
        this.#measure(news.bytes, news.bytesOf || this.bytesOf, nowMs);
        break;
      case "failed":
        if (this.failures.length < FAILURES_MAX) {
          const { path, why, detail } = news;
          this.failures = [...this.failures, { path, why, detail }];
        }
        break;
      case "done":
        this.items = news.items;
        this.#end("done");
        break;
      case "refused":
        this.fault = { why: news.why, detail: news.detail };
        this.#end(news.why === "cancelled" ? "cancelled" : "failed");
        break;
      case "full":
        this.fault = { why: "full", detail: news.detail };
        this.state = "paused";
        break;
      case "lost":
        this.state = "lost";
        break;
    }
  }

  takeFare(fare: DownloadFare, nowMs: number): void {
    this.#measure(fare.sent, Math.max(fare.size, fare.sent), nowMs);
    if (fare.state === "done" || fare.state === "failed" || fare.state === "cancelled") {
      this.hash = fare.hash;
      if (fare.state === "failed") {
        this.fault = { why: "failed", detail: fare.detail };
      }
      this.items = fare.left_out;
      this.#end(fare.state);
    } else if (this.state !== "paused" || fare.state === "running") {
      this.state = fare.state;
    }
  }

  #run(): void {
    if (this.state !== "paused") {
      this.state = "running";
    }
  }

  #measure(bytes: number, bytesOf: number, nowMs: number): void {
    [this.bytes, this.bytesOf] = [bytes, bytesOf];
    const isCounted = this.kind === "remove";
    const [done, of] = isCounted ? [this.items, this.itemsOf] : [bytes, bytesOf];
    this.#rate.add(nowMs, done);
    this.perSecond = this.#rate.perSecond;
    this.secondsLeft = this.#rate.secondsTo(of - done);
  }

  #end(state: "done" | "failed" | "cancelled"): void {
    if (state === "done") {
      this.bytes = Math.max(this.bytes, this.bytesOf);
    }
    this.state = state;
    [this.perSecond, this.secondsLeft] = [undefined, undefined];
  }
}

type Send = (key: number, wish: FileWish) => void;

export class Transfers {
  list = $state.raw<readonly Transfer[]>([]);
  readonly #send: Send;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `send`: where wishes go. */
  constructor(send: Send) {
    this.#send = send;
  }

  get isBusy(): boolean {
    return this.list.some((transfer) => !transfer.isOver);
  }

  find(key: number): Transfer | undefined {
    return this.list.find((transfer) => transfer.key === key);
  }

  add(transfer: Transfer): Transfer {
    this.list = [transfer, ...this.list];
    if (transfer.download !== undefined) {
      this.#timer ??= setInterval(() => this.#ask(), ASK_MS);
    }
    return transfer;
  }

  async pause(transfer: Transfer, isPaused: boolean): Promise<void> {
    if (transfer.download === undefined) {
      this.#send(transfer.key, { kind: "pause", isPaused });
    } else {
      await pauseDownload(transfer.download, isPaused);
    }
    transfer.fault = undefined;
    transfer.state = isPaused ? "paused" : "running";
  }

  async cancel(transfer: Transfer): Promise<void> {
    if (transfer.download === undefined) {
      this.#send(transfer.key, { kind: "cancel" });
    } else {
      await cancelDownload(transfer.download);
    }
  }

  /** Forgets those that are over. */
  tidy(): void {
    this.list = this.list.filter((transfer) => !transfer.isOver);
  }

  forget(transfer: Transfer): void {
    this.list = this.list.filter((one) => one !== transfer);
  }

  clear(): void {
    this.list = [];
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #ask(): Promise<void> {
    const running = this.list.filter((transfer) => transfer.download !== undefined && !transfer.isOver);
    if (running.length === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    for (const transfer of running) {
      try {
        transfer.takeFare(await downloadFare(transfer.download ?? ""), performance.now());
      } catch {
        // Asked again in a moment; the browser's own list knows it, too.
      }
    }
  }
}

/** Names in the way of an upload, and the files that are to replace them. */
export function conflicting(transfer: Transfer): readonly LocalFile[] {
  const taken = new Set(transfer.conflicts.map((failure) => keyOf(failure.path)));
  return transfer.sent?.files.filter((one) => taken.has(keyOf(one.name))) ?? [];
}
