/**
 * A link from its greeting on: streams that are given up, and what ends it.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import {
  type DuplexStream,
  type Link,
  type LinkEnd,
  type ReceiveStream,
  StreamReset,
} from "../src/link/link.ts";
import { CloseCode } from "../src/wire/close.ts";
import { encodeControl } from "../src/wire/control.ts";
import type { Seat, SessionId } from "../src/wire/ids.ts";
import { encodeStreamHeader, StreamKind } from "../src/wire/stream.ts";
import { Writer } from "../src/wire/write.ts";
import { Connection } from "../src/worker/connection.ts";

/** A stream that gives these pieces, then fails, or is never heard of again. */
function stream(...pieces: (Uint8Array | Error)[]): ReceiveStream {
  return {
    read: async () => {
      const piece = pieces.shift();
      if (piece === undefined) {
        return new Promise(() => undefined);
      }
      if (piece instanceof Error) {
        throw piece;
      }
      return piece;
    },
    stop: () => undefined,
  };
}

/** A link on which these streams arrive, greeted; and what the page closed it with. */
async function linkWith(...arriving: ReceiveStream[]) {
  const closed: string[] = [];
  const seen: StreamKind[] = [];
  const control: DuplexStream = {
    send: { write: async () => undefined, end: () => undefined },
    receive: stream(encodeControl("welcome", {})),
  };
  const link: Link = {
    carrier: "webtransport",
    ended: new Promise<LinkEnd>(() => undefined),
    bytesReceived: 0,
    openDuplex: async () => control,
    openSend: async () => control.send,
    acceptReceive: async () => arriving.shift() ?? new Promise(() => undefined),
    close: (code, reason) => void closed.push(`${code} ${reason}`),
  };
  await Connection.greet(
    link,
    { ticket: "t" },
    {
      control: () => undefined,
      stream: async (kind, _, rest) => {
        seen.push(kind);
        await rest.read();
      },
      malformed: () => undefined,
    },
  );
  // All that arrives is there already: after one turn of the loop it was read.
  await new Promise((resolve) => setTimeout(resolve, 0));
  return { closed, seen };
}

function header(kind: StreamKind): Uint8Array {
  const out = new Writer();
  encodeStreamHeader({ kind, session: 7n as SessionId, seat: 0 as Seat }, out);
  return out.bytes;
}

describe("a stream that the relay opens", () => {
  const cancelled = () => new StreamReset(CloseCode.Cancelled);

  test("given up before it said whose it is, it leaves the link and the streams behind it alone", async () => {
    const { closed, seen } = await linkWith(stream(cancelled()), stream(header(StreamKind.Cursor)));
    expect(closed).toEqual([]);
    expect(seen).toEqual([StreamKind.Cursor]);
  });

  test("given up in the middle, it leaves the link alone", async () => {
    const { closed } = await linkWith(stream(header(StreamKind.Cursor), cancelled()));
    expect(closed).toEqual([]);
  });

  test("reset for any other reason, it ends the link", async () => {
    const { closed } = await linkWith(stream(header(StreamKind.Screen), new StreamReset(CloseCode.Internal)));
    expect(closed).toEqual([`${CloseCode.OutOfOrder} the stream was reset with ${CloseCode.Internal}`]);
  });
});
