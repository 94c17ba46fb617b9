/**
 * The command shells of a session: which there are, which is shown, and how each fares.
 *
 * What a terminal paints goes past this, straight to whoever listens for it.
 *
 * @module
 */
import type { ShellNews, ShellRefusal, ShellWish } from "../worker/messages.ts";

/** How a shell fares. */
export type ShellState =
  | { readonly is: "starting" }
  | { readonly is: "running" }
  | { readonly is: "lost" }
  | { readonly is: "ended"; readonly by: "status" | "signal"; readonly number: number }
  | ({ readonly is: "refused" } & ShellRefusal);

/** One tab. */
export class Shell {
  readonly key: number;
  state = $state.raw<ShellState>({ is: "starting" });
  program = $state("");
  /** What the program calls itself, by the terminal's title. */
  title = $state("");
  /** Whether something was shown that nobody has seen. */
  hasNews = $state(false);
  /** Takes output; what comes before a terminal listens is kept for it. */
  #onBytes: ((bytes: Uint8Array, at: number) => void) | undefined;
  #early: { bytes: Uint8Array; at: number }[] = [];

  constructor(key: number) {
    this.key = key;
  }

  /** Whether typing makes sense. */
  get isOpen(): boolean {
    return this.state.is !== "ended" && this.state.is !== "refused";
  }

  listen(onBytes: (bytes: Uint8Array, at: number) => void): void {
    this.#onBytes = onBytes;
    for (const { bytes, at } of this.#early.splice(0)) {
      onBytes(bytes, at);
    }
  }

  take(news: ShellNews): void {
    switch (news.kind) {
      case "opened":
        this.program = news.program;
        this.state = { is: "running" };
        break;
      case "bytes":
        this.#show(news.bytes, news.at);
        break;
      case "lost":
        this.state = { is: "lost" };
        break;
      case "ended":
        this.state = { is: "ended", by: news.by, number: news.number };
        break;
      case "refused":
        this.state = { is: "refused", why: news.why, detail: news.detail };
    }
  }

  #show(bytes: Uint8Array, at: number): void {
    if (this.#onBytes) {
      this.#onBytes(bytes, at);
    } else {
      this.#early.push({ bytes, at });
    }
  }
}

export class Shells {
  list = $state.raw<readonly Shell[]>([]);
  shown = $state<number | undefined>();
  readonly #send: (key: number, wish: ShellWish) => void;
  #last = 0;

  /** `send`: where wishes go. */
  constructor(send: (key: number, wish: ShellWish) => void) {
    this.#send = send;
  }

  /** A new shell, in a tab of its own. Its terminal says `start` once it knows its size. */
  open(): void {
    this.#last += 1;
    this.list = [...this.list, new Shell(this.#last)];
    this.shown = this.#last;
  }

  show(key: number): void {
    this.shown = key;
    const shell = this.list.find((one) => one.key === key);
    if (shell) {
      shell.hasNews = false;
    }
  }

  wish(key: number, wish: ShellWish): void {
    this.#send(key, wish);
  }

  /** Closes a tab; a shell that runs is ended. */
  close(key: number): void {
    const place = this.list.findIndex((one) => one.key === key);
    if (this.list[place]?.isOpen) {
      this.#send(key, { kind: "close" });
    }
    this.list = this.list.filter((one) => one.key !== key);
    if (this.shown === key) {
      this.shown = (this.list[place] ?? this.list[place - 1])?.key;
    }
  }

  take(key: number, news: ShellNews): void {
    const shell = this.list.find((one) => one.key === key);
    shell?.take(news);
    if (shell && news.kind === "bytes" && this.shown !== key) {
      shell.hasNews = true;
    }
  }
}
