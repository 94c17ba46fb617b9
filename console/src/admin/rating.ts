/**
 * What a customer said of a session, by the lines of its log. Pure.
 *
 * @module
 */
import type { LogLine } from "../api/administration.ts";

export interface Rating {
  /** One to five. */
  readonly stars: number;
  readonly comment: string;
}

/** The rating among the lines; nothing where he gave none. */
export function ratingOf(lines: readonly LogLine[]): Rating | undefined {
  const rated = lines.find(({ fact }) => fact["subject"] === "rating");
  return rated?.fact["rating"] as Rating | undefined;
}
