/**
 * What is done with the endpoint's files: requests, and transfers from this computer, which go on over a new line from
 * where the old one was lost.
 *
 * @module
 */
import { type ReceiveStream, StreamReset } from "../link/link.ts";
import { BlockReader } from "../wire/block.ts";
import { CloseCode } from "../wire/close.ts";
import { decodeFromFile, encodeToFile, type FromFile, type ToFile, whyOf } from "../wire/file.ts";
import type { SessionId } from "../wire/ids.ts";
import { FILE_RECORD_BYTES_MAX } from "../wire/limits.ts";
import { Reader } from "../wire/read.ts";
import { StreamKind } from "../wire/stream.ts";
import { Writer } from "../wire/write.ts";
import type { Connection } from "./connection.ts";
import { Batch, Upload } from "./file-upload.ts";
import type { FileFault, FileNews, FileWish, LocalFile } from "./messages.ts";

/** Files up to this size travel together on one stream; larger ones each have one, on which they can be gone on with. */
const TOGETHER_BYTES_MAX = 1 << 20;

/** While the computer itself is away its files are asked for now and then. */
const AGAIN_MS = 1_500;

/** A link, and the session on it. */
export interface Line {
  readonly connection: Pick<Connection, "openBulk">;
  readonly session: SessionId;
}

type Tell = (news: FileNews) => void;

/** Something is not done, and trying again would not help. */
export class NotDone extends Error {
  readonly why: FileFault;

  constructor(why: FileFault, detail: string) {
    super(detail);
    this.why = why;
  }
}

/** The stream of one request. */
export class Exchange {
  readonly #write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly #receive: ReceiveStream;
  readonly #blocks = new BlockReader("file record", FILE_RECORD_BYTES_MAX);
  readonly #waiting: FromFile[] = [];

  private constructor(write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>, receive: ReceiveStream) {
    this.#write = write;
    this.#receive = receive;
  }

  static async open({ connection, session }: Line, request: ToFile): Promise<Exchange> {
    const stream = await connection.openBulk(StreamKind.File, session);
    const exchange = new Exchange(stream.write, stream.receive);
    await exchange.say(request);
    return exchange;
  }

  async say(...records: readonly ToFile[]): Promise<void> {
    const out = new Writer();
    for (const record of records) {
      encodeToFile(record, out);
    }
    await this.#write(out.bytes);
  }

  /** The next record; nothing when the stream ended without a last one. Throws `NotDone` for a refusal. */
  async hear(): Promise<FromFile | undefined> {
    for (;;) {
      const record = this.#waiting.shift();
      if (record?.kind === "refused") {
        throw new NotDone(whyOf(record.why), record.detail);
      }
      if (record) {
        return record;
      }
      const piece = await this.#receive.read();
      if (piece === undefined) {
        return undefined;
      }
      for (const block of this.#blocks.push(piece)) {
        this.#waiting.push(decodeFromFile(new Reader(block.slice())));
      }
    }
  }

  /** Nothing more is wanted. */
  stop(): void {
    this.#receive.stop(CloseCode.Cancelled);
  }
}

/** Whether a transfer may go on, and whether it is to end. */
export class Valve {
  isCancelled = false;
  #isPaused = false;
  #wake: (() => void)[] = [];
  readonly #onCancel = new Set<() => void>();

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#open();
  }

  cancel(): void {
    this.isCancelled = true;
    this.#open();
    for (const cancelled of this.#onCancel) {
      cancelled();
    }
  }

  /** Calls `cancelled` when it is to end, while `work` goes on. */
  async during<T>(cancelled: () => void, work: Promise<T>): Promise<T> {
    this.#onCancel.add(cancelled);
    try {
      return await work;
    } finally {
      this.#onCancel.delete(cancelled);
    }
  }

  /** Waits while it is paused. Throws when it is to end. */
  async pass(): Promise<void> {
    while (this.#isPaused && !this.isCancelled) {
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    if (this.isCancelled) {
      throw new NotDone("cancelled", "");
    }
  }

  #open(): void {
    for (const wake of this.#wake.splice(0)) {
      wake();
    }
  }
}

/** Something that the page wants: run over each line until it is done. */
interface Errand {
  readonly valve: Valve;
  /** Rejects with `NotDone`, or otherwise when the line was lost. */
  run(line: Line): Promise<void>;
}

export class Files {
  readonly #tell: (key: number, news: FileNews) => void;
  readonly #errands = new Map<number, Errand>();
  #line: Line | undefined;

  constructor(tell: (key: number, news: FileNews) => void) {
    this.#tell = tell;
  }

  /** The session is joined over this link: everything goes on over it. */
  attach(line: Line): void {
    this.#line = line;
    for (const [key, errand] of this.#errands) {
      this.#run(key, errand, line);
    }
  }

  /** The link is lost. */
  detach(): void {
    this.#line = undefined;
  }

  /** The session is left. */
  clear(): void {
    this.#line = undefined;
    for (const errand of this.#errands.values()) {
      errand.valve.cancel();
    }
    this.#errands.clear();
  }

  /** What the page wants under the number `key`. */
  wish(key: number, wish: FileWish): void {
    const known = this.#errands.get(key);
    if (wish.kind === "pause") {
      known?.valve.pause(wish.isPaused);
    } else if (wish.kind === "cancel") {
      known?.valve.cancel();
      if (known && this.#line === undefined) {
        // What is under way ends by itself; what waits for a line is over now.
        this.#errands.delete(key);
        this.#tell(key, { kind: "refused", why: "cancelled", detail: "" });
      }
    } else {
      const tell = (news: FileNews) => this.#tell(key, news);
      const errand = wish.kind === "ask" ? new Ask(wish.request, tell) : new Send(wish, tell);
      this.#errands.set(key, errand);
      if (this.#line) {
        this.#run(key, errand, this.#line);
      } else {
        tell({ kind: "lost" });
      }
    }
  }

