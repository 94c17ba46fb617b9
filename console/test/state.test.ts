/**
 * What the pages keep and decide: addresses, settings, drafts, readings, chats, tabs, searches.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const stored = vi.hoisted(() => {
  const words = new Map<string, string>();
  const storage = {
    getItem: (key: string) => words.get(key) ?? null,
    setItem: (key: string, value: string) => void words.set(key, value),
    removeItem: (key: string) => void words.delete(key),
  };
  // Object.keys() of a storage gives its names.
  const localStorage = new Proxy(storage, {
    ownKeys: () => [...words.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: "" }),
  });
  const navigator = { languages: ["en"] };
  Object.assign(globalThis, {
    localStorage,
    navigator,
    location: { hash: "" },
    addEventListener: () => undefined,
  });
  return words;
});

vi.mock("../src/api/desk.ts", async (original) => ({
  ...(await original<typeof import("../src/api/desk.ts")>()),
  messages: vi.fn(),
  say: vi.fn(),
}));

import type { Said, Session } from "../src/api/desk.ts";
import * as api from "../src/api/desk.ts";
import { findCommands } from "../src/pages/frame/commands.ts";
import { criteriaOf } from "../src/pages/jump/criteria.ts";
import { mayIn } from "../src/pages/jump/rights.ts";
import { tagsOf } from "../src/pages/jump/tags.ts";
import { validities } from "../src/pages/keys/validity.ts";
import { Channel } from "../src/state/channel.ts";
import { Chat } from "../src/state/chat.svelte.ts";
import { desk } from "../src/state/desk.svelte.ts";
import { draftOf, dropOldDrafts, keepDraft } from "../src/state/drafts.ts";
import { objectsOf, topicsOf } from "../src/state/news.ts";
import { Reading } from "../src/state/reading.svelte.ts";
import { addressOf, parseRoute, type Route } from "../src/state/route.svelte.ts";
import { sessions } from "../src/state/sessions.svelte.ts";
import { settingsOf } from "../src/state/settings.svelte.ts";

beforeEach(() => {
  vi.useFakeTimers();
  stored.clear();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("addresses", () => {
  const pages: Route[] = [
    { page: "queue", queue: "personal" },
    { page: "queue", queue: 5, session: 12 },
    { page: "team-chat", team: 5 },
    { page: "jump" },
    { page: "jump", place: "group:3", search: "tag:printer room 2" },
    { page: "session", session: 12 },
    { page: "computer", endpointId: "00ff" },
    { page: "chat", session: 12 },
  ];

  test.each(pages)("$page reads back from its address", (page) => {
    expect(parseRoute(addressOf(page))).toEqual(page);
  });

  test("what names no page is one's own queue", () => {
    for (const hash of ["", "#/", "#/nothing", "#/queue/x", "#/session/1x", "#/session/", "#/%E0%A4%A"]) {
      expect(parseRoute(hash), hash).toEqual({ page: "queue", queue: "personal" });
    }
  });
});

test("what was stored under our name by somebody else does not break the page", () => {
  const usual = settingsOf(null);
  for (const text of ["", "{", "null", "[]", '{"sound":"yes","chatWidth":"wide"}']) {
    expect(settingsOf(text), text).toEqual(usual);
  }
  expect(settingsOf('{"sound":false,"unknown":1}')).toEqual({ ...usual, sound: false });
});

describe("drafts", () => {
  test("what is typed is kept until it is sent", () => {
    keepDraft("7.session.12", "The cable");
    expect(draftOf("7.session.12")).toBe("The cable");
    expect(draftOf("7.session.13")).toBe("");
    keepDraft("7.session.12", "");
    expect(stored.size).toBe(0);
  });

  test("what nobody will send is dropped after a day", () => {
    keepDraft("7.session.12", "old");
    vi.advanceTimersByTime(25 * 3600 * 1000);
    keepDraft("7.session.13", "new");
    stored.set("nearhand.draft.broken", "{");
    dropOldDrafts(Date.now());
    expect([...stored.keys()]).toEqual(["nearhand.draft.7.session.13"]);
  });
});

describe("readings", () => {
  /** A relay that takes `tookMs` to answer, and counts. */
  function slow(tookMs: number) {
    const asked = { count: 0, atOnce: 0, atOnceMax: 0 };
    const read = async () => {
      asked.count += 1;
      asked.atOnce += 1;
      asked.atOnceMax = Math.max(asked.atOnceMax, asked.atOnce);
      await new Promise((resolve) => setTimeout(resolve, tookMs));
      asked.atOnce -= 1;
      return asked.count;
    };
    return { asked, read };
  }

  test("twenty changes a second of a slow list are few reads, one at a time, and the last counts", async () => {
    const { asked, read } = slow(100);
    const reading = new Reading(read);
    for (let at = 0; at < 200; at += 1) {
      reading.stale();
      await vi.advanceTimersByTimeAsync(50);
    }
    const during = asked.count;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(during).toBeLessThan(25);
    expect(asked.atOnceMax).toBe(1);
    expect(reading.value).toBe(asked.count);
  });

  test("a read that fails is tried again, more and more seldom, and says why", async () => {
    let isBroken = true;
    const read = vi.fn(async () => {
      if (isBroken) {
        throw new Error("no answer");
      }
      return "there";
    });
    const reading = new Reading(read);
    reading.stale();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(read.mock.calls.length).toBeLessThan(10);
    expect(String(reading.error)).toContain("no answer");
    isBroken = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect([reading.value, reading.error]).toEqual(["there", undefined]);
  });

  test("what is not wanted any more is not asked for", async () => {
    const { asked, read } = slow(10);
    const reading = new Reading(read);
    reading.stale();
    reading.clear();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([asked.count, reading.value]).toEqual([0, undefined]);
  });
});

