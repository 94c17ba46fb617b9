/**
 * The worker's side of streams beside the screen: what the page says before the stream is open, ends, lost lines.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import { StreamReset } from "../src/link/link.ts";
import type { SessionId } from "../src/wire/ids.ts";
import { StreamKind } from "../src/wire/stream.ts";
import { Channels } from "../src/worker/channels.ts";
import type { ChannelNews } from "../src/worker/messages.ts";

const SESSION = 7n as SessionId;
const bytes = (...values: number[]) => Uint8Array.from(values);
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A line whose stream opens when the test says so, and what travels on it. */
function line() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const written: number[] = [];
  const pieces: (Uint8Array | Error | undefined)[] = [];
  const state = { kind: -1, ended: false, stopped: false };
  let wake: () => void = () => undefined;
  const connection = {
    openDuplex: async (kind: StreamKind) => {
      state.kind = kind;
      await opened;
      return {
        write: async (piece: Uint8Array) => void written.push(...piece),
        end: () => {
          state.ended = true;
        },
        receive: {
          read: async () => {
            while (pieces.length === 0) {
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
            }
            const piece = pieces.shift();
            if (piece instanceof Error) {
              throw piece;
            }
            return piece;
          },
          stop: () => {
            state.stopped = true;
          },
        },
      };
    },
  };
  const push = (piece: Uint8Array | Error | undefined) => {
    pieces.push(piece);
    wake();
  };
  return { line: { connection, session: SESSION }, open: () => open(), written, state, push };
}

function channels() {
  const news: [number, ChannelNews][] = [];
  return { news, channels: new Channels((key, what) => news.push([key, what])) };
}

describe("channels", () => {
  test("what is said before the stream is open goes out once it is, in order", async () => {
    const { channels: all, news } = channels();
    const { line: to, open, written, state, push } = line();
    all.attach(to);
    all.wish(1, { kind: "open", stream: StreamKind.SystemInformation });
    all.wish(1, { kind: "bytes", bytes: bytes(1, 2) });
    all.wish(1, { kind: "bytes", bytes: bytes(3) });
    await settled();
    expect([state.kind, written]).toEqual([StreamKind.SystemInformation, []]);
    open();
    await settled();
    expect(written).toEqual([1, 2, 3]);
    push(bytes(9));
    push(undefined);
    await settled();
    expect(news.map(([, what]) => what)).toEqual([
      { kind: "taken" },
      { kind: "taken" },
      { kind: "bytes", bytes: bytes(9) },
      { kind: "ended", why: "done", code: undefined },
    ]);
  });

  test("a stream that the other side gives up says why, once", async () => {
    const { channels: all, news } = channels();
    const { line: to, open, push } = line();
    all.attach(to);
    all.wish(1, { kind: "open", stream: StreamKind.File });
    open();
    push(new StreamReset(3));
    await settled();
    all.detach();
    expect(news).toEqual([[1, { kind: "ended", why: "reset", code: 3 }]]);
  });

  test("a lost line ends every stream; without a line there is none", async () => {
    const { channels: all, news } = channels();
    const { line: to, open } = line();
    all.attach(to);
    all.wish(1, { kind: "open", stream: StreamKind.File });
    open();
    await settled();
    all.detach();
    all.wish(2, { kind: "open", stream: StreamKind.File });
    const lost = { kind: "ended", why: "lost", code: undefined };
    expect(news).toEqual([
      [1, lost],
      [2, lost],
    ]);
  });

  test("a page that closes a stream hears nothing more of it", async () => {
    const { channels: all, news } = channels();
    const { line: to, open, state, push } = line();
    all.attach(to);
    all.wish(1, { kind: "open", stream: StreamKind.File });
    open();
    await settled();
    all.wish(1, { kind: "close" });
    push(bytes(1));
    await settled();
    expect([state.ended, state.stopped, news]).toEqual([true, true, []]);
  });
});
