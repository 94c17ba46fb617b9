/**
 * Shells of the console over lines that come and go, and what is asked before a paste.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import { type ReceiveStream, StreamReset } from "../src/link/link.ts";
import { linesToRun, preview } from "../src/pages/session/shell/paste.ts";
import { CloseCode } from "../src/wire/close.ts";
import type { SessionId, ShellId } from "../src/wire/ids.ts";
import { Reader } from "../src/wire/read.ts";
import { decodeToShell, encodeFromShell, type FromShell, type ToShell } from "../src/wire/shell.ts";
import { Writer } from "../src/wire/write.ts";
import type { ShellNews } from "../src/worker/messages.ts";
import { Shells } from "../src/worker/shells.ts";

const SIZE = { columns: 80, rows: 24 };

/** The endpoint's side of the streams that a line opens. */
class Endpoint {
  readonly said: ToShell[] = [];
  readonly #pieces: (Uint8Array | Error | undefined)[] = [];
  #waiter: (() => void) | undefined;

  readonly line = {
    session: 7n as SessionId,
    connection: {
      openDuplex: async () => ({
        write: (bytes: Uint8Array) => {
          this.said.push(decodeToShell(new Reader(bytes)));
        },
        receive: { read: () => this.#read(), stop: () => undefined } satisfies ReceiveStream,
      }),
    },
  };

  say(record: FromShell): void {
    const out = new Writer();
    encodeFromShell(record, out);
    this.#push(out.bytes.slice());
  }

  breaks(error: Error): void {
    this.#push(error);
  }

  #push(piece: Uint8Array | Error): void {
    this.#pieces.push(piece);
    this.#waiter?.();
  }

  async #read(): Promise<Uint8Array | undefined> {
    while (this.#pieces.length === 0) {
      await new Promise<void>((resolve) => {
        this.#waiter = resolve;
      });
    }
    const piece = this.#pieces.shift();
    if (piece instanceof Error) {
      throw piece;
    }
    return piece;
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve));
const bytes = (text: string) => new TextEncoder().encode(text);
const opened = (from: number, typed = 0): FromShell => ({
  kind: "opened",
  shell: 3n as ShellId,
  from,
  typed,
  program: "sh",
});

function stage() {
  const news: ShellNews[] = [];
  const shells = new Shells((_, one) => news.push(one));
  return { news, shells };
}

describe("shells", () => {
  test("a shell starts with the terminal's size, and what is typed before it is there follows", async () => {
    const { news, shells } = stage();
    const endpoint = new Endpoint();
    shells.attach(endpoint.line);
    shells.wish(1, { kind: "start", size: SIZE });
    shells.wish(1, { kind: "bytes", bytes: bytes("ls") });
    await settled();
    expect(endpoint.said).toEqual([{ kind: "start", size: SIZE }]);
    endpoint.say(opened(0));
    endpoint.say({ kind: "bytes", bytes: bytes("$ ") });
    await settled();
    expect(endpoint.said[1]).toEqual({ kind: "bytes", bytes: bytes("ls") });
    expect(news).toEqual([
      { kind: "opened", program: "sh", skipped: 0 },
      { kind: "bytes", bytes: bytes("$ "), at: 2 },
    ]);
  });

  test("on a new line a shell goes on from the last byte, with what was typed meanwhile", async () => {
    const { news, shells } = stage();
    const first = new Endpoint();
    shells.attach(first.line);
    shells.wish(1, { kind: "start", size: SIZE });
    first.say(opened(0));
    first.say({ kind: "bytes", bytes: bytes("12345") });
    await settled();
    shells.wish(1, { kind: "bytes", bytes: bytes("arrived, lost, ") });
    shells.detach();
    first.breaks(new Error("the line was cut"));
    await settled();
    expect(news.at(-1)).toEqual({ kind: "lost" });

    shells.wish(1, { kind: "bytes", bytes: bytes("typed") });
    const second = new Endpoint();
    shells.attach(second.line);
    second.say(opened(9, "arrived, ".length));
    await settled();
    expect(second.said).toEqual([
      { kind: "attach", shell: 3n, from: 5, size: SIZE },
      { kind: "bytes", bytes: bytes("lost, typed") },
    ]);
    expect(news.at(-1)).toEqual({ kind: "opened", program: "sh", skipped: 4 });
  });

  test.each([
    [CloseCode.NotAllowed, "right"],
    [CloseCode.Replaced, "elsewhere"],
  ] as const)("a stream given up with %s is a refusal for good", async (code, why) => {
    const { news, shells } = stage();
    const endpoint = new Endpoint();
    shells.attach(endpoint.line);
    shells.wish(1, { kind: "start", size: SIZE });
    endpoint.breaks(new StreamReset(code));
    await settled();
    expect(news).toEqual([{ kind: "refused", why, detail: "" }]);
  });

  test("the endpoint is told what was shown, but not of every byte", async () => {
    const { shells } = stage();
    const endpoint = new Endpoint();
    shells.attach(endpoint.line);
    shells.wish(1, { kind: "start", size: SIZE });
    endpoint.say(opened(0));
    await settled();
    for (const at of [1, 16_383, 16_384, 20_000, 32_768]) {
      shells.wish(1, { kind: "seen", at });
    }
    expect(endpoint.said.slice(1)).toEqual([
      { kind: "seen", at: 16_384 },
      { kind: "seen", at: 32_768 },
    ]);
  });
});

describe("a paste", () => {
  test.each([
    ["ls", 0],
    ["ls\n", 1],
    ["one\r\ntwo", 1],
    ["one\rtwo\n", 2],
  ])("%j runs so many lines", (text, lines) => {
    expect(linesToRun(text)).toBe(lines);
  });

  test("is shown in part when it is long", () => {
    expect(preview("a\nb\nc", 2)).toBe("a\nb\n…");
    expect(preview("x".repeat(9), 2, 4)).toBe("xxxx…");
  });
});
