/**
 * Files of an endpoint: what a technician asks for, and what the endpoint answers, mirroring `engine/wire/src/file`.
 *
 * @module
 */
import { DecodeError } from "./error.ts";
import {
  DETAIL_BYTES_MAX,
  FILE_BYTES_MAX,
  FILE_ITEMS_MAX,
  FILE_MARK_BYTES_MAX,
  FILE_PATH_BYTES_MAX,
  FILE_PATHS_MAX,
  FILE_RECORD_BYTES_MAX,
  FILE_VOLUMES_MAX,
} from "./limits.ts";
import type { Reader } from "./read.ts";
import { decodeBytes, decodeRecord, encodeBytes } from "./record.ts";
import { Writer } from "./write.ts";

const HASH_BYTES = 32;
const UPLOAD_BYTES = 16;

/** What something in a directory is, in the order of its numbers, which count from 1. */
const KINDS = [
  "file",
  "directory",
  "link",
  "pipe",
  "socket",
  "blockDevice",
  "characterDevice",
  "other",
] as const;
export type FileKind = (typeof KINDS)[number];

/** Why something is not done, in the order of its numbers, which count from 1. */
export const WHYS = [
  "not-found",
  "exists",
  "denied",
  "forbidden",
  "full",
  "too-long",
  "is-directory",
  "not-directory",
  "special",
  "changed",
  "mismatch",
  "read-only",
  "busy",
  "bad-name",
  "loop",
  "unsupported",
  "failed",
] as const;
export type Why = (typeof WHYS)[number];

/** The word for a number that came. */
export function whyOf(number: number): Why {
  return WHYS[number - 1] ?? "failed";
}

/** A path on the endpoint, or a part of one: bytes as its system has them. */
export type FilePath = Uint8Array;

export interface Item {
  readonly kind: FileKind;
  readonly isHidden: boolean;
  readonly size: number;
  /** Milliseconds since 1970; 0: not known. */
  readonly modifiedMs: number;
  readonly name: FilePath;
  /** Where a link leads; without a kind, nowhere that may be seen. */
  readonly target?: { readonly kind?: FileKind; readonly path: Uint8Array };
}

export interface Volume {
  readonly path: FilePath;
  readonly total: number;
  readonly free: number;
  readonly label: string;
}

export type ToFile =
  | { readonly kind: "volumes" | "discard" }
  | { readonly kind: "list" | "stat" | "make"; readonly path: FilePath }
  | {
      readonly kind: "read";
      readonly path: FilePath;
      readonly from: number;
      readonly known?: Uint8Array;
      readonly mark: Uint8Array;
    }
  | {
      readonly kind: "write";
      readonly path: FilePath;
      readonly upload: Uint8Array;
      readonly size: number;
      readonly modifiedMs: number;
      readonly replaces: boolean;
    }
  | { readonly kind: "rename"; readonly from: FilePath; readonly to: FilePath; readonly replaces: boolean }
  | { readonly kind: "remove" | "archive"; readonly paths: readonly FilePath[] }
  | { readonly kind: "store"; readonly into: FilePath; readonly replaces: boolean }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "hole"; readonly length: number }
  | { readonly kind: "next"; readonly item: Item }
  | { readonly kind: "finish"; readonly hash: Uint8Array };

export type FromFile =
  | { readonly kind: "volumes"; readonly volumes: readonly Volume[] }
  | { readonly kind: "items"; readonly items: readonly Item[] }
  | { readonly kind: "found"; readonly item: Item; readonly mark: Uint8Array }
  | { readonly kind: "ready"; readonly from: number; readonly hash: Uint8Array }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "hole"; readonly length: number }
  | { readonly kind: "whole"; readonly hash: Uint8Array }
  | {
      readonly kind: "progress";
      readonly items: number;
      readonly itemsOf: number;
      readonly bytes: number;
      readonly bytesOf: number;
    }
  | { readonly kind: "failed"; readonly why: number; readonly path: FilePath; readonly detail: string }
  | { readonly kind: "done"; readonly items: number; readonly bytes: number }
  | { readonly kind: "refused"; readonly why: number; readonly detail: string };

const TO = {
  volumes: 1,
  list: 2,
  stat: 3,
  read: 4,
  write: 5,
  make: 6,
  rename: 7,
  remove: 8,
  archive: 9,
  store: 10,
  bytes: 11,
  hole: 12,
  next: 13,
  finish: 14,
  discard: 15,
} as const;

const FROM = {
  volumes: 1,
  items: 2,
  found: 3,
  ready: 4,
  bytes: 5,
  hole: 6,
  whole: 7,
  progress: 8,
  failed: 9,
  done: 10,
  refused: 11,
} as const;

const TO_KINDS = new Map<number, ToFile["kind"]>(
  Object.entries(TO).map(([kind, number]) => [number, kind as ToFile["kind"]]),
);

