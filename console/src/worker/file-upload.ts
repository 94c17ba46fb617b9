/**
 * Files on their way from this computer: read in pieces, hashed as they go, and gone on with when the line was lost.
 *
 * @module
 */
import { Blake3 } from "../files/blake3.ts";
import { joinPath } from "../files/paths.ts";
import { type FilePath, type FromFile, type Item, whyOf } from "../wire/file.ts";
import { Exchange, type Line, NotDone, type Valve } from "./files.ts";
import type { FileNews, LocalFile } from "./messages.ts";

/** Bytes that are read off the disk at once. */
const PIECE_BYTES = 256 << 10;

/** Bytes between two states of the hash that are kept, so that going on does not begin at the first byte. */
const CHECKPOINT_BYTES = 32 << 20;

/** One file, on a stream of its own. */
export class Upload {
  readonly name: FilePath;
  readonly #path: FilePath;
  readonly #file: File;
  readonly #replaces: boolean;
  readonly #id = crypto.getRandomValues(new Uint8Array(16));
  readonly #checkpoints: { readonly at: number; readonly hasher: Blake3 }[] = [];

  constructor(into: FilePath, { file, name }: LocalFile, replaces: boolean) {
    this.name = name;
    this.#path = joinPath(into, name);
    this.#file = file;
    this.#replaces = replaces;
  }

  get size(): number {
    return this.#file.size;
  }

