/**
 * The video layer: pictures in order from a key picture on, and films that stay until the tiles beneath are there.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import { codecOf } from "../src/codec/film-decoder.ts";
import { type FilmDecoder, Films } from "../src/screen/films.ts";
import type { Version } from "../src/wire/ids.ts";
import type { PixelRect } from "../src/wire/screen/grid.ts";
import type { Operation } from "../src/wire/screen/operation.ts";

const EXTENT = { width: 192, height: 64 };
const LEFT = { x: 0, y: 0, width: 100, height: 64 };

/** Notes what it is given; payloads of one byte 0 fail. */
class Notes implements FilmDecoder {
  readonly said: string[] = [];

  decode(bytes: Uint8Array, key: boolean, number: number): boolean {
    this.said.push(`${key ? "key " : ""}${number}`);
    return bytes[0] !== 0;
  }

  place(rect: PixelRect): void {
    this.said.push(`at ${rect.x}`);
  }

  close(): void {
    this.said.push("closed");
  }
}

function setUp() {
  const notes = new Notes();
  const films = new Films(EXTENT, () => notes);
  films.apply(region(LEFT));
  return { films, said: notes.said };
}

function region(rect: PixelRect): Operation {
  return { kind: "videoRegion", id: 1, rect, codedWidth: rect.width, codedHeight: rect.height };
}

function picture(number: number, key = false, byte = 1): Operation {
  return { kind: "videoPicture", id: 1, key, number, bytes: Uint8Array.of(byte) };
}

function end(version: number): Operation {
  return { kind: "videoEnd", id: 1, version: version as Version };
}

describe("pictures", () => {
  test("come in order from a key picture on", () => {
    const { films, said } = setUp();
    for (const one of [picture(1), picture(2, true), picture(3), picture(3), picture(2, true)]) {
      films.apply(one);
    }
    expect(said).toEqual(["key 2", "3"]);
  });

  test("after one that is missing wait for the next key picture", () => {
    const { films, said } = setUp();
    for (const one of [picture(1, true), picture(3), picture(4), picture(5, true)]) {
      films.apply(one);
    }
    expect(said).toEqual(["key 1", "key 5"]);
  });

  test("that cannot be decoded are asked for once a second", () => {
    const { films } = setUp();
    films.apply(picture(1, true, 0));
    expect(films.takeLost(0)).toEqual([1]);
    expect(films.takeLost(500)).toEqual([]);
    expect(films.takeLost(1_000)).toEqual([1]);
    films.apply(picture(2, true));
    expect(films.takeLost(3_000)).toEqual([]);
  });

  test("of films that were never placed are left out", () => {
    const films = new Films(EXTENT, undefined);
    films.apply(region(LEFT));
    films.apply(picture(1, true));
    expect(films.takeLost(0)).toEqual([]);
  });
});

describe("an end", () => {
  test("waits until every tile beneath is at its version", () => {
    const { films, said } = setUp();
    films.apply(picture(1, true));
    films.apply(end(7));
    expect(films.settle((index) => (index === 0 ? 7 : 6))).toEqual([]);
    expect(said).toEqual(["key 1"]);
    expect(films.settle((index) => (index === 2 ? 1 : 8))).toEqual([LEFT]);
    expect(said).toEqual(["key 1", "closed"]);
  });

  test("means the place where the film was last", () => {
    const { films, said } = setUp();
    films.apply(region({ ...LEFT, x: 92 }));
    films.apply(end(3));
    expect(films.settle((index) => (index === 0 ? 3 : 2))).toEqual([]);
    expect(films.settle((index) => (index === 0 ? 0 : 3))).toHaveLength(1);
    expect(said).toEqual(["at 92", "closed"]);
  });
});

test("the name of the coding stands in the sequence parameters", () => {
  const bytes = Uint8Array.of(0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0x8c, 0, 0, 0, 1, 0x68);
  expect(codecOf(bytes)).toBe("avc1.42c01f");
});
