/**
 * The administration: addresses, schedules, times in words, browsers' names, and that every page has its words.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

import { wordsOf } from "../scripts/words.ts";
import { aboutOf } from "../src/admin/about.ts";
import { addressOf, routeOf } from "../src/admin/address.ts";
import { browserOf } from "../src/admin/browser-name.ts";
import { beginningOf, endOf } from "../src/admin/day.ts";
import { bytesInWords, inWords, unitOf } from "../src/admin/duration.ts";
import { DEEDS, EVENTS, eventText, FILE_DEEDS, STEPS } from "../src/admin/event.ts";
import { KINDS, matching } from "../src/admin/kinds.ts";
import { pagesFor } from "../src/admin/pages.ts";
import { PERMISSION_GROUPS, SESSION_PERMISSIONS } from "../src/admin/permissions.ts";
import { ratingOf } from "../src/admin/rating.ts";
import { clockOf, minutesOf, stretches } from "../src/admin/schedule.ts";
import { SIGN_IN_KEYS, signInFailure } from "../src/admin/sign-in-failure.ts";
import { RequestError } from "../src/api/problem.ts";

describe("a line of the log", () => {
  const line = (fact: Record<string, unknown>) => ({
    ...{ seq: 1, at: "2026-11-02T08:00:00Z", actor: "account:7", address: "", login: null, hash: "" },
    fact,
  });

  test.each([
    [
      {
        event: "created",
        id: { kind: "team", id: 3 },
        record: { kind: "team", record: { name: "Support" } },
      },
      { object: "team:3", name: "Support" },
    ],
    [{ event: "removed", id: { kind: "script", id: 4 } }, { object: "script:4" }],
    [{ event: "moved", session: 12, by: 7, account: 7 }, { object: "session:12" }],
    [{ event: "used", item: "b115e92bc7fb2139", by: 7 }, { object: "item:b115e92bc7fb2139" }],
    [{ event: "logged_in", account: 7, detail: "" }, { object: "account:7" }],
    [{ event: "refused", account: null, detail: "nobody" }, undefined],
    [{ event: "site_changed", version: 2, site: { name: "Nearhand" } }, undefined],
  ])("%j is about %j", (fact, about) => {
    expect(aboutOf(line(fact))).toEqual(about);
  });
});

describe("what happened", () => {
  const said = (fact: Record<string, unknown>) =>
    eventText(
      { seq: 1, at: "", actor: "relay", address: "", login: null, hash: "", fact },
      (key, variables) => [key, ...Object.values(variables ?? {})].join(" "),
    );

  test.each([
    [{ subject: "session", event: "customer_came" }, "admin-event-session-customer-came"],
    [
      { subject: "session", event: "acted", deed: { what: "end_process" }, step: { step: "timed_out" } },
      "admin-event-deed admin-deed-end-process admin-step-timed-out",
    ],
    [{ subject: "act", event: "file_list" }, "admin-event-deed admin-deed-file-list admin-step-done"],
    [
      { subject: "act", event: "file_upload_broken_off" },
      "admin-event-deed admin-deed-file-upload admin-step-broken",
    ],
    [{ subject: "session", event: "not_known_yet" }, "admin-subject-session · not_known_yet"],
    [{ subject: "act", event: "file_upload_not_known" }, "admin-subject-act · file_upload_not_known"],
  ])("%j is told by its text, or by its names", (fact, text) => {
    expect(said(fact)).toBe(text);
  });

  test.each(["en", "fr"])("all of it has words in %s", (language) => {
    const text = readFileSync(new URL(`../locales/${language}.ftl`, import.meta.url), "utf8");
    const keys = [
      ...Object.entries(EVENTS).flatMap(([subject, events]) =>
        events.map((one) => `event-${subject}-${one}`),
      ),
      ...[...DEEDS, ...FILE_DEEDS].map((deed) => `deed-${deed}`),
      ...STEPS.map((step) => `step-${step}`),
    ].map((key) => `admin-${key.replaceAll("_", "-")} = `);
    expect(keys.filter((key) => !text.includes(`\n${key}`))).toEqual([]);
  });
});

describe("an address", () => {
  test.each([
    ["#/team", { page: "team", id: "", query: {} }],
    ["#/team/7", { page: "team", id: "7", query: {} }],
    [
      "#/audit?actor=account%3A7&since=2026-11-02",
      { page: "audit", id: "", query: { actor: "account:7", since: "2026-11-02" } },
    ],
    ["", { page: "", id: "", query: {} }],
  ])("%j is read, and written the same", (hash, route) => {
    expect(routeOf(hash)).toEqual(route);
    expect(routeOf(addressOf(route.page, route.id, route.query))).toEqual(route);
  });

  test("what is empty is not in it", () => {
    expect(addressOf("audit", "", { actor: "", event: "ended" })).toBe("#/audit?event=ended");
  });
});

describe("a schedule", () => {
  test("a night is cut at midnight, and Sunday's goes on on Monday", () => {
    expect(stretches([{ days: [7], opens_min: 22 * 60, closes_min: 6 * 60 }])).toEqual([
      { day: 7, from: 1320, to: 1440 },
      { day: 1, from: 0, to: 360 },
    ]);
  });

  test("the same time twice is a whole day, and the end of a day is its midnight", () => {
    expect(stretches([{ days: [2], opens_min: 0, closes_min: 0 }])).toEqual([{ day: 2, from: 0, to: 1440 }]);
    expect(stretches([{ days: [2], opens_min: 480, closes_min: 1440 }])).toEqual([
      { day: 2, from: 480, to: 1440 },
    ]);
    expect(clockOf(1440)).toBe("00:00");
  });

  test.each([0, 1, 59, 60, 605, 1439])("minute %i of a day is written and read as a clock", (minute) => {
    expect(minutesOf(clockOf(minute))).toBe(minute);
  });

  test.each(["", "24:00", "7:00", "07:60", "x"])("%j is no time", (text) => {
    expect(minutesOf(text)).toBeUndefined();
  });
});

describe("in words", () => {
  test.each([
    [0, "0 sec"],
    [59, "59 sec"],
    [3600, "1 hr"],
    [12_000, "3 hr 20 min"],
    [90_000, "1 day 1 hr"],
  ])("%i seconds are %s", (seconds, words) => {
    expect(inWords(seconds, "en")).toBe(words);
  });

  test.each([
    [1, "seconds"],
    [90, "seconds"],
    [300, "minutes"],
    [7200, "hours"],
    [604_800, "days"],
    [0, "seconds"],
  ])("%i seconds are edited in %s", (seconds, unit) => {
    expect(unitOf(seconds)).toBe(unit);
  });

  test("bytes have the unit in which they are short", () => {
    expect(bytesInWords(999, "en")).toBe("999 byte");
    expect(bytesInWords(3_200_000_000, "en")).toBe("3.2 GB");
    expect(bytesInWords(3_200_000, "fr")).toMatch(/^3,2\sMo$/);
  });
});

test.each([
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    "Chrome · Linux",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36 Edg/150.0",
    "Edge · Windows",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
    "Safari · macOS",
  ],
  ["Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox · Windows"],
  ["curl/8.0", "curl/8.0"],
  ["", "–"],
])("%s is %s", (device, name) => {
  expect(browserOf(device)).toBe(name);
});

test("a day of a filter goes from its midnight to the next", () => {
  const hours =
    (new Date(endOf("2026-11-02") ?? "").getTime() - new Date(beginningOf("2026-11-02") ?? "").getTime()) /
    3_600_000;
  expect(hours).toBe(24);
  expect(beginningOf("")).toBeUndefined();
  expect(endOf("nonsense")).toBeUndefined();
});

test("a rating is found among the lines of a report", () => {
  const line = (fact: object) => ({
    seq: 1,
    at: "",
    actor: "",
    address: "",
    login: null,
    hash: "",
    fact: { ...fact },
  });
  const lines = [
    line({ subject: "session", event: "ended" }),
    line({ subject: "rating", event: "rated", rating: { stars: 4, comment: "" } }),
  ];
  expect(ratingOf(lines)?.stars).toBe(4);
  expect(ratingOf([])).toBeUndefined();
});

test("a list is narrowed by every word", () => {
  const list = ["Printers north", "Printers south", "Tills"].map((name, id) => ({
    id,
    version: 1,
    kind: "team" as const,
    record: { ...KINDS.team.blank(), name },
  }));
  const found = (words: string) => matching(list, words, (one) => one.record.name).map(({ id }) => id);
  expect(found("printers SOUTH")).toEqual([1]);
  expect(found("  ")).toEqual([0, 1, 2]);
});

test("S17 who is no administrator sees his own pages, and an administrator all of them", () => {
  expect(pagesFor(false)).toEqual(["me", "reports"]);
  expect(pagesFor(true)).toEqual(expect.arrayContaining(Object.keys(KINDS)));
});

test("every permission stands in one group", () => {
  const all = PERMISSION_GROUPS.flatMap(({ permissions }) => permissions);
  expect(new Set(all).size).toBe(all.length);
  expect(all).toHaveLength(24);
  expect(all).toEqual(expect.arrayContaining([...SESSION_PERMISSIONS]));
});

test("what is wrong with a password is said in the language of the page", () => {
  const refused = new RequestError("x", { type: "", title: "t", status: 422, key: "password-too-short" });
  expect(signInFailure(refused, (key) => key)).toBe("admin-refused-password-too-short");
});

/** What only somebody from outside loads, once there is a screen for him. */
const GUEST = new URL("../src/portal/GuestScreen.svelte", import.meta.url).pathname;

