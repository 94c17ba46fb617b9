/**
 * Paths of an endpoint: bytes with slashes, shown as text where they are text.
 *
 * @module
 */
import type { FilePath } from "../wire/file.ts";

const SLASH = 0x2f;
const UTF8 = new TextEncoder();
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const ROOT: FilePath = Uint8Array.of(SLASH);

/** The path of a text that somebody typed. */
export function pathOf(text: string): FilePath {
  return UTF8.encode(text);
}

/** A name below a path. */
export function joinPath(path: FilePath, name: FilePath): FilePath {
  const isRooted = path.at(-1) === SLASH;
  const joined = new Uint8Array(path.length + (isRooted ? 0 : 1) + name.length);
  joined.set(path);
  joined[path.length] = SLASH;
  joined.set(name, joined.length - name.length);
  return joined;
}

/** The names of a path. */
export function namesOf(path: FilePath): FilePath[] {
  const names: FilePath[] = [];
  for (let at = 0; at <= path.length; ) {
    const found = path.indexOf(SLASH, at);
    const end = found < 0 ? path.length : found;
    if (at < end) {
      names.push(path.subarray(at, end));
    }
    at = end + 1;
  }
  return names;
}

/** Every directory on the way to a path, itself included, with what to call it. */
export function crumbsOf(path: FilePath): { readonly label: string; readonly path: FilePath }[] {
  const crumbs = [{ label: "/", path: ROOT }];
  let at: FilePath = ROOT;
  for (const name of namesOf(path)) {
    at = joinPath(at, name);
    crumbs.push({ label: textOf(name), path: at });
  }
  return crumbs;
}

/** The directory that a path is in; the root is in itself. */
export function parentOf(path: FilePath): FilePath {
  return crumbsOf(path).at(-2)?.path ?? ROOT;
}

/** As people read it: what is no text, or would not be seen, is escaped. */
export function textOf(path: Uint8Array): string {
  try {
    return shown(STRICT.decode(path));
  } catch {
    return shown(escaped(path));
  }
}

function shown(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  return text.replace(/[\u0000-\u001f\u007f]/g, (one) => hexOf(one.charCodeAt(0)));
}

/** Text where there is text, and the rest byte by byte. */
function escaped(path: Uint8Array): string {
  let text = "";
  for (let at = 0; at < path.length; ) {
    const length = [1, 2, 3, 4].find((bytes) => isText(path.subarray(at, at + bytes))) ?? 0;
    text += length === 0 ? hexOf(path[at] ?? 0) : STRICT.decode(path.subarray(at, at + length));
    at += length || 1;
  }
  return text;
}

function isText(bytes: Uint8Array): boolean {
  try {
    STRICT.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function hexOf(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** The same text for the same path. */
export function keyOf(path: Uint8Array): string {
  return Array.from(path, (byte) => String.fromCharCode(byte)).join("");
}

/** As the HTTP API takes it: base64url without padding. */
export function base64Of(path: Uint8Array): string {
  return btoa(keyOf(path)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Another name for a file whose own is taken: `name (2).txt`. */
export function otherName(name: string, number: number): string {
  const dot = name.lastIndexOf(".");
  const end = dot <= 0 ? name.length : dot;
  return `${name.slice(0, end)} (${number})${name.slice(end)}`;
}
