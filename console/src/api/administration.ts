/**
 * What administrators read and do besides keeping records, and what everybody does for his own account. Types are those
 * of `relay/src/api`.
 *
 * @module
 */
import type { Origin, Participant, Said, Session } from "./desk.ts";
import { request, withQuery } from "./http.ts";

/** A login in a list. */
export interface Login {
  readonly id: number;
  /** What the browser says of itself. */
  readonly device: string;
  readonly address: string;
  readonly created: string;
  readonly last_seen: string;
  readonly expires: string;
  readonly is_this: boolean;
}

export type Scope = "read" | "sessions" | "jump" | "admin";

export const SCOPES: readonly Scope[] = ["read", "sessions", "jump", "admin"];

/** An API token in a list. */
export interface Token {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created: string;
  readonly expires: string;
  readonly last_used: string | null;
  readonly address: string;
}

export const changePassword = (current: string, password: string): Promise<void> =>
  request("POST", "/api/me/password", { current, password });
export const myLogins = (): Promise<Login[]> => request("GET", "/api/me/logins");
export const endMyLogin = (id: number): Promise<void> => request("DELETE", `/api/me/logins/${id}`);

/** The secret of a second factor that is not there before a code of it was typed, and its address for a QR code. */
export const proposeTotp = (password: string): Promise<{ secret: string; url: string }> =>
  request("POST", "/api/me/totp", { password });
export const confirmTotp = (code: string): Promise<{ recovery_codes: string[] }> =>
  request("POST", "/api/me/totp/confirm", { code });
export const disableTotp = (password: string): Promise<void> =>
  request("POST", "/api/me/totp/disable", { password });

export const myTokens = (): Promise<Token[]> => request("GET", "/api/me/tokens");
export const makeToken = (wish: {
  readonly password: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly days: number;
}): Promise<{ token: string }> => request("POST", "/api/me/tokens", wish);
export const revokeToken = (id: number): Promise<void> => request("DELETE", `/api/me/tokens/${id}`);

export const loginsOf = (account: number): Promise<Login[]> =>
  request("GET", `/api/accounts/${account}/logins`);
export const endLogin = (account: number, id: number): Promise<void> =>
  request("DELETE", `/api/accounts/${account}/logins/${id}`);
/** `password` is the administrator's own, typed again; the answer has the account's new one. */
export const resetPassword = (account: number, password: string): Promise<{ password: string }> =>
  request("POST", `/api/accounts/${account}/password`, { password });
export const disableTotpOf = (account: number): Promise<void> =>
  request("DELETE", `/api/accounts/${account}/totp`);

/** Every session that lives, for administrators. */
export const liveSessions = (after = 0): Promise<{ sessions: Session[]; next_after: number | null }> =>
  request("GET", withQuery("/api/sessions/live", { after, limit: 200 }));
export const endSession = (id: number, reason: string): Promise<void> =>
  request("POST", `/api/sessions/${id}`, { do: "end", reason });

export type Ended =
  | "owner"
  | "administrator"
  | "customer"
  | "customer_lost"
  | "queue_rule"
  | "schedule"
  | "nobody_left";

/** A session that is over. */
export interface Past {
  readonly id: number;
  readonly origin: Origin;
  readonly customer: string;
  readonly question: string;
  readonly started: string;
  readonly ended: string;
  readonly owner: number | null;
  readonly why: Ended | null;
  readonly reason: string;
  /** What its customer gave, if he rated it: from 1 to 5. */
  readonly stars: number | null;
}

/** A line of the log. `fact` has `subject` and `event`, and more by their kind. */
export interface LogLine {
  readonly seq: number;
  readonly at: string;
  /** `account:7`, `relay` … */
  readonly actor: string;
  readonly address: string;
  readonly login: number | null;
  readonly fact: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

/** Somebody's stay in a session. */
export interface Stay {
  readonly who: Participant;
  readonly joined: string;
  readonly left: string | null;
  readonly why: string | null;
}

/** All that was kept of a session. */
export interface Report extends Past {
  readonly members: readonly Stay[];
  readonly events: readonly LogLine[];
  readonly more_events_after: number | null;
  readonly messages: readonly Said[];
  readonly more_messages_after: number | null;
}

export interface PastFilter {
  readonly owner?: number | undefined;
  readonly member?: number | undefined;
  readonly customer?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly from?: string | undefined;
}

export const pastSessions = (filter: PastFilter): Promise<{ sessions: Past[]; next: string | null }> =>
  request("GET", withQuery("/api/reports/sessions", { ...filter }));
export const report = (id: number): Promise<Report> => request("GET", `/api/reports/sessions/${id}`);
export const reportEvents = (id: number, after: number): Promise<LogLine[]> =>
  request("GET", withQuery(`/api/reports/sessions/${id}/events`, { after }));
export const reportMessages = (id: number, after: number): Promise<Said[]> =>
  request("GET", withQuery(`/api/reports/sessions/${id}/messages`, { after }));

export interface LogFilter {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly actor?: string | undefined;
  readonly address?: string | undefined;
  readonly subject?: string | undefined;
  readonly event?: string | undefined;
  readonly object?: string | undefined;
}

/** A page of the log, the newest first. */
export const log = (filter: LogFilter, before?: number): Promise<{ lines: LogLine[]; next: number | null }> =>
  request("GET", withQuery("/api/audit", { ...filter, before, order: "newest_first" }));

/** The address of an export of all lines that a filter lets through. */
export const exportAddress = (filter: LogFilter, format: "jsonl" | "csv"): string =>
  withQuery("/api/audit/export", { ...filter, format });

/** How the relay is. */
export interface Status {
  readonly version: string;
  readonly up_s: number;
  readonly load: {
    readonly agents_online: number;
    readonly technicians_online: number;
    readonly sessions: number;
    readonly load_average: number | null;
    readonly resident_bytes: number | null;
  };
  readonly agents: readonly { readonly software: string; readonly known: number; readonly online: number }[];
  /** Letters since the relay started. */
  readonly mail: {
    readonly is_configured: boolean;
    readonly sent: number;
    readonly retried: number;
    readonly failed: number;
    readonly dropped: number;
  };
  readonly database: { readonly kind: string; readonly bytes: number; readonly last_line: number };
  readonly disk: { readonly total_bytes: number; readonly free_bytes: number } | null;
}

export const status = (): Promise<Status> => request("GET", "/api/status");
