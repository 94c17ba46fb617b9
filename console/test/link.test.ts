/**
 * The link: mux, backoff, liveness, hashes of certificates.
 *
 * @module
 */
import { afterEach, describe, expect, test, vi } from "vitest";

import { Backoff } from "../src/link/backoff.ts";
import type { Link } from "../src/link/link.ts";
import { Liveness } from "../src/link/liveness.ts";
import { Mux, MuxError } from "../src/link/mux.ts";
import { Frame } from "../src/link/mux-frame.ts";
import type { MuxReceive } from "../src/link/mux-stream.ts";
import { within } from "../src/link/open.ts";
import { parseHash } from "../src/link/webtransport.ts";
import { Reader } from "../src/wire/read.ts";
import { Writer } from "../src/wire/write.ts";
import { toHex } from "./vectors.ts";

afterEach(() => {
  vi.useRealTimers();
});

function frame(kind: number, ...numbers: number[]): Uint8Array {
  const out = new Writer();
  out.u8(kind);
  for (const number of numbers) {
    out.varint(number);
  }
  return out.bytes;
}

function data(kind: number, stream: number, bytes: Uint8Array): Uint8Array {
  const out = new Writer();
  out.u8(kind);
  out.varint(stream);
  out.raw(bytes);
  return out.bytes;
}

/** A mux, what it sent, and what it accepted. */
function newMux() {
  const sent: string[] = [];
  const frames: Uint8Array[] = [];
  const accepted: MuxReceive[] = [];
  const mux = new Mux({
    send: (bytes) => {
      sent.push(toHex(bytes));
      frames.push(bytes.slice());
    },
    accept: (stream) => accepted.push(stream),
  });
  const take = () => sent.splice(0);
  take();
  return { mux, take, frames, accepted };
}

/** Bytes of data that frames carry for a stream. */
function dataBytes(frames: readonly Uint8Array[], stream: number): number {
  let bytes = 0;
  for (const one of frames) {
    const reader = new Reader(one);
    if (reader.u8() === Frame.Data && reader.varint() === stream) {
      bytes += reader.left;
    }
  }
  return bytes;
}

/** The numbers of the relay's unidirectional streams. */
const uni = (place: number) => 4 * place + 3;