/** Writes a record with its length in front; bytes in as many records as they need. */
export function encodeToFile(record: ToFile, out: Writer): void {
  if (record.kind === "bytes") {
    encodeBytes(TO.bytes, record.bytes, FILE_BYTES_MAX, out);
    return;
  }
  const body = new Writer();
  body.u8(TO[record.kind]);
  encodeTo(record, body);
  out.block(body.bytes);
}

function encodeTo(record: Exclude<ToFile, { kind: "bytes" }>, body: Writer): void {
  switch (record.kind) {
    case "volumes":
    case "discard":
      break;
    case "list":
    case "stat":
    case "make":
      body.block(record.path);
      break;
    case "read":
      body.block(record.path);
      body.varint(record.from);
      body.u8(record.known ? 1 : 0);
      body.raw(record.known ?? new Uint8Array(0));
      body.block(record.mark);
      break;
    case "write":
      body.block(record.path);
      body.raw(record.upload);
      body.varint(record.size);
      body.varint(record.modifiedMs);
      body.u8(record.replaces ? 1 : 0);
      break;
    case "rename":
      body.block(record.from);
      body.block(record.to);
      body.u8(record.replaces ? 1 : 0);
      break;
    case "remove":
    case "archive":
      body.varint(record.paths.length);
      for (const path of record.paths) {
        body.block(path);
      }
      break;
    case "store":
      body.block(record.into);
      body.u8(record.replaces ? 1 : 0);
      break;
    case "hole":
      body.varint(record.length);
      break;
    case "next":
      encodeItem(record.item, body);
      break;
    case "finish":
      body.raw(record.hash);
      break;
  }
}

/** Reads what a technician says, with its length in front. */
export function decodeToFile(reader: Reader): ToFile {
  return decodeRecord(reader, "file record", FILE_RECORD_BYTES_MAX, (body) => {
    const number = body.u8();
    const kind = TO_KINDS.get(number);
    if (kind === undefined) {
      throw DecodeError.unknown("record to files", number);
    }
    return decodeTo(kind, body);
  });
}

function decodeTo(kind: ToFile["kind"], body: Reader): ToFile {
  switch (kind) {
    case "volumes":
    case "discard":
      return { kind };
    case "list":
    case "stat":
    case "make":
      return { kind, path: decodePath(body) };
    case "read": {
      const [path, from] = [decodePath(body), body.varint("from")];
      const known = decodeFlag("known", body) ? { known: body.bytes(HASH_BYTES) } : {};
      return { kind, path, from, ...known, mark: body.block("mark of a file", FILE_MARK_BYTES_MAX) };
    }
    case "write": {
      const [path, upload] = [decodePath(body), body.bytes(UPLOAD_BYTES)];
      const [size, modifiedMs] = [body.varint("size"), body.varint("modified")];
      return { kind, path, upload, size, modifiedMs, replaces: decodeFlag("replaces", body) };
    }
    case "rename":
      return {
        kind,
        from: decodePath(body),
        to: decodePath(body),
        replaces: decodeFlag("replaces", body),
      };
    case "remove":
    case "archive":
      return { kind, paths: decodePaths(body) };
    case "store":
      return { kind, into: decodePath(body), replaces: decodeFlag("replaces", body) };
    case "bytes":
      return { kind, bytes: decodeBytes(body) };
    case "hole":
      return { kind, length: decodeHole(body) };
    case "next": {
      const item = decodeItem(body);
      if (item.kind !== "file" && item.kind !== "directory") {
        throw DecodeError.contradiction("only files and directories are stored");
      }
      return { kind, item };
    }
    case "finish":
      return { kind, hash: body.bytes(HASH_BYTES) };
  }
}

/** Writes what an endpoint says, with its length in front. */
export function encodeFromFile(record: FromFile, out: Writer): void {
  if (record.kind === "bytes") {
    encodeBytes(FROM.bytes, record.bytes, FILE_BYTES_MAX, out);
    return;
  }
  const body = new Writer();
  body.u8(FROM[record.kind]);
  encodeFrom(record, body);
  out.block(body.bytes);
}

function encodeFrom(record: Exclude<FromFile, { kind: "bytes" }>, body: Writer): void {
  switch (record.kind) {
    case "volumes":
      body.varint(record.volumes.length);
      for (const volume of record.volumes) {
        body.block(volume.path);
        body.varint(volume.total);
        body.varint(volume.free);
        body.text(volume.label);
      }
      break;
    case "items":
      body.varint(record.items.length);
      for (const item of record.items) {
        encodeItem(item, body);
      }
      break;
    case "found":
      encodeItem(record.item, body);
      body.block(record.mark);
      break;
    case "ready":
      body.varint(record.from);
      body.raw(record.hash);
      break;
    case "hole":
      body.varint(record.length);
      break;
    case "whole":
      body.raw(record.hash);
      break;
    case "progress":
      for (const number of [record.items, record.itemsOf, record.bytes, record.bytesOf]) {
        body.varint(number);
      }
      break;
    case "failed":
      body.u8(record.why);
      body.block(record.path);
      body.text(record.detail);
      break;
    case "done":
      body.varint(record.items);
      body.varint(record.bytes);
      break;
    case "refused":
      body.u8(record.why);
      body.text(record.detail);
  }
}