describe("news", () => {
  test("a session's news make its lists old, and leave the rest alone", () => {
    const news = { subject: "session", event: "owned", objects: ["session:12", "account:7"] };
    expect(topicsOf(news)).toEqual(["queues", "lines", "sessions", "invitations"]);
    expect(objectsOf(news, "session")).toEqual([12]);
    expect(topicsOf({ subject: "something new", event: "x", objects: [] })).toEqual([]);
  });
});

describe("chats", () => {
  const said = (message: number, by: string): Said => ({
    message,
    by,
    at: "2026-01-01T00:00:00Z",
    text: "x",
  });

  test("S275 messages of others count until somebody looks; one's own and old ones do not", async () => {
    desk.me = {
      account: 7,
      user: "ann",
      name: "Ann",
      has_totp: false,
      is_administrator: false,
      site: "Site",
      languages: ["en"],
    };
    vi.mocked(api.messages).mockResolvedValueOnce([said(1, "customer:12"), said(2, "account:7")]);
    const chat = new Chat("session", 12);
    chat.stale();
    await vi.advanceTimersByTimeAsync(100);
    expect([chat.messages.length, chat.unread]).toEqual([2, 0]);
    vi.mocked(api.messages).mockResolvedValueOnce([said(3, "customer:12"), said(4, "account:7")]);
    chat.stale();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(vi.mocked(api.messages).mock.lastCall).toEqual([12, 2]);
    expect([chat.messages.length, chat.unread]).toEqual([4, 1]);
    chat.see(true);
    expect(chat.unread).toBe(0);
  });

  test("what cannot be sent stays typed", async () => {
    const chat = new Chat("session", 12);
    chat.draft = "The cable is out";
    vi.mocked(api.say).mockRejectedValueOnce(new Error("no answer"));
    await expect(chat.send()).rejects.toThrow("no answer");
    expect(chat.draft).toBe("The cable is out");
    expect(new Chat("session", 12).draft).toBe("The cable is out");
    vi.mocked(api.say).mockResolvedValueOnce(undefined);
    await chat.send();
    expect(chat.draft).toBe("");
  });
});

