/**
 * The endpoint's files on the page: where one is, what is there, what is chosen, and what is done with it.
 *
 * @module
 */
import { askDownload } from "../api/files.ts";
import { dropped } from "../files/dropped.ts";
import { base64Of, joinPath, keyOf, otherName, parentOf, pathOf, textOf } from "../files/paths.ts";
import { type Column, isDirectory, sorted } from "../files/sort.ts";
import type { FilePath, Item, ToFile, Volume } from "../wire/file.ts";
import type { FileFault, FileNews, FileWish, LocalFile } from "../worker/messages.ts";
import { conflicting, Transfer, Transfers } from "./transfers.svelte.ts";

export interface Fault {
  readonly why: FileFault;
  readonly detail: string;
}

type Take = (news: FileNews) => void;

export class Files {
  readonly transfers: Transfers;
  /** Whether access was begun by the technician. */
  isOpen = $state(false);
  volumes = $state.raw<readonly Volume[]>([]);
  path = $state.raw<FilePath | undefined>();
  items = $state.raw<readonly Item[]>([]);
  isLoading = $state(false);
  /** Why nothing is shown. */
  fault = $state.raw<Fault | undefined>();
  /** Why the last change was not done. */
  refusal = $state.raw<(Fault & { readonly what: string }) | undefined>();
  showsHidden = $state(false);
  column = $state<Column>("name");
  isDescending = $state(false);
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  readonly #send: (key: number, wish: FileWish) => void;
  readonly #session: () => number | undefined;
  #last = 0;
  #listing = 0;
  readonly #waiting = new Map<number, Take>();

  readonly shown = $derived.by(() => {
    const seen = this.showsHidden ? this.items : this.items.filter((item) => !item.isHidden);
    return sorted(seen, this.column, this.isDescending);
  });

  /** `send`: where wishes go; `session`: the desk's number of the session, once it is known. */
  constructor(send: (key: number, wish: FileWish) => void, session: () => number | undefined) {
    this.#send = send;
    this.#session = session;
    this.transfers = new Transfers(send);
  }

  take(key: number, news: FileNews): void {
    this.#waiting.get(key)?.(news);
    const transfer = this.transfers.find(key);
    transfer?.take(news, performance.now());
    if (news.kind === "done" || news.kind === "refused") {
      this.#waiting.delete(key);
      if (transfer) {
        this.refresh();
      }
    }
  }

