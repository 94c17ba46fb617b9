/**
 * What a line of the log is about, by the names that a search for it takes: `session:12`, `account:7`. Pure.
 *
 * @module
 */
import type { LogLine } from "../api/administration.ts";

/** Fields of facts that say a number of something, the nearest first. */
const NUMBERS = ["session", "item", "account", "key", "invitation", "external", "token"] as const;

export interface About {
  /** What a search for it takes. */
  readonly object: string;
  /** As it is called, where the line itself says so. */
  readonly name?: string;
}

/** Nothing where the line is about the whole site, or about something that has no number. */
export function aboutOf({ fact }: LogLine): About | undefined {
  const id = fact["id"];
  if (isObject(id) && typeof id["kind"] === "string" && isNumber(id["id"])) {
    const record = fact["record"];
    const inner = isObject(record) && isObject(record["record"]) ? record["record"] : record;
    const name = isObject(inner) && typeof inner["name"] === "string" ? inner["name"] : undefined;
    return { object: `${id["kind"]}:${id["id"]}`, ...(name !== undefined && { name }) };
  }
  for (const field of NUMBERS) {
    const number = fact[field];
    if (isNumber(number)) {
      return { object: `${field}:${number}` };
    }
  }
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Numbers of computers are text: they are longer than a number may be. */
const isNumber = (value: unknown): value is number | string =>
  typeof value === "number" || (typeof value === "string" && /^[0-9a-f]+$/.test(value));
