/**
 * Files of the console: hashes and paths, and uploads over lines that come and go.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import { Blake3 } from "../src/files/blake3.ts";
import {
  base64Of,
  crumbsOf,
  joinPath,
  otherName,
  parentOf,
  pathOf,
  ROOT,
  textOf,
} from "../src/files/paths.ts";
import { Rate } from "../src/files/rate.ts";
import { sorted } from "../src/files/sort.ts";
import { completions, typedPath } from "../src/files/typed.ts";
import { type ReceiveStream, StreamReset } from "../src/link/link.ts";
import { CloseCode } from "../src/wire/close.ts";
import { decodeToFile, encodeFromFile, type FromFile, type Item, type ToFile } from "../src/wire/file.ts";
import type { SessionId } from "../src/wire/ids.ts";
import { Reader } from "../src/wire/read.ts";
import { Writer } from "../src/wire/write.ts";
import { Files } from "../src/worker/files.ts";
import type { FileNews } from "../src/worker/messages.ts";
import { toHex } from "./vectors.ts";

const NOTHING = new Blake3().digest();

/** One stream at an endpoint that answers as `script` says. */
class Endpoint {
  readonly said: ToFile[] = [];
  readonly #answers: (Uint8Array | Error | undefined)[] = [];
  #wake: (() => void) | undefined;
  readonly #script: (record: ToFile, endpoint: Endpoint) => void;

  constructor(script: (record: ToFile, endpoint: Endpoint) => void) {
    this.#script = script;
  }

  get line() {
    const receive: ReceiveStream = {
      read: async () => {
        while (this.#answers.length === 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        const answer = this.#answers.shift();
        if (answer instanceof Error) {
          throw answer;
        }
        return answer;
      },
      stop: () => this.#push(new StreamReset(CloseCode.Cancelled)),
    };
    const write = async (bytes: Uint8Array) => {
      const reader = new Reader(bytes.slice());
      while (0 < reader.left) {
        const record = decodeToFile(reader);
        this.said.push(record);
        this.#script(record, this);
      }
    };
    return { connection: { openBulk: async () => ({ write, receive }) }, session: 1n as SessionId };
  }

  say(record: FromFile): void {
    const out = new Writer();
    encodeFromFile(record, out);
    this.#push(out.bytes.slice());
  }

  /** The line is gone, or the stream is refused. */
  fail(error: Error): void {
    this.#push(error);
  }

  #push(answer: Uint8Array | Error | undefined): void {
    this.#answers.push(answer);
    this.#wake?.();
  }
}

