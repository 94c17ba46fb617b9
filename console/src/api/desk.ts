/**
 * The support desk over HTTP: queues, sessions, invitations, chats, keys. Types are those of `relay/src/api`.
 *
 * @module
 */
import { request, requestList, withQuery } from "./http.ts";

/** Where sessions wait: with a technician (`id` of the account) or a team. */
export interface Queue {
  readonly kind: "personal" | "team";
  readonly id: number;
}

/** Somebody who works in a session: a technician, or somebody from outside. */
export interface Participant {
  readonly kind: "account" | "external";
  readonly id: number;
}

/** What an account may be allowed, by the names of the desk. */
export type Permission =
  | "view"
  | "control"
  | "restrict_customer"
  | "shell"
  | "list_files"
  | "upload"
  | "download"
  | "change_files"
  | "read_clipboard"
  | "write_clipboard"
  | "system_information"
  | "manage_processes"
  | "actions"
  | "scripts"
  | "run_as"
  | "install_jump_items"
  | "generate_keys"
  | "share_with_other_teams"
  | "invite_externals"
  | "jump"
  | "all_jump_items"
  | "team_personal_items"
  | "edit_jump_policies"
  | "reports";

/** Who decides about a permission. */
export interface Source {
  readonly kind: "account" | "team" | "site" | "administrator" | "nobody";
  readonly id?: number;
}

export interface Effective {
  readonly is_allowed: boolean;
  readonly source: Source;
}

export type Permissions = Readonly<Record<Permission, Effective>>;

export interface Preferences {
  readonly language: string | null;
  readonly extended_availability: boolean;
  /** Teams whose queues carry a star. */
  readonly favorites: readonly number[];
}

/** A queue in the list of queues. */
export interface ListedQueue {
  readonly queue: Queue;
  readonly is_favorite: boolean;
  readonly waiting: number;
  readonly offers: number;
}

export type Origin =
  | { readonly kind: "key"; readonly key: number; readonly by: number }
  | { readonly kind: "issue"; readonly portal: number; readonly issue: number }
  | { readonly kind: "technician"; readonly portal: number; readonly account: number }
  | {
      readonly kind: "jump";
      readonly item: string;
      readonly by: number;
      readonly overrode_schedule: boolean;
    };

/** What the customer has at hand: a page to chat in, an agent that he started, an installed one. */
export type CustomerClient = "chat" | "agent" | "installed";

export type CustomerPresence =
  | { readonly is: "here" }
  | { readonly is: "lost"; readonly since: string }
  | { readonly is: "gone" };

