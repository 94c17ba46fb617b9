/**
 * Keys, pointer, wheel and text, mirroring `engine/wire/src/input.rs`.
 *
 * @module
 */
import { DecodeError } from "./error.ts";
import { INPUT_BYTES_MAX, INPUT_TEXT_BYTES_MAX, KEY_NAME_BYTES_MAX } from "./limits.ts";
import { Reader } from "./read.ts";
import { Writer } from "./write.ts";

/** A place on a display, in physical pixels from its top left. */
export interface Pointer {
  readonly display: number;
  readonly x: number;
  readonly y: number;
}

/** Buttons are numbered as in the browser's `MouseEvent.button`, 0 to 4. */
export type InputEvent =
  | { readonly kind: "move"; readonly at: Pointer }
  | { readonly kind: "button"; readonly at: Pointer; readonly button: number; readonly down: boolean }
  | { readonly kind: "wheel"; readonly at: Pointer; readonly dx: number; readonly dy: number }
  | { readonly kind: "key"; readonly down: boolean; readonly code: string; readonly key: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "release" };

/** One event with its number on its technician's stream. */
export interface InputRecord {
  readonly number: number;
  readonly event: InputEvent;
}

const KIND = { move: 1, button: 2, wheel: 3, key: 4, text: 5, release: 6 } as const;
const BUTTON_MAX = 4;

/** Writes a record with its length in front. */
export function encodeInputRecord(record: InputRecord, out: Writer): void {
  const body = new Writer();
  body.varint(record.number);
  encodeEvent(record.event, body);
  out.block(body.bytes);
}

/** Reads a record with its length in front. */
export function decodeInputRecord(reader: Reader): InputRecord {
  const body = new Reader(reader.block("input record", INPUT_BYTES_MAX));
  const record = { number: body.varintU32("input"), event: decodeEvent(body) };
  body.end();
  return record;
}

export function encodePointer(at: Pointer, out: Writer): void {
  out.u8(at.display);
  out.u16(at.x);
  out.u16(at.y);
}

export function decodePointer(reader: Reader): Pointer {
  return { display: reader.u8(), x: reader.u16(), y: reader.u16() };
}

function encodeEvent(event: InputEvent, out: Writer): void {
  out.u8(KIND[event.kind]);
  switch (event.kind) {
    case "move":
      encodePointer(event.at, out);
      break;
    case "button":
      encodePointer(event.at, out);
      out.u8(event.button);
      out.u8(event.down ? 1 : 0);
      break;
    case "wheel":
      encodePointer(event.at, out);
      out.i16(event.dx);
      out.i16(event.dy);
      break;
    case "key":
      out.u8(event.down ? 1 : 0);
      out.text(event.code);
      out.text(event.key);
      break;
    case "text":
      out.text(event.text);
      break;
    case "release":
      break;
  }
}

function decodeEvent(reader: Reader): InputEvent {
  const kind = reader.u8();
  switch (kind) {
    case KIND.move:
      return { kind: "move", at: decodePointer(reader) };
    case KIND.button:
      return { kind: "button", at: decodePointer(reader), button: button(reader), down: flag(reader) };
    case KIND.wheel:
      return { kind: "wheel", at: decodePointer(reader), dx: reader.i16(), dy: reader.i16() };
    case KIND.key:
      return {
        kind: "key",
        down: flag(reader),
        code: reader.text("code of a key", KEY_NAME_BYTES_MAX),
        key: reader.text("key", KEY_NAME_BYTES_MAX),
      };
    case KIND.text:
      return { kind: "text", text: reader.text("text", INPUT_TEXT_BYTES_MAX) };
    case KIND.release:
      return { kind: "release" };
    default:
      throw DecodeError.unknown("input event", kind);
  }
}

function button(reader: Reader): number {
  const raw = reader.u8();
  if (BUTTON_MAX < raw) {
    throw DecodeError.unknown("button", raw);
  }
  return raw;
}

function flag(reader: Reader): boolean {
  const raw = reader.u8();
  if (1 < raw) {
    throw DecodeError.unknown("flag", raw);
  }
  return raw === 1;
}
