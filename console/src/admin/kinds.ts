/**
 * The kinds of records: what a new one begins with, and what a list shows of each.
 *
 * @module
 */
import type { Kind, Kinds, Stored } from "../api/records.ts";

type Translate = (key: string, variables?: Record<string, string | number>) => string;

/** What a list shows beside the name: the key of its heading, and its text. */
export interface ListColumn<K extends Kind> {
  readonly label: string;
  readonly text: (record: Kinds[K], t: Translate, nameOf: (kind: Kind, id: number) => string) => string;
}

interface KindOf<K extends Kind> {
  /** What a new one begins with. */
  readonly blank: () => Kinds[K];
  readonly columns: readonly ListColumn<K>[];
}

const yesNo = (t: Translate, is: boolean) => t(is ? "admin-yes" : "admin-no");

const count = <T>(list: readonly T[] | object) =>
  String(Array.isArray(list) ? list.length : Object.keys(list).length);

/** A number of which nothing exists, so that what has to be chosen is not chosen yet. */
const NONE = 0;

export const KINDS: { readonly [K in Kind]: KindOf<K> } = {
  account: {
    blank: () => ({
      user: "",
      name: "",
      email: null,
      is_enabled: true,
      is_administrator: false,
      is_on_portals: false,
      permissions: {},
      paths: { allow: [], deny: [] },
    }),
    columns: [
      { label: "admin-user", text: ({ user }) => user },
      { label: "admin-email", text: ({ email }) => email ?? "–" },
      { label: "admin-enabled", text: ({ is_enabled }, t) => yesNo(t, is_enabled) },
      { label: "admin-administrator", text: ({ is_administrator }, t) => yesNo(t, is_administrator) },
    ],
  },
  team: {
    blank: () => ({ name: "", comments: "", members: {}, permissions: {} }),
    columns: [
      { label: "admin-members", text: ({ members }) => count(members) },
      { label: "admin-comments", text: ({ comments }) => comments },
    ],
  },
  issue: {
    blank: () => ({ name: "", team: NONE, may_ask_for_help: false }),
    columns: [
      { label: "admin-team", text: ({ team }, _, nameOf) => nameOf("team", team) },
      { label: "admin-ask-for-help", text: ({ may_ask_for_help }, t) => yesNo(t, may_ask_for_help) },
    ],
  },
  portal: {
    blank: () => ({
      name: "",
      path: "/",
      host: null,
      takes_keys: true,
      shows_technicians: false,
      issues: [],
      brand: { title: "", greeting: "", color: null, logo: null },
    }),
    columns: [
      { label: "admin-path", text: ({ path }) => path },
      { label: "admin-host", text: ({ host }) => host ?? "–" },
      { label: "admin-takes-keys", text: ({ takes_keys }, t) => yesNo(t, takes_keys) },
    ],
  },
  queue_rule: {
    blank: () => ({
      name: "",
      queue: { kind: "team", id: NONE },
      when: { waited_for: 300 },
      // biome-ignore lint/suspicious/noThenProperty: the relay names it so, and it is no function.
      then: "end",
    }),
    columns: [
      {
        label: "admin-rule-queue",
        text: ({ queue }, t, nameOf) =>
          queue.kind === "team"
            ? t("admin-queue-team", { name: nameOf("team", queue.id) })
            : t("admin-queue-personal", { name: nameOf("account", queue.id) }),
      },
      {
        label: "admin-rule-then",
        text: ({ then }, t) => t(then === "end" ? "admin-then-end" : "admin-then-move"),
      },
    ],
  },
  jump_group: {
    blank: () => ({ name: "", comments: "", access: [] }),
    columns: [
      { label: "admin-access", text: ({ access }) => count(access) },
      { label: "admin-comments", text: ({ comments }) => comments },
    ],
  },
  role: {
    blank: () => ({ name: "", rights: ["start"], session: ["view", "control"] }),
    columns: [
      {
        label: "admin-role-items",
        text: ({ rights }, t) => rights.map((right) => t(`admin-right-${right}`)).join(", "),
      },
    ],
  },
  jump_policy: {
    blank: () => ({
      name: "",
      schedule: null,
      ends_sessions: false,
      consent: { is_asked: false, timeout_s: 60, nobody_answers: "deny" },
      session_policy: null,
    }),
    columns: [
      { label: "admin-schedule-on", text: ({ schedule }, t) => schedule?.time_zone ?? yesNo(t, false) },
      { label: "admin-consent-on", text: ({ consent }, t) => yesNo(t, consent.is_asked) },
    ],
  },
  session_policy: {
    blank: () => ({
      name: "",
      comments: "",
      is_for_externals: false,
      records_shells: false,
      permissions: ["view"],
      paths: { allow: [], deny: [] },
    }),
    columns: [
      { label: "admin-for-externals", text: ({ is_for_externals }, t) => yesNo(t, is_for_externals) },
      { label: "admin-comments", text: ({ comments }) => comments },
    ],
  },
  script: {
    blank: () => ({
      name: "",
      comments: "",
      teams: [],
      parameters: [],
      bodies: [{ os: "linux", interpreter: "sh", text: "" }],
      timeout_s: 600,
    }),
    columns: [
      {
        label: "admin-script-systems",
        text: ({ bodies }, t) => bodies.map(({ os }) => t(`admin-os-${os}`)).join(", "),
      },
      { label: "admin-comments", text: ({ comments }) => comments },
    ],
  },
};

export function isKind(word: string): word is Kind {
  return word in KINDS;
}

/** The records whose name, or other text of the list, has all the words. */
export function matching<K extends Kind>(
  list: readonly Stored<K>[],
  words: string,
  textOf: (one: Stored<K>) => string,
): Stored<K>[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return list.filter((one) => {
    const text = textOf(one).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
