/**
 * The tile decoder against the golden vectors, which the Rust decoder reads too.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";

import { TileDecoder } from "../src/codec/decoder.ts";
import { Layout } from "../src/codec/layout.ts";
import { compileZstd } from "../src/codec/zstd.ts";
import type { DictionaryId } from "../src/wire/ids.ts";
import type { Payload } from "../src/wire/screen/operation.ts";
import { fromHex, vectors } from "./vectors.ts";

interface Vector {
  readonly name: string;
  readonly coding: number;
  readonly width: number;
  readonly height: number;
  readonly payload: string;
  readonly dictionary?: string;
  /** Bytes blue, green, red of each pixel. */
  readonly pixels?: string;
}

const WASM = new URL("../node_modules/@bokuweb/zstd-wasm/dist/web/zstd.wasm", import.meta.url);
const PLACE = 2 as DictionaryId;

let zstd: WebAssembly.Module;

beforeAll(async () => {
  zstd = await compileZstd(readFileSync(WASM));
});

function payloadOf({ coding, payload, dictionary }: Vector): Payload {
  return { coding, bytes: fromHex(payload), dictionary: dictionary === undefined ? undefined : PLACE };
}

function decoderFor({ dictionary }: Vector): TileDecoder {
  const decoder = new TileDecoder(zstd);
  if (dictionary !== undefined) {
    decoder.setDictionary(PLACE, fromHex(dictionary));
  }
  return decoder;
}

/** Bytes blue, green, red as opaque RGBA numbers. */
function words(pixels: string): number[] {
  const bytes = fromHex(pixels);
  return Array.from({ length: bytes.length / 3 }, (_, at) => {
    const [blue = 0, green = 0, red = 0] = bytes.subarray(3 * at, 3 * at + 3);
    return 0xff00_0000 + (blue << 16) + (green << 8) + red;
  });
}

const golden = vectors<Vector[]>("codec/payloads");

test.each(golden)("$name is decoded", (vector) => {
  const pixels = decoderFor(vector).decode(payloadOf(vector), vector.width, vector.height);
  expect(Array.from(pixels ?? [])).toEqual(words(vector.pixels ?? ""));
});

test.each(vectors<Vector[]>("codec/refused"))("$name is refused", (vector) => {
  expect(decoderFor(vector).decode(payloadOf(vector), vector.width, vector.height)).toBeUndefined();
});

test.each(golden.filter(({ dictionary }) => dictionary !== undefined))(
  "$name is refused without its dictionary, if that has a meaning",
  (vector) => {
    const isTraced = vector.coding === Layout.Traced;
    const pixels = new TileDecoder(zstd).decode(payloadOf(vector), vector.width, vector.height);
    expect(pixels === undefined).toBe(isTraced);
  },
);

test("damaged payloads give the pixels asked for or nothing, and the decoder goes on", () => {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
  for (const vector of golden) {
    const decoder = decoderFor(vector);
    for (let round = 0; round < 300; round++) {
      const payload = payloadOf(vector);
      payload.bytes[random() % payload.bytes.length] = random() & 0xff;
      const pixels = decoder.decode(payload, vector.width, vector.height);
      expect([undefined, vector.width * vector.height]).toContain(pixels?.length);
    }
    const whole = decoder.decode(payloadOf(vector), vector.width, vector.height);
    expect(Array.from(whole ?? [])).toEqual(words(vector.pixels ?? ""));
  }
});

test("damaged dictionaries are pictures or none, and what names them is pixels or nothing", () => {
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
  const vector = golden.find(({ dictionary }) => dictionary !== undefined);
  if (vector?.dictionary === undefined) {
    throw new Error("no vector has a dictionary");
  }
  for (let round = 0; round < 100; round++) {
    const bytes = fromHex(vector.dictionary);
    bytes[random() % bytes.length] = random() & 0xff;
    const decoder = new TileDecoder(zstd);
    decoder.setDictionary(
      PLACE,
      bytes.subarray(0, random() % 3 === 0 ? random() % bytes.length : bytes.length),
    );
    const pixels = decoder.decode(payloadOf(vector), vector.width, vector.height);
    expect([undefined, vector.width * vector.height]).toContain(pixels?.length);
  }
});

test.each([
  [0, 1],
  [1, 0],
  [65, 1],
  [1, 65],
])("no tile has %i × %i pixels", (width, height) => {
  const solid = { coding: 0, dictionary: undefined, bytes: Uint8Array.of(1, 2, 3) };
  expect(new TileDecoder(zstd).decode(solid, width, height)).toBeUndefined();
});