  async #run(key: number, errand: Errand, line: Line): Promise<void> {
    while (this.#errands.get(key) === errand) {
      const fault = await this.#try(errand, line);
      if (this.#errands.get(key) !== errand) {
        return;
      }
      if (fault !== "lost") {
        this.#errands.delete(key);
        if (fault) {
          this.#tell(key, { kind: "refused", why: fault.why, detail: fault.message });
        }
        return;
      }
      this.#tell(key, { kind: "lost" });
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (this.#line !== line) {
        // The next link takes it up, or has done so.
        return;
      }
    }
  }

  async #try(errand: Errand, line: Line): Promise<NotDone | "lost" | undefined> {
    try {
      await errand.run(line);
      return undefined;
    } catch (error) {
      if (error instanceof NotDone) {
        return error;
      }
      if (errand.valve.isCancelled) {
        return new NotDone("cancelled", "");
      }
      const isRight = error instanceof StreamReset && error.code === CloseCode.NotAllowed;
      return isRight && this.#line === line ? new NotDone("right", "") : "lost";
    }
  }
}

/** A request without content. */
class Ask implements Errand {
  readonly valve = new Valve();
  readonly #request: ToFile;
  readonly #tell: Tell;
  #wasSaid = false;

  constructor(request: ToFile, tell: Tell) {
    this.#request = request;
    this.#tell = tell;
  }

  async run(line: Line): Promise<void> {
    const changes = !["volumes", "list", "stat"].includes(this.#request.kind);
    if (this.#wasSaid && changes) {
      // It may be done, in part or whole: whoever asked looks for himself.
      throw new NotDone("lost", "");
    }
    const exchange = await Exchange.open(line, this.#request);
    this.#wasSaid = true;
    await this.valve.during(() => exchange.stop(), this.#hear(exchange));
  }

  async #hear(exchange: Exchange): Promise<void> {
    for (;;) {
      const record = await exchange.hear();
      if (this.valve.isCancelled) {
        throw new NotDone("cancelled", "");
      }
      if (record === undefined) {
        throw new Error("the stream ended without an answer");
      }
      const news = newsOf(record);
      if (news) {
        this.#tell(news);
      }
      if (record.kind === "done") {
        return;
      }
    }
  }
}

/** What the page hears of a record. */
export function newsOf(record: FromFile): FileNews | undefined {
  switch (record.kind) {
    case "volumes":
    case "items":
    case "progress":
    case "done":
      return record;
    case "found":
      return { kind: "found", item: record.item };
    case "failed":
      return { kind: "failed", why: whyOf(record.why), path: record.path, detail: record.detail };
    default:
      return undefined;
  }
}

/** Files that are sent: the small ones together, then the large ones one after the other. */
class Send implements Errand {
  readonly valve = new Valve();
  readonly #tell: Tell;
  readonly #batch: Batch;
  readonly #large: Upload[];
  readonly #items: number;
  readonly #bytes: number;
  /** What is done with before the part that is under way. */
  #itemsDone = 0;
  #bytesDone = 0;
  #failed = 0;

  constructor(wish: Extract<FileWish, { kind: "send" }>, tell: Tell) {
    const isLarge = ({ file }: LocalFile) => TOGETHER_BYTES_MAX < file.size;
    const { into, files, directories, replaces } = wish;
    this.#tell = tell;
    this.#batch = new Batch(
      into,
      directories,
      files.filter((one) => !isLarge(one)),
      replaces,
    );
    this.#large = files.filter(isLarge).map((one) => new Upload(into, one, replaces));
    this.#items = files.length + directories.length;
    this.#bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  }

  async run(line: Line): Promise<void> {
    const report = (items: number, bytes: number) => this.#progress(items, bytes);
    if (!this.#batch.isDone) {
      await this.#withRoom(() => this.#batch.run(line, this.valve, report, (news) => this.#fail(news)));
      this.#itemsDone += this.#batch.items;
      this.#bytesDone += this.#batch.bytes;
    }
    for (let upload = this.#large[0]; upload; upload = this.#large[0]) {
      await this.#send(line, upload, report);
      this.#itemsDone += 1;
      this.#bytesDone += upload.size;
      this.#large.shift();
      report(0, 0);
    }
    this.#tell({ kind: "done", items: this.#itemsDone - this.#failed, bytes: this.#bytesDone });
  }

  async #send(line: Line, upload: Upload, report: (items: number, bytes: number) => void): Promise<void> {
    try {
      await this.#withRoom(() => upload.run(line, this.valve, (bytes) => report(0, bytes)));
    } catch (error) {
      if (!(error instanceof NotDone) || error.why === "cancelled") {
        throw error;
      }
      const { why, message } = error;
      this.#fail({ kind: "failed", why, path: upload.name, detail: message });
    }
  }

  /** Does it, and once more whenever the disk was full and somebody made room. */
  async #withRoom(send: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof NotDone) || error.why !== "full") {
          throw error;
        }
        this.#tell({ kind: "full", detail: error.message });
        this.valve.pause(true);
        await this.valve.pass();
      }
    }
  }

  #fail(news: Extract<FileNews, { kind: "failed" }>): void {
    this.#failed += 1;
    this.#tell(news);
  }

  #progress(items: number, bytes: number): void {
    this.#tell({
      kind: "progress",
      items: this.#itemsDone + items,
      itemsOf: this.#items,
      bytes: this.#bytesDone + bytes,
      bytesOf: this.#bytes,
    });
  }
}
