/**
 * Streams of a session beside its screen, whose bytes the page reads and writes itself: files, clipboard, system
 * information, actions. Each lives as long as its link; nothing is kept for the next one.
 *
 * @module
 */
import { StreamReset } from "../link/link.ts";
import { CloseCode } from "../wire/close.ts";
import type { SessionId } from "../wire/ids.ts";
import type { StreamKind } from "../wire/stream.ts";
import type { Connection, Duplex } from "./connection.ts";
import type { ChannelNews, ChannelWish } from "./messages.ts";

/** A link, and the session on it. */
interface Line {
  readonly connection: Pick<Connection, "openDuplex">;
  readonly session: SessionId;
}

type Tell = (key: number, news: ChannelNews) => void;

/** What the page says before the stream is open waits for it. */
interface Open {
  readonly duplex: Promise<Duplex>;
}

export class Channels {
  readonly #tell: Tell;
  readonly #open = new Map<number, Open>();
  #line: Line | undefined;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** The session is joined over this link. */
  attach(line: Line): void {
    this.#line = line;
  }

  /** The link is lost, and all streams with it. */
  detach(): void {
    this.#line = undefined;
    for (const key of [...this.#open.keys()]) {
      this.#end(key, "lost", undefined);
    }
  }

  /** The session is left. */
  clear(): void {
    for (const key of [...this.#open.keys()]) {
      this.#close(key);
    }
    this.#line = undefined;
  }

  /** What the page wants of the stream that it calls `key`. */
  wish(key: number, wish: ChannelWish): void {
    switch (wish.kind) {
      case "open":
        this.#start(key, wish.stream);
        break;
      case "bytes":
        this.#write(key, wish.bytes);
        break;
      case "close":
        this.#close(key);
    }
  }

  #start(key: number, kind: StreamKind): void {
    const line = this.#line;
    if (line === undefined) {
      this.#tell(key, { kind: "ended", why: "lost", code: undefined });
      return;
    }
    const duplex = line.connection.openDuplex(kind, line.session);
    this.#open.set(key, { duplex });
    this.#read(key, duplex).catch((error: unknown) => {
      const isReset = error instanceof StreamReset;
      this.#end(key, isReset ? "reset" : "lost", isReset ? error.code : undefined);
    });
  }

  async #read(key: number, opening: Promise<Duplex>): Promise<void> {
    const { receive } = await opening;
    for (let piece = await receive.read(); piece !== undefined; piece = await receive.read()) {
      if (!this.#open.has(key)) {
        return;
      }
      this.#tell(key, { kind: "bytes", bytes: piece.slice() });
    }
    this.#end(key, "done", undefined);
  }

  async #write(key: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const open = this.#open.get(key);
    try {
      await (await open?.duplex)?.write(bytes);
    } catch {
      // Whoever reads the stream says how it ended.
      return;
    }
    if (open && this.#open.get(key) === open) {
      this.#tell(key, { kind: "taken" });
    }
  }

  async #close(key: number): Promise<void> {
    const open = this.#open.get(key);
    this.#open.delete(key);
    const duplex = await open?.duplex.catch(() => undefined);
    duplex?.end();
    duplex?.receive.stop(CloseCode.Done);
  }

  #end(key: number, why: "done" | "reset" | "lost", code: number | undefined): void {
    if (this.#open.delete(key)) {
      this.#tell(key, { kind: "ended", why, code });
    }
  }
}
