/**
 * A command shell: what its technician says to it, and what the endpoint says of it, mirroring
 * `engine/wire/src/shell.rs`.
 *
 * @module
 */
import { DecodeError } from "./error.ts";
import type { ShellId } from "./ids.ts";
import { DETAIL_BYTES_MAX, SHELL_BYTES_MAX, SHELL_EXTENT_MAX, SHELL_RECORD_BYTES_MAX } from "./limits.ts";
import type { Reader } from "./read.ts";
import { decodeBytes, decodeRecord, encodeBytes } from "./record.ts";
import { Writer } from "./write.ts";

/** A terminal's size in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What can be sent to the program in the foreground beside its input. */
export const ShellSignal = { Interrupt: 1, Terminate: 2, Kill: 3 } as const;

export type ShellSignal = (typeof ShellSignal)[keyof typeof ShellSignal];

/** What a technician says to a shell; `from` and `at` count the bytes of output that are there already. */
export type ToShell =
  | { readonly kind: "start"; readonly size: TerminalSize }
  | { readonly kind: "attach"; readonly shell: ShellId; readonly from: number; readonly size: TerminalSize }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "resize"; readonly size: TerminalSize }
  | { readonly kind: "signal"; readonly signal: ShellSignal }
  | { readonly kind: "close" }
  | { readonly kind: "seen"; readonly at: number };

/**
 * What an endpoint says of a shell; `from` is where the bytes that follow stand in its output, `typed` counts the bytes
 * of input that it has taken.
 */
export type FromShell =
  | {
      readonly kind: "opened";
      readonly shell: ShellId;
      readonly from: number;
      readonly typed: number;
      readonly program: string;
    }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "ended"; readonly by: "status" | "signal"; readonly number: number }
  | { readonly kind: "refused"; readonly detail: string };

const TO = { start: 1, attach: 2, bytes: 3, resize: 4, signal: 5, close: 6, seen: 7 } as const;
const FROM = { opened: 1, bytes: 2, ended: 3, refused: 4 } as const;
const ENDED_BY = ["status", "signal"] as const;
const SIGNALS = new Set<number>(Object.values(ShellSignal));

/** Writes a record with its length in front; bytes in as many records as they need. */
export function encodeToShell(record: ToShell, out: Writer): void {
  if (record.kind === "bytes") {
    encodeBytes(TO.bytes, record.bytes, SHELL_BYTES_MAX, out);
    return;
  }
  const body = new Writer();
  body.u8(TO[record.kind]);
  switch (record.kind) {
    case "attach":
      body.varint(record.shell);
      body.varint(record.from);
      encodeSize(record.size, body);
      break;
    case "start":
    case "resize":
      encodeSize(record.size, body);
      break;
    case "signal":
      body.u8(record.signal);
      break;
    case "seen":
      body.varint(record.at);
      break;
    case "close":
      break;
  }
  out.block(body.bytes);
}

/** Reads what a technician says, with its length in front. */
export function decodeToShell(reader: Reader): ToShell {
  return decodeRecord(reader, "shell record", SHELL_RECORD_BYTES_MAX, decodeTo);
}

function decodeTo(body: Reader): ToShell {
  const kind = body.u8();
  switch (kind) {
    case TO.start:
      return { kind: "start", size: decodeSize(body) };
    case TO.attach: {
      const [shell, from] = [body.varintBig() as ShellId, body.varint("from")];
      return { kind: "attach", shell, from, size: decodeSize(body) };
    }
    case TO.bytes:
      return { kind: "bytes", bytes: decodeBytes(body) };
    case TO.resize:
      return { kind: "resize", size: decodeSize(body) };
    case TO.signal:
      return { kind: "signal", signal: decodeSignal(body) };
    case TO.close:
      return { kind: "close" };
    case TO.seen:
      return { kind: "seen", at: body.varint("at") };
    default:
      throw DecodeError.unknown("record to a shell", kind);
  }
}

/** Writes what an endpoint says, with its length in front. */
export function encodeFromShell(record: FromShell, out: Writer): void {
  if (record.kind === "bytes") {
    encodeBytes(FROM.bytes, record.bytes, SHELL_BYTES_MAX, out);
    return;
  }
  const body = new Writer();
  body.u8(FROM[record.kind]);
  switch (record.kind) {
    case "opened":
      body.varint(record.shell);
      body.varint(record.from);
      body.varint(record.typed);
      body.text(record.program);
      break;
    case "ended":
      body.u8(ENDED_BY.indexOf(record.by));
      body.varint(record.number);
      break;
    case "refused":
      body.text(record.detail);
      break;
  }
  out.block(body.bytes);
}

/** Reads what an endpoint says, with its length in front. */
export function decodeFromShell(reader: Reader): FromShell {
  return decodeRecord(reader, "shell record", SHELL_RECORD_BYTES_MAX, decodeFrom);
}

function decodeFrom(body: Reader): FromShell {
  const kind = body.u8();
  switch (kind) {
    case FROM.opened: {
      const [shell, from] = [body.varintBig() as ShellId, body.varint("from")];
      const typed = body.varint("typed");
      const program = body.text("program of a shell", DETAIL_BYTES_MAX);
      return { kind: "opened", shell, from, typed, program };
    }
    case FROM.bytes:
      return { kind: "bytes", bytes: decodeBytes(body) };
    case FROM.ended: {
      const by = body.u8();
      const number = body.varintU32("exit of a shell");
      const named = ENDED_BY[by];
      if (named === undefined) {
        throw DecodeError.unknown("end of a shell", by);
      }
      return { kind: "ended", by: named, number };
    }
    case FROM.refused:
      return { kind: "refused", detail: body.text("refusal of a shell", DETAIL_BYTES_MAX) };
    default:
      throw DecodeError.unknown("record of a shell", kind);
  }
}

function encodeSize(size: TerminalSize, out: Writer): void {
  out.u16(size.columns);
  out.u16(size.rows);
}

function decodeSize(body: Reader): TerminalSize {
  return { columns: extent(body), rows: extent(body) };
}

function extent(body: Reader): number {
  const got = body.u16();
  if (got === 0) {
    throw DecodeError.contradiction("a terminal without room");
  }
  if (SHELL_EXTENT_MAX < got) {
    throw DecodeError.overLimit("terminal", got, SHELL_EXTENT_MAX);
  }
  return got;
}

function decodeSignal(body: Reader): ShellSignal {
  const raw = body.u8();
  if (!SIGNALS.has(raw)) {
    throw DecodeError.unknown("signal", raw);
  }
  return raw as ShellSignal;
}
