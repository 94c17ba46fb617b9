/**
 * The command shells of the session that is looked at. Each outlives lost links: on a new one it goes back to the
 * endpoint's shell, from the last byte that arrived.
 *
 * @module
 */
import { type ReceiveStream, StreamReset } from "../link/link.ts";
import { BlockReader } from "../wire/block.ts";
import { CloseCode } from "../wire/close.ts";
import type { SessionId, ShellId } from "../wire/ids.ts";
import { SHELL_RECORD_BYTES_MAX } from "../wire/limits.ts";
import { Reader } from "../wire/read.ts";
import { decodeFromShell, encodeToShell, type TerminalSize, type ToShell } from "../wire/shell.ts";
import { StreamKind } from "../wire/stream.ts";
import { Writer } from "../wire/write.ts";
import type { Connection } from "./connection.ts";
import type { ShellRefusal as Refusal, ShellNews, ShellWish } from "./messages.ts";

/** Output between two words to the endpoint about how much was shown. */
const TELL_BYTES = 16 << 10;

/** What is typed while the line is lost, and sent once it is back; more is a program's doing. */
const KEPT_BYTES_MAX = 64 << 10;

/** While the computer itself is away its shells are asked for now and then. */
const AGAIN_MS = 1_500;

type Write = (bytes: Uint8Array<ArrayBuffer>) => void;

/** What a shell needs of a stream. */
type ShellStream = { readonly write: Write; readonly receive: ReceiveStream };

/** A link, and the session on it. */
interface Line {
  readonly connection: {
    openDuplex(...to: Parameters<Connection["openDuplex"]>): Promise<ShellStream>;
  };
  readonly session: SessionId;
}

type Tell = (key: number, news: ShellNews) => void;

export class Shells {
  readonly #tell: Tell;
  readonly #open = new Map<number, RemoteShell>();
  #line: Line | undefined;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** The session is joined over this link: all shells go on over it. */
  attach(line: Line): void {
    this.#line = line;
    for (const [key, shell] of this.#open) {
      this.#run(key, shell, line);
    }
  }

  /** The link is lost. */
  detach(): void {
    this.#line = undefined;
  }

  /** The session is left: its shells are over. */
  clear(): void {
    this.#line = undefined;
    for (const shell of this.#open.values()) {
      shell.close();
    }
    this.#open.clear();
  }

  /** What the page wants of the shell that it calls `key`. */
  wish(key: number, wish: ShellWish): void {
    if (wish.kind === "start") {
      const shell = new RemoteShell(wish.size, (news) => this.#tell(key, news));
      this.#open.set(key, shell);
      if (this.#line) {
        this.#run(key, shell, this.#line);
      }
    } else {
      this.#open.get(key)?.wish(wish);
    }
  }

  async #run(key: number, shell: RemoteShell, line: Line): Promise<void> {
    while (!(await shell.run(line))) {
      if (!this.#open.has(key)) {
        return;
      }
      this.#tell(key, { kind: "lost" });
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (this.#line !== line) {
        // The next link takes it up, or has done so.
        return;
      }
    }
    this.#open.delete(key);
  }
}

/** One shell of the endpoint. */
class RemoteShell {
  readonly #tell: (news: ShellNews) => void;
  readonly #typed = new Typed(KEPT_BYTES_MAX);
  #size: TerminalSize;
  #id: ShellId | undefined;
  /** Bytes of output that arrived, and how many the endpoint knows to be shown. */
  #at = 0;
  #told = 0;
  /** Where words go while the shell is there. */
  #write: Write | undefined;
  #isClosed = false;

  constructor(size: TerminalSize, tell: (news: ShellNews) => void) {
    this.#size = size;
    this.#tell = tell;
  }

  wish(wish: Exclude<ShellWish, { kind: "start" }>): void {
    switch (wish.kind) {
      case "bytes":
        if (this.#typed.push(wish.bytes, this.#write !== undefined)) {
          this.#say(wish);
        }
        break;
      case "seen":
        if (TELL_BYTES <= wish.at - this.#told) {
          this.#told = wish.at;
          this.#say(wish);
        }
        break;
      case "resize":
        this.#size = wish.size;
        this.#say(wish);
        break;
      case "signal":
        this.#say(wish);
        break;
      case "close":
        this.close();
    }
  }

