/**
 * The endpoint's mouse pointer, mirroring `engine/wire/src/cursor.rs`.
 *
 * @module
 */
import { DecodeError } from "./error.ts";
import { decodePointer, encodePointer, type Pointer } from "./input.ts";
import { CURSOR_BYTES_MAX, CURSOR_EXTENT_MAX } from "./limits.ts";
import { Reader } from "./read.ts";
import { Writer } from "./write.ts";

/** What the pointer looks like. */
export interface CursorShape {
  readonly width: number;
  readonly height: number;
  readonly hotX: number;
  readonly hotY: number;
  /** RGBA, straight alpha, rows from the top, as one zstd frame of `width × height × 4` bytes. */
  readonly pixels: Uint8Array;
}

/** One change of the pointer; `at`: it is here, and no technician moved it there. */
export type CursorRecord =
  | { readonly kind: "shape"; readonly shape: CursorShape }
  | { readonly kind: "at"; readonly at: Pointer }
  | { readonly kind: "hidden" };

const SHAPE = 1;
const AT = 2;
const HIDDEN = 3;

/** Writes a record with its length in front. */
export function encodeCursorRecord(record: CursorRecord, out: Writer): void {
  const body = new Writer();
  switch (record.kind) {
    case "shape": {
      const { width, height, hotX, hotY, pixels } = record.shape;
      body.u8(SHAPE);
      for (const field of [width, height, hotX, hotY]) {
        body.u16(field);
      }
      body.raw(pixels);
      break;
    }
    case "at":
      body.u8(AT);
      encodePointer(record.at, body);
      break;
    case "hidden":
      body.u8(HIDDEN);
  }
  out.block(body.bytes);
}

/** Reads a record with its length in front. */
export function decodeCursorRecord(reader: Reader): CursorRecord {
  const body = new Reader(reader.block("cursor record", CURSOR_BYTES_MAX));
  const kind = body.u8();
  switch (kind) {
    case SHAPE:
      return { kind: "shape", shape: decodeShape(body) };
    case AT: {
      const at = decodePointer(body);
      body.end();
      return { kind: "at", at };
    }
    case HIDDEN:
      body.end();
      return { kind: "hidden" };
    default:
      throw DecodeError.unknown("cursor record", kind);
  }
}

function decodeShape(reader: Reader): CursorShape {
  const [width, height] = [extent(reader), extent(reader)];
  const [hotX, hotY] = [reader.u16(), reader.u16()];
  if (width <= hotX || height <= hotY) {
    throw DecodeError.contradiction("a cursor that points outside itself");
  }
  return { width, height, hotX, hotY, pixels: reader.rest() };
}

function extent(reader: Reader): number {
  const got = reader.u16();
  if (got === 0) {
    throw DecodeError.contradiction("a cursor without pixels");
  }
  if (CURSOR_EXTENT_MAX < got) {
    throw DecodeError.overLimit("cursor", got, CURSOR_EXTENT_MAX);
  }
  return got;
}