describe("tabs", () => {
  const mine = (id: number, item?: string): Session => ({
    id,
    origin: item ? { kind: "jump", item, by: 7, overrode_schedule: false } : { kind: "key", key: 1, by: 7 },
    customer: `customer ${id}`,
    question: "",
    language: null,
    client: item ? "installed" : "chat",
    presence: { is: "here" },
    started: "2026-01-01T00:00:00Z",
    owner: 7,
    queue: null,
    transfer: null,
    members: [],
    rights: { permissions: [], paths: [] },
  });

  /** The desk tells its list, and somebody shows it. */
  function told(list: Session[]) {
    desk.sessions.value = list;
    sessions.sync(list);
    for (const one of sessions.list) {
      void one.about;
    }
  }

  afterEach(() => {
    sessions.clear();
    desk.sessions.clear();
  });

  test("S81 S135 every session that one is in has one tab, and keeps its place", () => {
    told([mine(12), mine(13)]);
    told([mine(11), mine(13), mine(12)]);
    expect(sessions.list.map((one) => one.id)).toEqual([12, 13, 11]);
  });

  test("a Jump's tab takes the session that the desk tells of it", () => {
    const tab = sessions.jump("00ff");
    told([mine(12, "00ff")]);
    expect(sessions.list).toEqual([tab]);
    expect(tab.id).toBe(12);
    expect(sessions.jump("00ff")).toBe(tab);
  });

  test("S281 a session that somebody else ended stays, as over, until it is closed", () => {
    told([mine(12)]);
    told([]);
    const [tab] = sessions.list;
    expect([tab?.isOver, tab?.name, tab?.may("control")]).toEqual([true, "customer 12", false]);
    if (tab) {
      sessions.close(tab);
    }
    expect(sessions.list).toEqual([]);
  });

  test("a tab that was closed does not come back by a list that lags behind, but by coming in again", () => {
    told([mine(12)]);
    const [tab] = sessions.list;
    if (tab) {
      sessions.close(tab);
    }
    told([mine(12)]);
    expect(sessions.list).toEqual([]);
    sessions.expect(12);
    told([mine(12)]);
    expect(sessions.list.map((one) => one.id)).toEqual([12]);
  });
});

describe("channels", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);

  test("what arrives is read in order, and then the end", async () => {
    const channel = new Channel(() => undefined);
    channel.take({ kind: "bytes", bytes: bytes(1) });
    channel.take({ kind: "bytes", bytes: bytes(2, 3) });
    channel.take({ kind: "ended", why: "reset", code: 5 });
    const read: number[] = [];
    for await (const piece of channel) {
      read.push(...piece);
    }
    expect(read).toEqual([1, 2, 3]);
    expect(await channel.ended).toEqual({ why: "reset", code: 5 });
  });

  test("a writer waits for a line that is slow, and not for one that is gone", async () => {
    const sent: unknown[] = [];
    const channel = new Channel((wish) => sent.push(wish));
    const writes = Array.from({ length: 20 }, () => channel.write(bytes(0)));
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.length).toBe(8);
    channel.take({ kind: "taken" });
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.length).toBe(9);
    channel.take({ kind: "ended", why: "lost", code: undefined });
    await Promise.all(writes);
    expect(sent.length).toBe(9);
  });
});

describe("searches", () => {
  test("S36 S39 words look everywhere, named ones in one place", () => {
    expect(criteriaOf("front desk")).toEqual({ search_string: "front desk" });
    expect(criteriaOf('tag:printer host:web site_code:"Main Street" room')).toEqual({
      search_string: "room",
      "client.tag": "printer",
      "client.hostname": "web",
      "session.custom.site_code": "Main Street",
    });
    expect(criteriaOf("fe80::1")).toEqual({ search_string: "fe80::1" });
    expect(criteriaOf("  ")).toEqual({});
  });

  test("tags are words between commas, each once", () => {
    expect(tagsOf(" a, b ,, a,c d ")).toEqual(["a", "b", "c d"]);
    expect(tagsOf("")).toEqual([]);
  });

  test("the palette finds by parts of words, without accents, beginnings first", () => {
    const command = (label: string) => ({ id: label, label, kind: "", run: () => undefined });
    const all = [command("My queue"), command("Équipe bleue"), command("Sign out")];
    const labels = (typed: string) => findCommands(all, typed).map((one) => one.label);
    expect(labels("equipe")).toEqual(["Équipe bleue"]);
    expect(labels("que")).toEqual(["My queue"]);
    expect(labels("ue")).toEqual(["My queue", "Équipe bleue"]);
    expect(labels("").length).toBe(3);
    expect(labels("x")).toEqual([]);
  });
});

test("S86 a key's time is told in minutes, hours or days", () => {
  const words = validities((key, variables) => `${key} ${variables?.["count"]}`);
  expect(words[0]).toEqual({ value: 600, label: "validity-minutes 10" });
  expect(words.at(-1)).toEqual({ value: 7 * 24 * 3600, label: "validity-days 7" });
});

test("S97 what may be done with a computer is what its place allows", () => {
  const places = [
    {
      place: { kind: "group", id: 3 } as const,
      name: "A",
      items: 1,
      access: { rights: ["start"] as const, session: [] },
    },
  ];
  expect(mayIn(places, { kind: "group", id: 3 }, "start")).toBe(true);
  expect(mayIn(places, { kind: "group", id: 3 }, "edit")).toBe(false);
  expect(mayIn(places, { kind: "personal", id: 3 }, "start")).toBe(false);
});