  /** Begins: where can one be? */
  start(): void {
    this.isOpen = true;
    this.fault = undefined;
    this.#ask({ kind: "volumes" }, (news) => {
      if (news.kind === "volumes") {
        this.volumes = news.volumes;
        const home = news.volumes.find((volume) => volume.label === "home") ?? news.volumes[0];
        if (home && this.path === undefined) {
          this.go(home.path);
        }
      } else if (news.kind === "refused") {
        this.fault = news;
      }
    });
  }

  /** Ends access: what is under way is cancelled. */
  stop(): void {
    for (const transfer of this.transfers.list.filter((one) => !one.isOver)) {
      this.transfers.cancel(transfer);
    }
    this.#reset();
  }

  go(path: FilePath): void {
    if (this.path === undefined || keyOf(path) !== keyOf(this.path)) {
      this.chosen = new Set();
    }
    this.path = path;
    this.#list(path);
  }

  up(): void {
    if (this.path) {
      this.go(parentOf(this.path));
    }
  }

  refresh(): void {
    if (this.path) {
      this.#list(this.path);
    }
  }

  /** Names of the directories in a directory, for whoever types a path; none where it cannot be read. */
  directoriesIn(path: FilePath): Promise<readonly string[]> {
    return new Promise((resolve) => {
      const names: string[] = [];
      this.#ask({ kind: "list", path }, (news) => {
        if (news.kind === "items") {
          names.push(...news.items.filter(isDirectory).map((item) => textOf(item.name)));
        } else if (news.kind === "done" || news.kind === "refused") {
          resolve(names);
        }
      });
    });
  }

  sortBy(column: Column): void {
    this.isDescending = this.column === column && !this.isDescending;
    this.column = column;
  }

  /** Chooses one; with `isMore` beside those that are, with `isUpTo` all from the last one on. */
  choose(item: Item, isMore: boolean, isUpTo: boolean): void {
    const key = keyOf(item.name);
    const keys = this.shown.map((one) => keyOf(one.name));
    if (isUpTo && 0 < this.chosen.size) {
      const last = keys.findIndex((one) => this.chosen.has(one));
      const at = keys.indexOf(key);
      this.chosen = new Set(keys.slice(Math.min(last, at), Math.max(last, at) + 1));
    } else if (isMore) {
      const others = new Set(this.chosen);
      this.chosen = others.delete(key) ? others : others.add(key);
    } else {
      this.chosen = new Set([key]);
    }
  }

  chooseAll(isAll: boolean): void {
    this.chosen = new Set(isAll ? this.shown.map((item) => keyOf(item.name)) : []);
  }

  get chosenItems(): readonly Item[] {
    return this.shown.filter((item) => this.chosen.has(keyOf(item.name)));
  }

  make(name: string): void {
    this.#change({ kind: "make", path: this.#at(pathOf(name)) }, name);
  }

  rename(item: Item, name: string): void {
    const [from, to] = [this.#at(item.name), this.#at(pathOf(name))];
    this.#change({ kind: "rename", from, to, replaces: false }, textOf(item.name));
  }

  /** Deletes for good. */
  remove(items: readonly Item[]): void {
    const paths = items.map((item) => this.#at(item.name));
    const transfer = this.#transfer("remove", nameOf(items));
    this.#send(transfer.key, { kind: "ask", request: { kind: "remove", paths } });
    this.chosen = new Set();
  }

  /** Lets the browser save a file, or several things as one archive. */
  async download(items: readonly Item[]): Promise<void> {
    const [first] = items;
    const session = this.#session();
    if (first === undefined || session === undefined) {
      return;
    }
    const isFile = first.kind === "file" || first.target?.kind === "file";
    const isArchive = 1 < items.length || !isFile;
    const paths = items.map((item) => base64Of(this.#at(item.name)));
    const { id, url } = await askDownload(session, paths, isArchive);
    this.#last += 1;
    const transfer = new Transfer(this.#last, "download", nameOf(items));
    transfer.download = id;
    this.transfers.add(transfer);
    const link = document.createElement("a");
    link.href = url;
    link.download = "";
    link.click();
  }

  /** Sends files and directories that were dropped. */
  async drop(data: DataTransfer): Promise<void> {
    const { files, directories } = await dropped(data);
    this.upload(files, directories);
  }

  /** Sends files into where one is. */
  upload(files: readonly LocalFile[], directories: readonly FilePath[] = []): void {
    if (this.path && 0 < files.length + directories.length) {
      this.#upload(this.path, files, directories, false);
    }
  }

  /** What is to become of names that were taken: the files replace them, or get other names. */
  settle(transfer: Transfer, how: "replace" | "keep-both"): void {
    const [sent, files] = [transfer.sent, conflicting(transfer)];
    this.transfers.forget(transfer);
    if (sent === undefined) {
      return;
    }
    const taken = new Set(this.items.map((item) => textOf(item.name)));
    const renamed = (one: LocalFile): LocalFile => {
      const name = textOf(one.name);
      const number = Array.from({ length: 1000 }, (_, at) => at + 2).find(
        (at) => !taken.has(otherName(name, at)),
      );
      return { file: one.file, name: pathOf(otherName(name, number ?? 1002)) };
    };
    this.#upload(sent.into, how === "replace" ? files : files.map(renamed), [], how === "replace");
  }

  /** The session's tab is closed. */
  close(): void {
    this.#reset();
    this.transfers.clear();
    this.#waiting.clear();
  }

  #upload(
    into: FilePath,
    files: readonly LocalFile[],
    directories: readonly FilePath[],
    replaces: boolean,
  ): void {
    const [first] = [...directories, ...files.map((one) => one.name)];
    const count = files.length + directories.length;
    const transfer = this.#transfer("upload", count === 1 && first ? textOf(first) : `${count}`);
    transfer.sent = { into, files };
    transfer.itemsOf = count;
    transfer.bytesOf = files.reduce((sum, { file }) => sum + file.size, 0);
    this.#send(transfer.key, { kind: "send", into, files, directories, replaces });
  }

  #transfer(kind: "upload" | "remove", name: string): Transfer {
    this.#last += 1;
    return this.transfers.add(new Transfer(this.#last, kind, name));
  }

  #at(name: FilePath): FilePath {
    return joinPath(this.path ?? pathOf("/"), name);
  }

  #list(path: FilePath): void {
    const items: Item[] = [];
    this.isLoading = true;
    const key = this.#ask({ kind: "list", path }, (news) => {
      if (this.#listing !== key) {
        return;
      }
      if (news.kind === "items") {
        items.push(...news.items);
      } else if (news.kind === "done") {
        [this.items, this.fault, this.isLoading] = [items, undefined, false];
      } else if (news.kind === "refused") {
        [this.items, this.fault, this.isLoading] = [[], news, false];
      }
    });
    this.#listing = key;
  }

  #change(request: ToFile, what: string): void {
    this.refusal = undefined;
    this.#ask(request, (news) => {
      if (news.kind === "refused") {
        this.refusal = { why: news.why, detail: news.detail, what };
      }
      if (news.kind === "refused" || news.kind === "done") {
        this.refresh();
      }
    });
  }

  #ask(request: ToFile, take: Take): number {
    this.#last += 1;
    this.#waiting.set(this.#last, take);
    this.#send(this.#last, { kind: "ask", request });
    return this.#last;
  }

  #reset(): void {
    this.isOpen = false;
    [this.volumes, this.items] = [[], []];
    [this.path, this.fault, this.refusal] = [undefined, undefined, undefined];
    this.chosen = new Set();
  }
}

/** What a transfer of these is called. */
function nameOf(items: readonly Item[]): string {
  return items.length === 1 && items[0] ? textOf(items[0].name) : `${items.length}`;
}
