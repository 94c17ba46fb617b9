/**
 * The wire against the golden vectors: what they say is read, written back byte for byte, or refused as they say.
 *
 * @module
 */
import { type DescMessage, toJson } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";

import { BlockReader } from "../src/wire/block.ts";
import { ControlReader, encodeControl } from "../src/wire/control.ts";
import { decodeCursorRecord, encodeCursorRecord } from "../src/wire/cursor.ts";
import { DecodeError } from "../src/wire/error.ts";
import { decodeFromFile, decodeToFile, encodeFromFile, encodeToFile } from "../src/wire/file.ts";
import { ControlSchema } from "../src/wire/generated/control_pb.ts";
import {
  FromActionSchema,
  FromClipboardSchema,
  FromSystemSchema,
  ToActionSchema,
  ToClipboardSchema,
  ToSystemSchema,
} from "../src/wire/generated/tools_pb.ts";
import { decodeInputRecord, encodeInputRecord } from "../src/wire/input.ts";
import { Reader } from "../src/wire/read.ts";
import { decodeUpdate } from "../src/wire/screen/update.ts";
import { decodeFromShell, decodeToShell, encodeFromShell, encodeToShell } from "../src/wire/shell.ts";
import { decodeStreamHeader, encodeStreamHeader } from "../src/wire/stream.ts";
import { checkTable, encodeTool, ToolReader } from "../src/wire/tools.ts";
import { Writer } from "../src/wire/write.ts";
import { fromHex, plain, toHex, vectors } from "./vectors.ts";

interface Golden {
  readonly vectors: readonly { name: string; hex: string; fields: Record<string, unknown> }[];
}

interface Refused {
  readonly vectors: readonly {
    name: string;
    hex: string;
    error: { fault: string; text: string; closeCode: number };
  }[];
}

/** A reader to the end of its bytes. */
function whole<T>(decode: (reader: Reader) => T): (bytes: Uint8Array) => T {
  return (bytes) => {
    const reader = new Reader(bytes);
    const value = decode(reader);
    reader.end();
    return value;
  };
}

function written(encode: (out: Writer) => void): string {
  const out = new Writer();
  encode(out);
  return toHex(out.bytes);
}

function refuses(file: string, decode: (bytes: Uint8Array) => unknown): void {
  test.each(vectors<Refused>(`wire/${file}-refused`).vectors)(
    `${file} is refused: $name`,
    ({ hex, error }) => {
      let caught: unknown;
      try {
        decode(fromHex(hex));
      } catch (thrown) {
        caught = thrown;
      }
      expect(caught).toBeInstanceOf(DecodeError);
      const { fault, closeCode } = caught as DecodeError;
      expect({ fault, closeCode }).toEqual({ fault: error.fault, closeCode: error.closeCode });
    },
  );
}

describe("stream headers", () => {
  const decode = whole(decodeStreamHeader);
  test.each(vectors<Golden>("wire/stream-header").vectors)("$name", ({ hex, fields }) => {
    const header = decode(fromHex(hex));
    expect(plain(header)).toEqual(fields);
    expect(written((out) => encodeStreamHeader(header, out))).toBe(hex);
  });
  refuses("stream-header", decode);
});

describe("input", () => {
  const decode = whole(decodeInputRecord);
  test.each(vectors<Golden>("wire/input").vectors)("$name", ({ hex, fields }) => {
    const record = decode(fromHex(hex));
    expect(plain(record)).toEqual(fields);
    expect(written((out) => encodeInputRecord(record, out))).toBe(hex);
  });
  refuses("input", decode);
});

describe("cursor", () => {
  const decode = whole(decodeCursorRecord);
  test.each(vectors<Golden>("wire/cursor").vectors)("$name", ({ hex, fields }) => {
    const record = decode(fromHex(hex));
    expect(plain(record)).toEqual(fields);
    expect(written((out) => encodeCursorRecord(record, out))).toBe(hex);
  });
  refuses("cursor", decode);
});

describe("shells", () => {
  const [decodeTo, decodeFrom] = [whole(decodeToShell), whole(decodeFromShell)];
  test.each(vectors<Golden>("wire/to-shell").vectors)("to: $name", ({ hex, fields }) => {
    const record = decodeTo(fromHex(hex));
    expect(plain(record)).toEqual(fields);
    expect(written((out) => encodeToShell(record, out))).toBe(hex);
  });
  test.each(vectors<Golden>("wire/from-shell").vectors)("from: $name", ({ hex, fields }) => {
    const record = decodeFrom(fromHex(hex));
    expect(plain(record)).toEqual(fields);
    expect(written((out) => encodeFromShell(record, out))).toBe(hex);
  });
  refuses("to-shell", decodeTo);
  refuses("from-shell", decodeFrom);
});

describe("files", () => {
  const [decodeTo, decodeFrom] = [whole(decodeToFile), whole(decodeFromFile)];
  test.each(vectors<Golden>("wire/to-file").vectors)("to: $name", ({ hex, fields }) => {
    const record = decodeTo(fromHex(hex));
    expect(plain(record)).toEqual(fields);
    expect(written((out) => encodeToFile(record, out))).toBe(hex);
  });
  test.each(vectors<Golden>("wire/from-file").vectors)("from: $name", ({ hex, fields }) => {
    const record = decodeFrom(fromHex(hex));
    expect(plain(record)).toEqual(fields);
    expect(written((out) => encodeFromFile(record, out))).toBe(hex);
  });
  refuses("to-file", decodeTo);
  refuses("from-file", decodeFrom);
});