describe("mux", () => {
  test("streams are numbered as QUIC does, and opened with their credit", async () => {
    const { mux, take } = newMux();
    const control = await mux.openDuplex();
    const input = await mux.openSend();
    control.send.write(Uint8Array.of(1, 2));
    input.write(Uint8Array.of(3));
    expect(take()).toEqual(["0100", "0102", "02000102", "020203"]);
  });

  test("a half that ends says so behind all that was written", async () => {
    const { mux, take } = newMux();
    const stream = await mux.openSend();
    stream.write(Uint8Array.of(1));
    stream.end();
    expect(take()).toEqual(["0102", "020201", "0302"]);
  });

  test("what arrives is read in order, to its end", async () => {
    const { mux, accepted } = newMux();
    mux.handle(frame(Frame.Open, uni(0)));
    mux.handle(data(Frame.Data, uni(0), Uint8Array.of(1, 2)));
    mux.handle(data(Frame.Finish, uni(0), Uint8Array.of(3)));
    const [stream] = accepted;
    expect([await stream?.read(), await stream?.read(), await stream?.read()]).toEqual([
      Uint8Array.of(1, 2),
      Uint8Array.of(3),
      undefined,
    ]);
  });

  test("a reset stream fails its reader, even one that waits", async () => {
    const { mux, accepted } = newMux();
    mux.handle(frame(Frame.Open, uni(0)));
    const read = accepted[0]?.read();
    mux.handle(frame(Frame.Reset, uni(0), 0x14));
    await expect(read).rejects.toThrow(/reset with 20/);
  });

  test("a stream that was stopped is dropped until its reset", () => {
    const { mux, take, accepted } = newMux();
    mux.handle(frame(Frame.Open, uni(0)));
    accepted[0]?.stop(0x14);
    expect(take()).toEqual([toHex(frame(Frame.Stop, uni(0), 0x14))]);
    mux.handle(data(Frame.Data, uni(0), Uint8Array.of(1)));
    mux.handle(frame(Frame.Reset, uni(0), 0x14));
    expect(() => mux.handle(data(Frame.Data, uni(0), Uint8Array.of(1)))).toThrow(/not there/);
  });

  test("who is told to stop answers with a reset", async () => {
    const { mux, take } = newMux();
    const stream = await mux.openSend();
    take();
    mux.handle(frame(Frame.Stop, 2, 0x14));
    expect(take()).toEqual([toHex(frame(Frame.Reset, 2, 0x14))]);
    await expect(stream.write(Uint8Array.of(1))).rejects.toThrow(/stopped with 20/);
  });

  test("nothing is sent beyond the credit of a stream, and the rest once there is more", async () => {
    const { mux, frames } = newMux();
    const stream = await mux.openSend();
    const written = stream.write(new Uint8Array(300_000));
    expect(dataBytes(frames, 2)).toBe(262_144);
    mux.handle(frame(Frame.Credit, 2, 270_000));
    expect(dataBytes(frames, 2)).toBe(270_000);
    mux.handle(frame(Frame.Credit, 2, 250_000));
    mux.handle(frame(Frame.Credit, 2, 400_000));
    await written;
    expect(dataBytes(frames, 2)).toBe(300_000);
    expect(frames.every((one) => one.length <= 8192)).toBe(true);
  });

  test("nothing is sent beyond the window of the link, until the relay reports what arrived", async () => {
    const { mux, frames } = newMux();
    const stream = await mux.openSend();
    mux.handle(frame(Frame.Credit, 2, 3 << 20));
    stream.write(new Uint8Array(2 << 20));
    expect(dataBytes(frames, 2)).toBe(1 << 20);
    mux.handle(frame(Frame.Arrived, 1000));
    expect(dataBytes(frames, 2)).toBe((1 << 20) + 1000);
  });

  test("a reader gets room for a whole update once half of the first credit is used", async () => {
    const { mux, take, accepted } = newMux();
    mux.handle(frame(Frame.Open, uni(0)));
    for (let sent = 0; sent < 136_000; sent += 8000) {
      mux.handle(data(Frame.Data, uni(0), new Uint8Array(8000)));
      await accepted[0]?.read();
    }
    expect(take()).toContain(toHex(frame(Frame.Credit, uni(0), 136_000 + (1 << 20))));
  });

  test("what arrived is reported in a pause, and at the latest every 64 KiB", () => {
    const { mux, take } = newMux();
    mux.handle(frame(Frame.Open, uni(0)));
    mux.handle(data(Frame.Data, uni(0), new Uint8Array(100)));
    expect(take()).toEqual([]);
    mux.report();
    mux.report();
    expect(take()).toEqual([toHex(frame(Frame.Arrived, 100))]);
    mux.handle(frame(Frame.Open, uni(1)));
    for (let sent = 0; sent < 65_000; sent += 6500) {
      mux.handle(data(Frame.Data, uni((sent / 6500) % 2), new Uint8Array(6500)));
    }
    expect(take()).toEqual([]);
    mux.handle(data(Frame.Data, uni(1), new Uint8Array(536)));
    expect(take()).toEqual([toHex(frame(Frame.Arrived, 65_636))]);
  });

  test("the relay may open more streams as earlier ones end", () => {
    const { mux, take } = newMux();
    for (let place = 0; place < 200; place++) {
      mux.handle(frame(Frame.Open, uni(place)));
      mux.handle(data(Frame.Finish, uni(place), Uint8Array.of(1)));
    }
    expect(take().filter((one) => one.startsWith("0701")).length).toBe(12);
  });

  test.each([
    [
      "data beyond the credit",
      [frame(Frame.Open, 3), ...Array(33).fill(data(Frame.Data, 3, new Uint8Array(8000)))],
      0x12,
    ],
    ["a stream out of order", [frame(Frame.Open, 7)], 0x13],
    ["a stream of ours", [frame(Frame.Open, 2)], 0x13],
    ["too many streams", Array.from({ length: 65 }, (_, place) => frame(Frame.Open, uni(place))), 0x12],
    ["data behind the end", [frame(Frame.Open, 3), frame(Frame.Finish, 3), frame(Frame.Data, 3)], 0x13],
    ["more arrived than was sent", [frame(Frame.Arrived, 1)], 0x10],
  ])("%s ends the link", (_, frames, code) => {
    const { mux } = newMux();
    let caught: unknown;
    try {
      for (const one of frames) {
        mux.handle(one);
      }
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(MuxError);
    expect((caught as MuxError).code).toBe(code);
  });

  test("the end of the link fails whoever waits", async () => {
    const { mux, accepted } = newMux();
    mux.handle(frame(Frame.Open, uni(0)));
    const stream = await mux.openSend();
    const written = stream.write(new Uint8Array(300_000));
    const read = accepted[0]?.read();
    mux.close("gone");
    await expect(read).rejects.toThrow("gone");
    await expect(written).rejects.toThrow("gone");
    await expect(stream.write(Uint8Array.of(1))).rejects.toThrow("gone");
  });
});

describe("a time limit for opening", () => {
  function opening(afterMs: number): { link: Promise<Link>; closed: () => boolean } {
    let isClosed = false;
    const link = { close: () => (isClosed = true) } as unknown as Link;
    const later = new Promise<Link>((resolve) => setTimeout(() => resolve(link), afterMs));
    return { link: later, closed: () => isClosed };
  }

  test("a link that opens in time is kept", async () => {
    vi.useFakeTimers();
    const { link, closed } = opening(10);
    const opened = within(20, link);
    await vi.advanceTimersByTimeAsync(100);
    await opened;
    expect(closed()).toBe(false);
  });

  test("a link that opens too late is closed", async () => {
    vi.useFakeTimers();
    const { link, closed } = opening(50);
    const opened = expect(within(20, link)).rejects.toThrow("no link within 20 ms");
    await vi.advanceTimersByTimeAsync(100);
    await opened;
    expect(closed()).toBe(true);
  });
});

describe("backoff", () => {
  test("waits grow to a limit and begin again after a success", () => {
    const backoff = new Backoff();
    const waits = Array.from({ length: 8 }, () => backoff.next(0.5));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect(backoff.attempt).toBe(8);
    backoff.reset();
    expect(backoff.next(0.5)).toBe(500);
  });

  test("chance spreads them by a quarter", () => {
    expect([new Backoff().next(0), new Backoff().next(1)]).toEqual([375, 625]);
  });
});

describe("liveness", () => {
  /** What happens while nothing is heard: times of pings, and when it is given up. */
  function silence(attention: "session" | "idle"): { pings: number[]; deadAtMs: number } {
    const liveness = new Liveness(0);
    const pings: number[] = [];
    for (let now = 0; ; now += 250) {
      const todo = liveness.tick(now, attention);
      if (todo === "dead") {
        return { pings, deadAtMs: now };
      }
      if (todo) {
        pings.push(now);
      }
    }
  }

  test("in a session a dead relay is noticed within five seconds", () => {
    expect(silence("session").deadAtMs).toBeLessThanOrEqual(5000);
  });

  test("an idle link asks seldom, and is given up too", () => {
    const { pings, deadAtMs } = silence("idle");
    expect(pings.length).toBeLessThanOrEqual(2);
    expect(deadAtMs).toBe(20_000);
  });

  test("a session that begins on a quiet link does not end it", () => {
    const liveness = new Liveness(0);
    liveness.tick(14_000, "idle");
    expect(liveness.tick(14_250, "session")).not.toBe("dead");
  });

  test("round trip and age are measured over a clock that wraps", () => {
    const liveness = new Liveness(0);
    expect(liveness.ageMs(0, 0)).toBeUndefined();
    liveness.tick(1000, "session");
    const theirs = 2 ** 32 - 10_000;
    liveness.pong(1, theirs, 1040);
    expect(liveness.roundTripMs).toBe(40);
    expect(liveness.ageMs(theirs, 1020)).toBe(0);
    expect(liveness.ageMs((theirs + 20_000) % 2 ** 32, 1060)).toBe(20);
    expect(liveness.ageMs((theirs + 1000) % 2 ** 32, 1020)).toBe(0);
  });
});

test.each([
  ["hexadecimal", "00ff".repeat(16)],
  ["base64", "AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8="],
  ["base64 for addresses", "AP8A_wD_AP8A_wD_AP8A_wD_AP8A_wD_AP8A_wD_AP8"],
])("a certificate's hash is read from %s", (_, text) => {
  expect(toHex(parseHash(text))).toBe("00ff".repeat(16));
});
