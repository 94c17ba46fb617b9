/**
 * The golden messages of `tests/vectors`, which the Rust tests read too.
 *
 * @module
 */
import { readFileSync } from "node:fs";

export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url), "utf8")) as T;
}

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A message as the vectors write it: bytes in hexadecimal, large numbers as text, what is missing left out. */
export function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => {
      if (inner instanceof Uint8Array) {
        return toHex(inner);
      }
      return typeof inner === "bigint" ? inner.toString() : inner;
    }),
  );
}