/** Reads what an endpoint says, with its length in front. */
export function decodeFromFile(reader: Reader): FromFile {
  return decodeRecord(reader, "file record", FILE_RECORD_BYTES_MAX, decodeFrom);
}

function decodeFrom(body: Reader): FromFile {
  const number = body.u8();
  switch (number) {
    case FROM.volumes:
      return { kind: "volumes", volumes: decodeList("volumes", FILE_VOLUMES_MAX, body, decodeVolume) };
    case FROM.items:
      return { kind: "items", items: decodeList("items", FILE_ITEMS_MAX, body, decodeItem) };
    case FROM.found:
      return {
        kind: "found",
        item: decodeItem(body),
        mark: body.block("mark of a file", FILE_MARK_BYTES_MAX),
      };
    case FROM.ready:
      return { kind: "ready", from: body.varint("from"), hash: body.bytes(HASH_BYTES) };
    case FROM.bytes:
      return { kind: "bytes", bytes: decodeBytes(body) };
    case FROM.hole:
      return { kind: "hole", length: decodeHole(body) };
    case FROM.whole:
      return { kind: "whole", hash: body.bytes(HASH_BYTES) };
    case FROM.progress: {
      const [items, itemsOf] = [body.varint("items"), body.varint("items")];
      return {
        kind: "progress",
        items,
        itemsOf,
        bytes: body.varint("bytes"),
        bytesOf: body.varint("bytes"),
      };
    }
    case FROM.failed: {
      const [why, path] = [decodeWhy(body), decodePath(body)];
      return { kind: "failed", why, path, detail: body.text("detail of a file", DETAIL_BYTES_MAX) };
    }
    case FROM.done:
      return { kind: "done", items: body.varint("items"), bytes: body.varint("bytes") };
    case FROM.refused:
      return {
        kind: "refused",
        why: decodeWhy(body),
        detail: body.text("detail of a file", DETAIL_BYTES_MAX),
      };
    default:
      throw DecodeError.unknown("record of files", number);
  }
}

function encodeItem(item: Item, body: Writer): void {
  body.u8(KINDS.indexOf(item.kind) + 1);
  body.u8(item.isHidden ? 1 : 0);
  body.varint(item.size);
  body.varint(item.modifiedMs);
  body.block(item.name);
  if (item.kind === "link") {
    body.u8(item.target?.kind === undefined ? 0 : KINDS.indexOf(item.target.kind) + 1);
    body.block(item.target?.path ?? new Uint8Array(0));
  }
}

function decodeItem(body: Reader): Item {
  const kind = decodeKind(body.u8());
  const isHidden = decodeFlag("hidden", body);
  const [size, modifiedMs] = [body.varint("size"), body.varint("modified")];
  const name = decodePath(body);
  if (kind !== "link") {
    return { kind, isHidden, size, modifiedMs, name };
  }
  const raw = body.u8();
  const leadsTo = raw === 0 ? {} : { kind: decodeKind(raw) };
  const target = { ...leadsTo, path: body.block("target of a link", FILE_PATH_BYTES_MAX) };
  return { kind, isHidden, size, modifiedMs, name, target };
}

function decodeKind(raw: number): FileKind {
  const kind = KINDS[raw - 1];
  if (kind === undefined) {
    throw DecodeError.unknown("kind of file", raw);
  }
  return kind;
}

function decodeVolume(body: Reader): Volume {
  const path = decodePath(body);
  const [total, free] = [body.varint("total"), body.varint("free")];
  return { path, total, free, label: body.text("label of a volume", DETAIL_BYTES_MAX) };
}

function decodeWhy(body: Reader): number {
  const raw = body.u8();
  if (raw < 1 || WHYS.length < raw) {
    throw DecodeError.unknown("reason", raw);
  }
  return raw;
}

function decodePath(body: Reader): FilePath {
  const path = body.block("path", FILE_PATH_BYTES_MAX);
  if (path.length === 0) {
    throw DecodeError.contradiction("a path without a name");
  }
  if (path.includes(0)) {
    throw DecodeError.contradiction("a path with a zero in it");
  }
  return path;
}

function decodePaths(body: Reader): FilePath[] {
  const paths = decodeList("paths", FILE_PATHS_MAX, body, decodePath);
  if (paths.length === 0) {
    throw DecodeError.contradiction("a request for no paths");
  }
  return paths;
}

function decodeList<T>(field: string, limit: number, body: Reader, decode: (body: Reader) => T): T[] {
  const count = body.varintMax(field, limit);
  return Array.from({ length: count }, () => decode(body));
}

function decodeFlag(field: string, body: Reader): boolean {
  const raw = body.u8();
  if (1 < raw) {
    throw DecodeError.unknown(field, raw);
  }
  return raw === 1;
}

function decodeHole(body: Reader): number {
  const length = body.varint("hole");
  if (length === 0) {
    throw DecodeError.contradiction("a hole without length");
  }
  return length;
}