  /** Ends it, as soon as it can be told. */
  close(): void {
    this.#isClosed = true;
    this.#say({ kind: "close" });
  }

  /** Serves one stream to its end. Says whether the shell is over with it. */
  async run({ connection, session }: Line): Promise<boolean> {
    let write: Write | undefined;
    try {
      const stream = await connection.openDuplex(StreamKind.Shell, session);
      write = stream.write;
      const [shell, size] = [this.#id, this.#size];
      const first: ToShell =
        shell === undefined ? { kind: "start", size } : { kind: "attach", shell, from: this.#at, size };
      write(encoded(first));
      return await this.#read(write, stream.receive);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined) {
        this.#tell({ kind: "refused", ...refusal });
      }
      return refusal !== undefined;
    } finally {
      // A newer stream may have taken over before this one was found dead.
      if (this.#write === write) {
        this.#write = undefined;
      }
    }
  }

  async #read(write: Write, receive: ReceiveStream): Promise<boolean> {
    const blocks = new BlockReader("shell record", SHELL_RECORD_BYTES_MAX);
    for (let piece = await receive.read(); piece !== undefined; piece = await receive.read()) {
      for (const block of blocks.push(piece)) {
        if (this.#take(block, write)) {
          receive.stop(CloseCode.Done);
          return true;
        }
      }
    }
    return false;
  }

  /** One record. Says whether it was the last. */
  #take(block: Uint8Array, write: Write): boolean {
    const record = decodeFromShell(new Reader(block));
    switch (record.kind) {
      case "opened": {
        const skipped = record.from - this.#at;
        this.#id = record.shell;
        this.#at = record.from;
        this.#told = record.from;
        this.#write = write;
        this.#tell({ kind: "opened", program: record.program, skipped });
        this.#catchUp(record.typed);
        return false;
      }
      case "bytes":
        this.#at += record.bytes.length;
        this.#tell({ kind: "bytes", bytes: record.bytes.slice(), at: this.#at });
        return false;
      case "ended":
        this.#tell({ kind: "ended", by: record.by, number: record.number });
        return true;
      case "refused":
        throw new RefusedShell(record.detail);
    }
  }

  /** Says what the endpoint has not heard. */
  #catchUp(typed: number): void {
    const missing = this.#typed.since(typed);
    if (0 < missing.length) {
      this.#say({ kind: "bytes", bytes: missing });
    }
    if (this.#isClosed) {
      this.#say({ kind: "close" });
    }
  }

  #say(record: ToShell): void {
    this.#write?.(encoded(record));
  }
}

/** The last bytes that were typed, in case that a line was lost before the endpoint had them. */
class Typed {
  readonly #limit: number;
  #bytes = new Uint8Array(0);
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Says whether there was room: what cannot be sent now is not to push out what must be sent before. */
  push(bytes: Uint8Array, isSentNow: boolean): boolean {
    if (!isSentNow && this.#limit < this.#bytes.length + bytes.length) {
      return false;
    }
    const all = new Uint8Array(this.#bytes.length + bytes.length);
    all.set(this.#bytes);
    all.set(bytes, this.#bytes.length);
    this.#bytes = all.subarray(Math.max(0, all.length - this.#limit));
    this.#total += bytes.length;
    return true;
  }

  /** What was typed after the first `taken` bytes, as far as it is kept. */
  since(taken: number): Uint8Array {
    const missing = Math.min(this.#bytes.length, Math.max(0, this.#total - taken));
    return this.#bytes.subarray(this.#bytes.length - missing);
  }
}

/** The endpoint has no such shell. */
class RefusedShell extends Error {}

/** Why there is no shell, if that will not change by waiting. */
function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof RefusedShell) {
    return { why: "endpoint", detail: error.message };
  }
  if (error instanceof StreamReset && error.code === CloseCode.NotAllowed) {
    return { why: "right", detail: "" };
  }
  if (error instanceof StreamReset && error.code === CloseCode.Replaced) {
    return { why: "elsewhere", detail: "" };
  }
  return undefined;
}

function encoded(record: ToShell): Uint8Array<ArrayBuffer> {
  const out = new Writer();
  encodeToShell(record, out);
  return out.bytes;
}