function newFiles() {
  const news: FileNews[] = [];
  let wake: (() => void) | undefined;
  const files = new Files((_, one) => {
    news.push(one);
    wake?.();
  });
  const until = async (kind: FileNews["kind"]): Promise<FileNews> => {
    for (;;) {
      const found = news.find((one) => one.kind === kind);
      if (found) {
        return found;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { files, news, until };
}

function contentOf(said: readonly ToFile[]): number[] {
  return said.flatMap((record) => (record.kind === "bytes" ? [...record.bytes] : []));
}

describe("the hash", () => {
  const counted = (length: number) => Uint8Array.from({ length }, (_, at) => at % 251);
  test.each([
    [0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"],
    [1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"],
    [1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"],
    [3073, "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3"],
    [102_400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"],
  ])("of %i bytes is BLAKE3's", (length, hash) => {
    expect(toHex(new Blake3().update(counted(length)).digest())).toBe(hash);
  });

  test("is the same in whatever pieces, and goes on from a copy", () => {
    const bytes = counted(70_000);
    const pieces = new Blake3();
    for (let at = 0; at < bytes.length; at += 777) {
      pieces.update(bytes.subarray(at, at + 777));
    }
    const half = new Blake3().update(bytes.subarray(0, 33_333));
    const copy = half.clone().update(bytes.subarray(33_333));
    half.update(Uint8Array.of(1));
    const whole = new Blake3().update(bytes).digest();
    expect(pieces.digest()).toEqual(whole);
    expect(copy.digest()).toEqual(whole);
  });
});

describe("paths", () => {
  test("s205 breadcrumbs lead to every directory on the way", () => {
    const crumbs = crumbsOf(pathOf("/srv/in"));
    expect(crumbs.map((crumb) => [crumb.label, textOf(crumb.path)])).toEqual([
      ["/", "/"],
      ["srv", "/srv"],
      ["in", "/srv/in"],
    ]);
    expect(textOf(parentOf(pathOf("/srv/in")))).toBe("/srv");
    expect(parentOf(ROOT)).toEqual(ROOT);
  });

  test("names that are no text are shown escaped, and travel as they are", () => {
    const name = Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0x0a);
    expect(textOf(name)).toBe("a\\xffé\\x0a");
    expect(base64Of(joinPath(ROOT, name))).toBe("L2H_w6kK");
  });

  test("a second name stands before the ending", () => {
    expect(otherName("a.tar", 2)).toBe("a (2).tar");
    expect(otherName(".bashrc", 3)).toBe(".bashrc (3)");
  });

  test("directories come first, numbers count", () => {
    const item = (name: string, kind: Item["kind"]): Item => ({
      kind,
      name: pathOf(name),
      isHidden: false,
      size: name.length,
      modifiedMs: 0,
    });
    const items = [item("file10", "file"), item("file9", "file"), item("z", "directory")];
    const names = (by: "name" | "size", down: boolean) =>
      sorted(items, by, down).map((one) => textOf(one.name));
    expect(names("name", false)).toEqual(["z", "file9", "file10"]);
    expect(names("size", true)).toEqual(["z", "file10", "file9"]);
  });
});

test("the time that is left follows the last seconds", () => {
  const rate = new Rate();
  rate.add(0, 0);
  expect(rate.secondsTo(100)).toBeUndefined();
  rate.add(2_000, 200);
  expect([rate.perSecond, rate.secondsTo(300)]).toEqual([100, 3]);
});

describe("a path that is typed", () => {
  const names = ["etc", "Export", "ex", ".ecryptfs", "srv"];
  const offers = (text: string, here = "/") => completions(typedPath(text, here), names);

  test("goes on with the directories that begin like it, whatever their case", () => {
    expect(offers("/e")).toEqual(["/ex/", "/etc/", "/Export/"]);
    expect(offers("/srv/E")).toEqual(["/srv/ex/", "/srv/etc/", "/srv/Export/"]);
    expect(offers("/.")).toEqual(["/.ecryptfs/"]);
    expect(offers("/x")).toEqual([]);
    expect(offers("/")).toHaveLength(4);
  });

  test("begins where one is unless it begins at the root", () => {
    expect(typedPath("a/b", "/srv")).toEqual({ whole: "/srv/a/b", directory: "/srv/a", begun: "b" });
    expect(typedPath("a", "/")).toEqual({ whole: "/a", directory: "/", begun: "a" });
    expect(typedPath("/srv//in/", "/")).toEqual({ whole: "/srv//in", directory: "/srv//in", begun: "" });
    expect(typedPath("/", "/srv")).toEqual({ whole: "/", directory: "/", begun: "" });
  });
});

describe("uploads", () => {
  const file = new File([new Uint8Array(600_000).fill(7)], "large.bin", { lastModified: 5 });
  const large = new File([new Uint8Array(3 << 20).fill(9)], "large.bin", { lastModified: 5 });
  const send = (one: File, replaces = false) =>
    ({
      kind: "send",
      into: pathOf("/srv"),
      files: [{ file: one, name: pathOf(one.name) }],
      directories: [pathOf("d")],
      replaces,
    }) as const;

  test("small files and directories travel together, and what is taken is told", async () => {
    const { files, news, until } = newFiles();
    const endpoint = new Endpoint((record, { said }) => {
      if (record.kind === "store") {
        endpoint.say({ kind: "ready", from: 0, hash: NOTHING });
      } else if (record.kind === "finish" && said.at(-2)?.kind === "finish") {
        endpoint.say({ kind: "failed", why: 2, path: pathOf("large.bin"), detail: "there" });
        endpoint.say({ kind: "done", items: 2, bytes: 0 });
      }
    });
    files.attach(endpoint.line);
    files.wish(1, send(file));
    expect(await until("done")).toEqual({ kind: "done", items: 1, bytes: 600_000 });
    expect(news).toContainEqual({
      kind: "failed",
      why: "exists",
      path: pathOf("large.bin"),
      detail: "there",
    });
    expect(endpoint.said.map((record) => record.kind).filter((kind) => kind !== "bytes")).toEqual([
      "store",
      "next",
      "next",
      "finish",
      "finish",
    ]);
    expect(contentOf(endpoint.said)).toHaveLength(600_000);
  });

  test("a large file goes on over the next line from where the endpoint has it", async () => {
    const { files, until } = newFiles();
    const stored = (endpoint: Endpoint, record: ToFile) => {
      if (record.kind === "store") {
        endpoint.say({ kind: "ready", from: 0, hash: NOTHING });
      } else if (record.kind === "finish" && !endpoint.said.some((one) => one.kind === "write")) {
        endpoint.say({ kind: "done", items: 1, bytes: 0 });
      }
    };
    let got = 0;
    const first: Endpoint = new Endpoint((record) => {
      stored(first, record);
      if (record.kind === "write") {
        first.say({ kind: "ready", from: 0, hash: NOTHING });
      } else if (record.kind === "bytes") {
        got += record.bytes.length;
        if (got === 1 << 20) {
          first.fail(new Error("the line is gone"));
          files.detach();
        }
      }
    });
    // Both requests of the page go over streams of one line; the script tells them apart.
    files.attach(first.line);
    files.wish(1, { ...send(large), directories: [] });
    await until("lost");
    const hash = new Blake3().update(new Uint8Array(1 << 20).fill(9)).digest();
    const second: Endpoint = new Endpoint((record) => {
      if (record.kind === "write") {
        second.say({ kind: "ready", from: 1 << 20, hash });
      } else if (record.kind === "finish") {
        second.say({ kind: "done", items: 1, bytes: 3 << 20 });
      }
    });
    files.attach(second.line);
    expect(await until("done")).toEqual({ kind: "done", items: 1, bytes: 3 << 20 });
    expect(contentOf(second.said)).toHaveLength(2 << 20);
    const whole = new Blake3().update(new Uint8Array(3 << 20).fill(9)).digest();
    expect(second.said.at(-1)).toEqual({ kind: "finish", hash: whole });
    const uploads = [first, second].map((one) => one.said.find((record) => record.kind === "write"));
    expect(uploads[0]).toEqual(uploads[1]);
  });

  test("an upload that fills the disk waits, and goes on once somebody made room", async () => {
    const { files, news, until } = newFiles();
    let isFull = true;
    const endpoint: Endpoint = new Endpoint((record, { said }) => {
      if (record.kind === "store" || record.kind === "write") {
        endpoint.say({ kind: "ready", from: 0, hash: NOTHING });
      } else if (record.kind === "bytes" && isFull) {
        isFull = false;
        endpoint.say({ kind: "refused", why: 5, detail: "1 of 3 bytes came" });
      } else if (record.kind === "finish") {
        const isTogether = !said.some((one) => one.kind === "write");
        endpoint.say({ kind: "done", items: 1, bytes: isTogether ? 0 : 3 << 20 });
      }
    });
    files.attach(endpoint.line);
    files.wish(1, { ...send(large), directories: [] });
    expect(await until("full")).toEqual({ kind: "full", detail: "1 of 3 bytes came" });
    expect(news).not.toContainEqual(expect.objectContaining({ kind: "done" }));
    files.wish(1, { kind: "pause", isPaused: false });
    expect(await until("done")).toEqual({ kind: "done", items: 1, bytes: 3 << 20 });
    expect(news).not.toContainEqual(expect.objectContaining({ kind: "failed" }));
    const [first, second] = endpoint.said.filter((record) => record.kind === "write");
    expect(second).toEqual(first);
  });

  test("who may not is told so, and a change is not asked for twice", async () => {
    const { files, until } = newFiles();
    const endpoint: Endpoint = new Endpoint(() => endpoint.fail(new StreamReset(CloseCode.NotAllowed)));
    files.attach(endpoint.line);
    files.wish(1, { kind: "ask", request: { kind: "make", path: pathOf("/x") } });
    expect(await until("refused")).toEqual({ kind: "refused", why: "right", detail: "" });
    const again = newFiles();
    const lost: Endpoint = new Endpoint(() => {
      again.files.detach();
      lost.fail(new Error("gone"));
    });
    again.files.attach(lost.line);
    again.files.wish(1, { kind: "ask", request: { kind: "make", path: pathOf("/x") } });
    await again.until("lost");
    again.files.attach(lost.line);
    expect(await again.until("refused")).toMatchObject({ why: "lost" });
    expect(lost.said).toHaveLength(1);
  });
});
