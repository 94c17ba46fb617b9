/**
 * What the page shows: words in every language, pointers, names of files, and the figures of quality.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { describe, expect, test } from "vitest";

import { cssCursor } from "../src/ui/css-cursor.ts";
import { PROBLEM_KEYS, RULES } from "../src/ui/failure-text.ts";
import { screenshotName } from "../src/ui/save.ts";
import { STAGES } from "../src/worker/messages.ts";
import { QualityMeter } from "../src/worker/quality.ts";

const ROOT = new URL("../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const locales = readdirSync(new URL("locales/", ROOT)).map((file) => ({
  file,
  text: read(`locales/${file}`),
}));
const keysOf = (text: string) => new Set(text.match(/^[a-z][\w-]*(?= =)/gm));

/** The keys that the sources name, with what is put together filled in. */
function keysUsed(): Set<string> {
  const sources = readdirSync(new URL("src/", ROOT), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(svelte|ts)$/.test(path) && !path.includes("generated"))
    .map((path) => read(`src/${path}`));
  const all = sources.join("\n");
  const literal = [...all.matchAll(/\bt\(\s*"([\w-]+)"/g)].map(([, key]) => key ?? "");
  const notices = [...all.matchAll(/"((?:login|error)-[a-z]+)"/g)].map(([, key]) => key ?? "");
  const reasons = [...all.matchAll(/\[RefusalCode\.\w+\]: "([\w-]+)"/g)].map(
    ([, reason]) => `refusal-${reason}`,
  );
  const refusals = [
    ...RULES.map((rule) => `rule-${rule.replaceAll("_", "-")}`),
    ...PROBLEM_KEYS.map((key) => `problem-${key}`),
  ];
  const stages = STAGES.map((stage) => `stage-${stage}`);
  return new Set([...literal, ...notices, ...reasons, ...refusals, ...stages]);
}

describe("words", () => {
  const used = keysUsed();
  test.each(locales)("every key used stands in $file", ({ text }) => {
    const keys = keysOf(text);
    expect([...used].filter((key) => !keys.has(key))).toEqual([]);
  });

  test("all languages have the same keys", () => {
    const [first, ...others] = locales.map(({ text }) => [...keysOf(text)].sort());
    expect(first?.length).toBeGreaterThan(50);
    for (const other of others) {
      expect(other).toEqual(first);
    }
  });

  test.each(locales)("$file has no faults of syntax", ({ file, text }) => {
    const bundle = new FluentBundle(file.replace(".ftl", ""));
    expect(bundle.addResource(new FluentResource(text))).toEqual([]);
    expect([...keysOf(text)].filter((key) => !bundle.hasMessage(key))).toEqual([]);
  });

  test.each(locales)("S179 the primary display is marked with the letter P in $file", ({ file, text }) => {
    const bundle = new FluentBundle(file.replace(".ftl", ""), { useIsolating: false });
    bundle.addResource(new FluentResource(text));
    const pattern = bundle.getMessage("session-display-item")?.value ?? "";
    const name = (primary: string) =>
      bundle.formatPattern(pattern, { primary, name: "HDMI-1", width: "1920", height: "1080" }).trim();
    expect(name("yes")).toBe("P HDMI-1 (1920 × 1080)");
    expect(name("no")).toBe("HDMI-1 (1920 × 1080)");
  });
});

describe("pointer", () => {
  const shape = { url: "blob:x", width: 24, height: 24, hotX: 5, hotY: 7 };

  test("it keeps its size in device pixels", () => {
    expect(cssCursor(shape, 1)).toBe('image-set(url("blob:x") 1x) 5 7, default');
    expect(cssCursor(shape, 2)).toBe('image-set(url("blob:x") 2x) 3 4, default');
  });

  test("nothing is drawn while it is hidden, and the usual one when it is too large for a browser", () => {
    expect(cssCursor(undefined, 1)).toBe("none");
    expect(cssCursor({ ...shape, width: 256 }, 1)).toBe("default");
  });
});

test("S177 a screenshot's file has a name that every system takes", () => {
  expect(screenshotName('a/b:c*"büro"', new Date(2026, 10, 2, 3, 4, 5))).toBe(
    "a_b_c__büro_ 2026-11-02 03.04.05.png",
  );
});

describe("quality", () => {
  test("input to pixel is from the input to the frame that shows its effect", () => {
    const meter = new QualityMeter(0);
    meter.sent(7, 100);
    meter.shown(6, 20, 110);
    meter.shown(7, 30, 125);
    expect(meter.take(1000, 50_000)).toEqual({
      ageMs: 30,
      inputToPixelMs: 25,
      framesPerSecond: 2,
      bytesPerSecond: 50_000,
    });
  });

  test("the last input's figure stays until the next, the others do not", () => {
    const meter = new QualityMeter(0);
    meter.sent(1, 0);
    meter.shown(1, 5, 40);
    meter.take(1000, 0);
    expect(meter.take(2000, 0)).toEqual({ inputToPixelMs: 40, framesPerSecond: 0, bytesPerSecond: 0 });
  });
});