export interface PathLimits {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** What somebody may do in a session; `paths` all hold, each for itself. */
export interface Rights {
  readonly permissions: readonly Permission[];
  readonly paths: readonly PathLimits[];
}

/** A session as somebody who works in it, or could, sees it. */
export interface Session {
  readonly id: number;
  readonly origin: Origin;
  readonly customer: string;
  readonly question: string;
  readonly language: string | null;
  readonly client: CustomerClient;
  readonly presence: CustomerPresence;
  readonly started: string;
  readonly owner: number | null;
  /** Where it waits, if it does. */
  readonly queue: Queue | null;
  readonly transfer: { readonly to: Queue; readonly since: string } | null;
  readonly members: readonly Participant[];
  readonly rights: Rights;
}

export type Entry =
  | {
      readonly entry: "waiting";
      readonly session: number;
      /** From 1, who waits longest first. */
      readonly position: number;
      readonly waited_s: number;
      readonly is_kept: boolean;
    }
  | { readonly entry: "offered"; readonly session: number; readonly since: string }
  | {
      readonly entry: "invited";
      readonly invitation: number;
      readonly session: number;
      readonly by: number;
      /** The issue by which help is asked for. */
      readonly help: number | null;
      readonly since: string;
    }
  | { readonly entry: "joined"; readonly session: number; readonly is_owner: boolean };

/** A line of a queue. */
export type Line = Entry & { readonly about: Session };

/** To whom sessions and invitations can be sent. */
export interface Targets {
  readonly teams: readonly number[];
  readonly accounts: readonly number[];
  readonly issues: readonly number[];
}

export interface TeamMember {
  readonly account: number;
  readonly name: string;
  readonly role: "member" | "lead" | "manager";
  /** Whether a console of theirs is open and takes sessions. */
  readonly is_there: boolean;
}

export interface Team {
  readonly id: number;
  readonly name: string;
  readonly members: readonly TeamMember[];
}

export interface Said {
  readonly message: number;
  readonly at: string;
  /** `account:7`, `external:3`, `customer:12`. */
  readonly by: string;
  readonly text: string;
}

export const NAME_KINDS = [
  "account",
  "team",
  "issue",
  "portal",
  "jump_group",
  "jump_policy",
  "session_policy",
] as const;
export type NameKind = (typeof NAME_KINDS)[number];

export interface Name {
  readonly id: number;
  readonly name: string;
  readonly is_there?: boolean;
}

/** What is done with a session. */
export type SessionAct =
  | {
      readonly do:
        | "accept"
        | "cancel_transfer"
        | "decline_transfer"
        | "leave"
        | "keep"
        | "disconnect_customer";
    }
  | { readonly do: "move" | "transfer"; readonly to: Queue }
  | { readonly do: "remove"; readonly who: Participant }
  | { readonly do: "end"; readonly reason?: string };

export type Invited =
  | { readonly kind: "account"; readonly id: number }
  | { readonly kind: "team"; readonly id: number }
  /** Any technician of the team that owns an issue. */
  | { readonly kind: "help"; readonly id: number };

export interface OpenInvitation {
  readonly id: number;
  readonly session: number;
  readonly by: number;
  readonly to: Invited;
  readonly since: string;
}

/** Somebody from outside who is invited into a session, or in it. */
export interface Guest {
  readonly id: number;
  readonly name: string;
  readonly comments: string;
  readonly by: number;
  readonly policy: number | null;
  readonly expires: string;
  readonly joined: string | null;
}

export interface OpenInvitations {
  readonly invitations: readonly OpenInvitation[];
  readonly externals: readonly Guest[];
}

export interface SessionKey {
  readonly key: number;
  readonly portal: number;
  readonly made: string;
  readonly expires: string;
}

/** A key is told this once. */
export interface MadeKey {
  readonly key: number;
  readonly code: string;
  readonly url: string;
  readonly expires: string;
}

export interface NewGuest {
  readonly name: string;
  readonly comments: string;
  readonly policy: number | null;
  readonly valid_for_s: number;
}

export interface MadeGuest {
  readonly external: number;
  readonly key: string;
  readonly url: string;
}

export const myPermissions = (): Promise<Permissions> => request("GET", "/api/me/permissions");
export const preferences = (): Promise<Preferences> => request("GET", "/api/me/preferences");
export const prefer = (wish: Preferences): Promise<Preferences> =>
  request("PUT", "/api/me/preferences", wish);
export const presence = (): Promise<{ console: { is_available: boolean } | null }> =>
  request("GET", "/api/me/presence");
export const beAvailable = (is_available: boolean): Promise<void> =>
  request("PUT", "/api/me/presence", { is_available });

export const queues = (): Promise<ListedQueue[]> => request("GET", "/api/queues");
export const queueLines = ({ kind, id }: Queue): Promise<Line[]> =>
  requestList(kind === "personal" ? "/api/queues/personal" : `/api/queues/teams/${id}`);
export const targets = (): Promise<Targets> => request("GET", "/api/targets");
export const teams = (): Promise<Team[]> => request("GET", "/api/teams");
export const teamMessages = (team: number, after = 0): Promise<Said[]> =>
  request("GET", withQuery(`/api/teams/${team}/messages`, { after }));
export const sayToTeam = (team: number, text: string): Promise<void> =>
  request("POST", `/api/teams/${team}/messages`, { text });

export const mySessions = (): Promise<Session[]> => request("GET", "/api/sessions");
export const session = (id: number): Promise<Session> => request("GET", `/api/sessions/${id}`);
export const act = (id: number, what: SessionAct): Promise<void> =>
  request("POST", `/api/sessions/${id}`, what);
export const messages = (id: number, after = 0): Promise<Said[]> =>
  request("GET", withQuery(`/api/sessions/${id}/messages`, { after }));
export const say = (id: number, text: string): Promise<void> =>
  request("POST", `/api/sessions/${id}/messages`, { text });

export const invitations = (id: number): Promise<OpenInvitations> =>
  request("GET", `/api/sessions/${id}/invitations`);
export const invite = (id: number, to: Invited): Promise<{ invitation: number }> =>
  request("POST", `/api/sessions/${id}/invitations`, { to });
export const answerInvitation = (id: number, what: "accept" | "decline" | "cancel"): Promise<void> =>
  request("POST", `/api/invitations/${id}`, { do: what });
export const inviteGuest = (id: number, guest: NewGuest): Promise<MadeGuest> =>
  request("POST", `/api/sessions/${id}/externals`, guest);
export const cancelGuest = (id: number): Promise<void> => request("DELETE", `/api/externals/${id}`);
export const mailGuest = (id: number, key: string, to: string, language?: string): Promise<void> =>
  request("POST", `/api/externals/${id}/letters`, { key, to, language });

export const keys = (): Promise<SessionKey[]> => request("GET", "/api/keys");
export const makeKey = (portal: number, valid_for_s: number): Promise<MadeKey> =>
  request("POST", "/api/keys", { portal, valid_for_s });
export const revokeKey = (id: number): Promise<void> => request("DELETE", `/api/keys/${id}`);
export const mailKey = (id: number, code: string, to: string, language?: string): Promise<void> =>
  request("POST", `/api/keys/${id}/letters`, { code, to, language });

/** A script that may be run in a session. */
export interface Script {
  readonly id: number;
  readonly name: string;
  readonly comments: string;
  readonly parameters: readonly ScriptParameter[];
  /** Kinds of systems that it is for. */
  readonly systems: readonly string[];
}

export interface ScriptParameter {
  readonly name: string;
  readonly label: string;
  readonly default: string;
  readonly is_required: boolean;
}

export const scripts = (session: number): Promise<Script[]> =>
  request("GET", `/api/sessions/${session}/scripts`);

/** All names of a kind, page by page. */
export async function names(kind: NameKind): Promise<Name[]> {
  const all: Name[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const page: { names: Name[]; next_after: number | null } = await request(
      "GET",
      withQuery(`/api/names/${kind}`, { after, limit: 1000 }),
    );
    all.push(...page.names);
    after = page.next_after;
  }
  return all;
}
