/**
 * Recordings of shells: what is shown when.
 *
 * @module
 */
import { expect, test } from "vitest";

import { clockText, eventsUpTo, parseCast } from "../src/recordings/cast.ts";

const CAST = [
  '{"version": 2, "width": 80, "height": 24, "timestamp": 1}',
  '[0.5, "o", "$ "]',
  '[1.0, "r", "132x50"]',
  '[61.0, "o", "later"]',
  '[62.0, "m", "ended with status 0"]',
  '[63.0, "o", "half of a li',
].join("\n");

test("s190 a recording is played by its times, and what is cut off is left out", () => {
  const cast = parseCast(CAST, false);
  expect([cast.size, cast.lengthS, cast.events.length]).toEqual([{ columns: 80, rows: 24 }, 62, 4]);
  expect([0, 0.5, 60, 62].map((at) => eventsUpTo(cast, at))).toEqual([0, 1, 2, 4]);
  expect(cast.events[1]).toEqual({ kind: "resize", atS: 1, size: { columns: 132, rows: 50 } });
});

test("long pauses are shortened, and what follows comes as much earlier", () => {
  const cast = parseCast(CAST, true);
  expect(cast.events.map((event) => event.atS)).toEqual([0.5, 1, 3, 4]);
});

test("what is no recording is told", () => {
  expect(() => parseCast('{"version": 1}', false)).toThrow("asciicast");
  expect([clockText(65), clockText(7384)]).toEqual(["1:05", "2:03:04"]);
});