/** A source file and all that it imports, of our own. */
function reached(entry: string): Map<string, string> {
  const found = new Map<string, string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (found.has(path) || !existsSync(path) || (entry !== GUEST && path === GUEST)) {
      continue;
    }
    const text = readFileSync(path, "utf8");
    found.set(path, text);
    for (const [, target] of text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
      waiting.push(join(dirname(path), target ?? ""));
    }
  }
  return found;
}

const LOCALES = new URL("../locales/", import.meta.url).pathname;

/** The words that the sources of a page say, as far as they stand in them. */
function said(sources: ReadonlyMap<string, string>): { whole: Set<string>; begun: Set<string> } {
  const all = [...sources.values()].join("\n");
  const keys = (pattern: RegExp) => [...all.matchAll(pattern)].map(([, key]) => key ?? "");
  return {
    whole: new Set([...keys(/\bt\(\s*"([\w-]+)"/g), ...keys(/"((?:portal|admin)-[a-z_-]+[a-z_])"/g)]),
    // Beginnings of keys that are put together.
    begun: new Set(keys(/\bt\(\s*`([\w-]+)\$\{/g)),
  };
}

/** The keys that a page loads of a language, by the subjects that it names. */
function loaded(file: string, subjects: string): Set<string> {
  const text = wordsOf(readFileSync(join(LOCALES, file), "utf8"), subjects.split(","));
  return new Set(text.match(/^[a-z][\w-]*(?= =)/gm));
}

describe.each([
  ["portal", "portal/main.ts", 1],
  ["admin", "admin/main.ts", 0],
  ["portal for somebody from outside", "portal/GuestScreen.svelte", 0],
])("the page of the %s", (page, file, list) => {
  const sources = reached(new URL(`../src/${file}`, import.meta.url).pathname);
  const main = new URL(`../src/${file.split("/")[0]}/main.ts`, import.meta.url).pathname;
  const lists = [...readFileSync(main, "utf8").matchAll(/\?words=([\w,-]+)/g)];
  const { whole, begun } = said(sources);

  test.each(readdirSync(LOCALES))("loads every word that it says from %s", (language) => {
    const keys = loaded(language, lists[list]?.[1] ?? "");
    expect([...whole].filter((key) => !keys.has(key))).toEqual([]);
    expect([...begun].filter((start) => ![...keys].some((key) => key.startsWith(start)))).toEqual([]);
  });

  test.skipIf(page.includes("outside"))("loads nothing of the technicians' console", () => {
    const ofConsole = /src\/(worker|wire|screen|codec|link)\//;
    expect([...sources.keys()].filter((path) => ofConsole.test(path))).toEqual([]);
  });
});

test("every way, permission and kind has its words", () => {
  const keys = new Set(readFileSync(join(LOCALES, "en.ftl"), "utf8").match(/^[a-z][\w-]*(?= =)/gm));
  const permissions = PERMISSION_GROUPS.flatMap((group) => group.permissions);
  const wanted = [
    ...permissions.map((permission) => `permission-${permission.replaceAll("_", "-")}`),
    ...SIGN_IN_KEYS.map((key) => `admin-refused-${key}`),
    ...Object.entries(KINDS).flatMap(([kind, { columns }]) => [
      `admin-kind-${kind}`,
      `admin-kind-${kind}-hint`,
      `admin-kind-${kind}-none`,
      `admin-new-${kind}`,
      ...columns.map(({ label }) => label),
    ]),
    ...["customer", "helper", "nobody", "lost", "unknown"].map((why) => `portal-over-${why}`),
    ...["removed", "inviter_gone", "ended", "left", "lost", "unknown"].map(
      (why) => `portal-guest-over-${why}`,
    ),
  ];
  expect(wanted.filter((key) => !keys.has(key))).toEqual([]);
});
