/**
 * The parts of the shared components that decide: rows of long lists, places of menus, words for failures.
 *
 * @module
 */
import { describe, expect, test } from "vitest";

import { RequestError } from "../src/api/problem.ts";
import { failureText } from "../src/ui/failure-text.ts";
import { cornerBeside } from "../src/ui/place.ts";
import { rowsIn, scrollTo } from "../src/ui/virtual.ts";

describe("long lists", () => {
  test("a window on 5,000 rows has some dozens of them on the page", () => {
    const { first, end } = rowsIn(36 * 2500, 600, 36, 5000);
    expect(first).toBeLessThanOrEqual(2500);
    expect(end).toBeGreaterThanOrEqual(2500 + Math.ceil(600 / 36));
    expect(end - first).toBeLessThan(40);
  });

  test("the ends of a list are its ends", () => {
    expect(rowsIn(0, 600, 36, 3)).toEqual({ first: 0, end: 3 });
    expect(rowsIn(0, 600, 36, 0)).toEqual({ first: 0, end: 0 });
    expect(rowsIn(36 * 4990, 600, 36, 5000).end).toBe(5000);
    // A list that became shorter while it was scrolled down.
    expect(rowsIn(36 * 4990, 600, 36, 10)).toEqual({ first: 9, end: 10 });
  });

  test("a row is scrolled to only as far as it takes", () => {
    expect(scrollTo(3, 0, 200, 40)).toBe(0);
    expect(scrollTo(5, 0, 200, 40)).toBe(40);
    expect(scrollTo(0, 100, 200, 40)).toBe(0);
  });
});

describe("what floats beside a button", () => {
  const room = { width: 1024, height: 700 };
  const size = { width: 200, height: 300 };

  test("it opens below, in line with its edge", () => {
    const box = { left: 100, top: 10, right: 160, bottom: 42 };
    expect(cornerBeside(box, size, room, "below", "start")).toEqual({ left: 100, top: 46 });
  });

  test("it turns to the other side where there is no room, and never leaves the window", () => {
    const low = { left: 900, top: 600, right: 1000, bottom: 640 };
    expect(cornerBeside(low, size, room, "below", "end")).toEqual({ left: 800, top: 296 });
    const corner = { left: 1000, top: 650, right: 1020, bottom: 690 };
    const { left, top } = cornerBeside(corner, size, room, "right", "start");
    expect(left + size.width).toBeLessThanOrEqual(1024);
    expect(top + size.height).toBeLessThanOrEqual(700);
  });
});

describe("failures", () => {
  const t = (key: string, variables?: Record<string, string | number>) =>
    variables ? `${key} ${JSON.stringify(variables)}` : key;
  const refused = (problem: object) =>
    new RequestError("x", { type: "about:blank", title: "a rule forbids it", status: 403, ...problem });

  test("a rule is told in the words of the page", () => {
    expect(failureText(refused({ rule: "owner_only", detail: "english" }), t)).toBe("rule-owner-only");
  });

  test("a field's fault is told as the relay says it, with the limit", () => {
    const detail = "name has 300 characters, the limit is 100";
    expect(failureText(refused({ rule: "bad_field", field: "name", detail }), t)).toBe(detail);
  });

  test("no answer is told as such", () => {
    expect(failureText(new RequestError("fetch failed"), t)).toBe("error-network");
    expect(failureText(new TypeError("x is undefined"), t)).toContain("error-unexpected");
  });
});