  /** Sends it, or the rest of it. `report` hears of the bytes that the endpoint has. */
  async run(line: Line, valve: Valve, report: (bytes: number) => void): Promise<void> {
    await valve.pass();
    const exchange = await Exchange.open(line, {
      kind: "write",
      path: this.#path,
      upload: this.#id,
      size: this.size,
      modifiedMs: Math.max(0, this.#file.lastModified),
      replaces: this.#replaces,
    });
    const ready = await exchange.hear();
    if (ready?.kind !== "ready") {
      throw new Error("the upload does not begin");
    }
    const hasher = await this.#prefix(ready.from, valve);
    if (!isSame(hasher.digest(), ready.hash)) {
      await exchange.say({ kind: "discard" });
      throw new NotDone("source", "");
    }
    const heard = listen(exchange, (record) => {
      if (record.kind === "progress") {
        report(record.bytes);
      }
    });
    try {
      await untilHeard(this.#send(exchange, ready.from, hasher, valve), heard);
    } catch (error) {
      heard.catch(() => undefined);
      if (valve.isCancelled) {
        await exchange.say({ kind: "discard" }).catch(() => undefined);
      }
      throw error;
    }
  }

  async #send(exchange: Exchange, from: number, hasher: Blake3, valve: Valve): Promise<void> {
    for (let at = from; at < this.size; ) {
      await valve.pass();
      const bytes = await read(this.#file, at, Math.min(this.size, at + PIECE_BYTES));
      hasher.update(bytes);
      at += bytes.length;
      this.#keep(at, hasher);
      await exchange.say({ kind: "bytes", bytes });
    }
    await exchange.say({ kind: "finish", hash: hasher.digest() });
  }

  #keep(at: number, hasher: Blake3): void {
    if (CHECKPOINT_BYTES <= at - (this.#checkpoints.at(-1)?.at ?? 0)) {
      this.#checkpoints.push({ at, hasher: hasher.clone() });
    }
  }

  /** The hash of what the endpoint has already. */
  async #prefix(end: number, valve: Valve): Promise<Blake3> {
    const near = this.#checkpoints.findLast((checkpoint) => checkpoint.at <= end);
    const hasher = near?.hasher.clone() ?? new Blake3();
    for (let at = near?.at ?? 0; at < end; at += PIECE_BYTES) {
      await valve.pass();
      hasher.update(await read(this.#file, at, Math.min(end, at + PIECE_BYTES)));
    }
    return hasher;
  }
}

/** Many small files and directories, on one stream. */
export class Batch {
  readonly items: number;
  readonly bytes: number;
  readonly #into: FilePath;
  readonly #directories: readonly FilePath[];
  readonly #files: readonly LocalFile[];
  readonly #replaces: boolean;
  /** How many the endpoint is done with, directories first. */
  #done = 0;
  #bytesDone = 0;

  constructor(
    into: FilePath,
    directories: readonly FilePath[],
    files: readonly LocalFile[],
    replaces: boolean,
  ) {
    this.#into = into;
    this.#directories = directories;
    this.#files = files;
    this.#replaces = replaces;
    this.items = directories.length + files.length;
    this.bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  }

  get isDone(): boolean {
    return this.items <= this.#done;
  }

  async run(
    line: Line,
    valve: Valve,
    report: (items: number, bytes: number) => void,
    fail: (news: Extract<FileNews, { kind: "failed" }>) => void,
  ): Promise<void> {
    await valve.pass();
    const exchange = await Exchange.open(line, { kind: "store", into: this.#into, replaces: this.#replaces });
    const ready = await exchange.hear();
    if (ready?.kind !== "ready") {
      throw new Error("the upload does not begin");
    }
    // Numbers that come count from here.
    const [from, bytesFrom] = [this.#done, this.#bytesDone];
    const heard = listen(exchange, (record) => {
      if (record.kind === "failed") {
        fail({ kind: "failed", why: whyOf(record.why), path: record.path, detail: record.detail });
      } else if (record.kind === "progress" || record.kind === "done") {
        this.#done = from + record.items;
        this.#bytesDone = bytesFrom + record.bytes;
        report(this.#done, this.#bytesDone);
      }
    });
    try {
      await untilHeard(this.#send(exchange, from, valve), heard);
    } catch (error) {
      heard.catch(() => undefined);
      if (valve.isCancelled) {
        exchange.stop();
      }
      throw error;
    }
  }

  async #send(exchange: Exchange, from: number, valve: Valve): Promise<void> {
    for (const name of this.#directories.slice(from)) {
      await valve.pass();
      await exchange.say({ kind: "next", item: item("directory", name, undefined) });
    }
    for (const { file, name } of this.#files.slice(Math.max(0, from - this.#directories.length))) {
      await valve.pass();
      const bytes = await read(file, 0, file.size);
      const hash = new Blake3().update(bytes).digest();
      await exchange.say(
        { kind: "next", item: item("file", name, file) },
        { kind: "bytes", bytes },
        { kind: "finish", hash },
      );
    }
    // The end of all.
    await exchange.say({ kind: "finish", hash: new Blake3().digest() });
  }
}

function item(kind: "file" | "directory", name: FilePath, file: File | undefined): Item {
  const modifiedMs = Math.max(0, file?.lastModified ?? 0);
  return { kind, isHidden: false, size: file?.size ?? 0, modifiedMs, name };
}

/**
 * Sends until the endpoint has said its last word. Where nothing more can be sent because the endpoint wants no more, that
 * word says why.
 */
async function untilHeard(sending: Promise<void>, heard: Promise<void>): Promise<void> {
  const sent = sending.catch(async (error) => {
    if (!(error instanceof NotDone)) {
      await heard;
    }
    throw error;
  });
  await Promise.race([sent, heard]);
  // What is left of the sending ends with the stream.
  sent.catch(() => undefined);
  await heard;
}

/** Listens until the last word. */
async function listen(exchange: Exchange, take: (record: FromFile) => void): Promise<void> {
  for (;;) {
    const record = await exchange.hear();
    if (record === undefined) {
      throw new Error("the stream ended without an answer");
    }
    take(record);
    if (record.kind === "done") {
      return;
    }
  }
}

/** A piece of a file; one that cannot be read, or was changed, is no source any more. */
async function read(file: File, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = new Uint8Array(await file.slice(from, to).arrayBuffer());
    if (bytes.length === to - from) {
      return bytes;
    }
  } catch (error) {
    throw new NotDone("source", error instanceof Error ? error.message : String(error));
  }
  throw new NotDone("source", "");
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
