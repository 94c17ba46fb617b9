/**
 * Records: what administrators keep. Each is sent whole, and whoever changes one names the version that was read. Types
 * are those of `engine/desk/src/record`.
 *
 * @module
 */
import type { Effective, PathLimits, Permission, Queue } from "./desk.ts";
import { request, withQuery } from "./http.ts";
import type { JumpRight } from "./jump.ts";

/** What one source says of a permission; what is not listed is inherited. */
export type Setting = "allowed" | "denied" | "inherited";
export type Settings = Partial<Record<Permission, Setting>>;

export interface Account {
  user: string;
  name: string;
  email: string | null;
  is_enabled: boolean;
  is_administrator: boolean;
  /** Whether customers may choose it on public pages. */
  is_on_portals: boolean;
  permissions: Settings;
  paths: Editable<PathLimits>;
}

export type TeamRole = "member" | "lead" | "manager";

export interface Team {
  name: string;
  comments: string;
  /** By the number of the account. */
  members: Record<string, TeamRole>;
  permissions: Settings;
}

export interface Issue {
  name: string;
  team: number;
  may_ask_for_help: boolean;
}

export interface Portal {
  name: string;
  /** `/` for the first. */
  path: string;
  host: string | null;
  takes_keys: boolean;
  shows_technicians: boolean;
  issues: number[];
  brand: { title: string; greeting: string; color: string | null; logo: string | null };
}

export interface QueueRule {
  name: string;
  queue: Queue;
  when: "nobody_there" | { waited_for: number };
  then: "end" | { move: Queue };
}

/** Who is given access to a group, and as what. */
export interface Grant {
  to: { kind: "account" | "team"; id: number };
  role: number;
}

export interface JumpGroup {
  name: string;
  comments: string;
  access: Grant[];
}

export interface Role {
  name: string;
  rights: JumpRight[];
  /** What may be done in sessions with the items. */
  session: Permission[];
}

/** A span on some days of the week; 1 is Monday. One that ends before it begins ends on the next day. */
export interface Window {
  days: number[];
  opens_min: number;
  closes_min: number;
}

export interface Schedule {
  /** IANA name, such as `Europe/Paris`. */
  time_zone: string;
  windows: Window[];
}

/** Whether somebody at the computer is asked before anything of it is seen, and what silence means. */
export interface Consent {
  is_asked: boolean;
  timeout_s: number;
  nobody_answers: "allow" | "deny";
}

export interface JumpPolicy {
  name: string;
  /** None: always. */
  schedule: Schedule | null;
  ends_sessions: boolean;
  consent: Consent;
  session_policy: number | null;
}

export interface SessionPolicy {
  name: string;
  comments: string;
  is_for_externals: boolean;
  records_shells: boolean;
  permissions: Permission[];
  paths: Editable<PathLimits>;
}

export const OPERATING_SYSTEMS = ["linux", "windows", "macos"] as const;
export type OperatingSystem = (typeof OPERATING_SYSTEMS)[number];

export const INTERPRETERS = ["sh", "bash", "python3", "perl", "powershell", "cmd"] as const;
export type Interpreter = (typeof INTERPRETERS)[number];

/** Something that a technician fills in before a script runs. */
export interface ScriptParameter {
  name: string;
  label: string;
  default: string;
  is_required: boolean;
}

/** A script for one kind of system. */
export interface ScriptBody {
  os: OperatingSystem;
  interpreter: Interpreter;
  text: string;
}

export interface ScriptRecord {
  name: string;
  comments: string;
  /** Whose members may run it; none: everybody who may run scripts. */
  teams: number[];
  parameters: ScriptParameter[];
  bodies: ScriptBody[];
  timeout_s: number;
}

export interface Site {
  name: string;
  /** S5: whether technicians may log in to web consoles at all. */
  allows_web_consoles: boolean;
  lost_technician_grace_s: number;
  lost_customer_grace_s: number;
  key_lifetime_max_s: number;
  languages: string[];
  records_shells: boolean;
  /** 0: for ever. */
  recordings_kept_days: number;
  /** Of customers who came by themselves. */
  attended_consent: Consent;
  permissions: Settings;
}

/** The records by their kind. */
export interface Kinds {
  account: Account;
  team: Team;
  issue: Issue;
  portal: Portal;
  queue_rule: QueueRule;
  jump_group: JumpGroup;
  role: Role;
  jump_policy: JumpPolicy;
  session_policy: SessionPolicy;
  script: ScriptRecord;
}

export type Kind = keyof Kinds;

/** A record with its name and version. */
export interface Stored<K extends Kind = Kind> {
  readonly id: number;
  readonly version: number;
  readonly kind: K;
  readonly record: Kinds[K];
}

type Editable<T> = {
  -readonly [Field in keyof T]: T[Field] extends readonly (infer Item)[] ? Item[] : T[Field];
};

/** The most that the relay gives at once. */
const PAGE = 200;

/** All records of a kind, by number. */
export async function records<K extends Kind>(kind: K): Promise<Stored<K>[]> {
  const all: Stored<K>[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const path: string = withQuery(`/api/records/${kind}`, { after, limit: PAGE });
    const page: { records: Stored<K>[]; next_after: number | null } = await request("GET", path);
    all.push(...page.records);
    after = page.next_after;
  }
  return all;
}

export const record = <K extends Kind>(kind: K, id: number): Promise<Stored<K>> =>
  request("GET", `/api/records/${kind}/${id}`);

export const create = <K extends Kind>(kind: K, own: Kinds[K]): Promise<Stored<K>> =>
  request("POST", "/api/records", { kind, record: own });

export const change = <K extends Kind>({ kind, id, version, record: own }: Stored<K>): Promise<Stored<K>> =>
  request("PUT", `/api/records/${kind}/${id}`, { version, kind, record: own });

export const remove = (kind: Kind, id: number): Promise<void> =>
  request("DELETE", `/api/records/${kind}/${id}`);

export interface StoredSite {
  readonly version: number;
  readonly record: Site;
}

export const site = (): Promise<StoredSite> => request("GET", "/api/site");
export const changeSite = (changed: StoredSite): Promise<StoredSite> => request("PUT", "/api/site", changed);

/** What an account may do, and who says so. */
export const permissionsOf = (account: number): Promise<Record<Permission, Effective>> =>
  request("GET", `/api/accounts/${account}/permissions`);