describe("updates", () => {
  const { vectors: golden } = vectors<Golden>("wire/update");
  const isHeld = ({ name }: { name: string }) => name !== "the largest numbers";
  test.each(golden.filter(isHeld))("$name", ({ hex, fields }) => {
    const { header, operations } = decodeUpdate(fromHex(hex));
    const { length: _, ...rest } = header;
    expect(plain({ header: rest, operations })).toEqual(fields);
  });
  test("numbers that JavaScript cannot hold are refused", () => {
    const largest = golden.find((one) => !isHeld(one));
    expect(() => decodeUpdate(fromHex(largest?.hex ?? ""))).toThrow(/the limit is 9007199254740991/);
  });
  refuses("update", decodeUpdate);

  test.each(golden.filter(isHeld))("every shorter form of it is refused: $name", ({ hex }) => {
    const bytes = fromHex(hex);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeUpdate(bytes.subarray(0, length))).toThrow(DecodeError);
    }
  });

  test("damaged bytes give an update or a DecodeError", () => {
    const random = sequence(7);
    for (const { hex } of golden) {
      for (let round = 0; round < 200; round++) {
        const bytes = fromHex(hex);
        bytes[random() % bytes.length] = random() & 0xff;
        try {
          decodeUpdate(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }
    }
  });
});

describe("control", () => {
  test.each(vectors<Golden>("wire/control").vectors)("$name", ({ hex, fields }) => {
    const bytes = fromHex(hex);
    const bodies = new ControlReader().push(bytes);
    expect(bodies).toHaveLength(Object.keys(fields).length);
    for (const body of bodies) {
      const framed = encodeControl(body.case, body.value);
      expect(toHex(framed)).toBe(hex);
      expect(toJson(ControlSchema, { $typeName: "nearhand.control.v1.Control", body })).toEqual(fields);
    }
  });

  test("messages arrive in pieces of any size", () => {
    const all = vectors<Golden>("wire/control")
      .vectors.map(({ hex }) => hex)
      .join("");
    const bytes = fromHex(all);
    for (const size of [1, 2, 3, 7, 64, 1024]) {
      const reader = new ControlReader();
      let count = 0;
      for (let at = 0; at < bytes.length; at += size) {
        count += reader.push(bytes.subarray(at, at + size)).length;
      }
      expect(count).toBe(new ControlReader().push(bytes).length);
    }
  });

  test("a message over the limit is refused before it is kept", () => {
    expect(() => new ControlReader().push(Uint8Array.of(0, 1, 0, 1))).toThrow(/65537, the limit is 65536/);
  });
});

describe("tools", () => {
  const kinds: readonly [string, DescMessage][] = [
    ["to-system", ToSystemSchema],
    ["from-system", FromSystemSchema],
    ["to-clipboard", ToClipboardSchema],
    ["from-clipboard", FromClipboardSchema],
    ["to-action", ToActionSchema],
    ["from-action", FromActionSchema],
  ];
  for (const [file, schema] of kinds) {
    test.each(vectors<Golden>(`wire/${file}`).vectors)(`${file}: $name`, ({ hex, fields }) => {
      const [message, ...more] = new ToolReader(schema).push(fromHex(hex));
      expect(more).toEqual([]);
      expect(message && toJson(schema, message)).toEqual(fields);
      expect(message && toHex(encodeTool(schema, message))).toBe(hex);
    });

    test(`${file} arrives in pieces of any size`, () => {
      const all = vectors<Golden>(`wire/${file}`).vectors;
      const bytes = fromHex(all.map(({ hex }) => hex).join(""));
      for (const size of [1, 3, 64]) {
        const reader = new ToolReader(schema);
        let count = 0;
        for (let at = 0; at < bytes.length; at += size) {
          count += reader.push(bytes.subarray(at, at + size)).length;
        }
        expect(count).toBe(all.length);
      }
    });

    test(`${file} over the limit is refused before it is kept`, () => {
      expect(() => new ToolReader(schema).push(Uint8Array.of(0, 1, 0, 1))).toThrow(
        /65537, the limit is 65536/,
      );
      expect(() => new ToolReader(schema).push(Uint8Array.of(0, 0, 0, 1, 0xff))).toThrow(
        /protobuf cannot read/,
      );
    });
  }

  test("a table with more cells than columns is refused", () => {
    const { vectors: refused } = vectors<Refused>("wire/from-system-refused");
    const wide = refused.find(({ name }) => name === "more cells than columns");
    const [message] = new ToolReader(FromSystemSchema).push(fromHex(wide?.hex ?? ""));
    const body = message?.body;
    expect(() => body?.case === "table" && checkTable(body.value)).toThrow(wide?.error.text);
  });
});

test("a message of any length is written whole", () => {
  const out = new Writer();
  for (let number = 0; number < 1000; number++) {
    out.u8(number & 0xff);
    out.u32(number);
    out.varint(number);
  }
  const reader = new Reader(out.bytes);
  for (let number = 0; number < 1000; number++) {
    expect([reader.u8(), reader.u32(), reader.varint()]).toEqual([number & 0xff, number, number]);
  }
  reader.end();
});

describe("blocks", () => {
  test("records arrive in pieces of any size", () => {
    const records = vectors<Golden>("wire/cursor").vectors.map(({ hex }) => hex);
    const bytes = fromHex(records.join(""));
    for (const size of [1, 5, 100, bytes.length]) {
      const reader = new BlockReader("cursor record", 288 << 10);
      const found: string[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        found.push(...reader.push(bytes.subarray(at, at + size)).map(toHex));
      }
      expect(found).toEqual(records);
    }
  });

  test("a record over the limit is refused before it is kept", () => {
    expect(() => new BlockReader("record", 63).push(Uint8Array.of(0x40, 0x40))).toThrow(
      /64, the limit is 63/,
    );
  });
});

/** Numbers that look random and are the same each time. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
