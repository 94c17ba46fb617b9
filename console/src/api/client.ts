/**
 * Logging in and out, tickets, and the computers. Works in the page and in its worker.
 *
 * @module
 */
import { request } from "./http.ts";
import { RequestError } from "./problem.ts";

/** Who is logged in. */
export interface Me {
  readonly account: number;
  readonly user: string;
  /** How the user is called. */
  readonly name: string;
  /** Whether the account has a second factor. */
  readonly has_totp: boolean;
  readonly is_administrator: boolean;
  /** What the site is called. */
  readonly site: string;
  /** The languages that people can choose. */
  readonly languages: readonly string[];
}

/** A computer with an agent. */
export interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly os: string;
  /** Name and version of the agent. */
  readonly version: string;
  readonly online: boolean;
  /** RFC 3339: since when it is online, or when it was last seen. */
  readonly since: string;
  /** The address that its link comes from, without a port; empty while offline. */
  readonly address: string;
  /** How many displays it has; 0 while offline. */
  readonly displays: number;
}

/** Whose link it is: a technician's, or that of somebody from outside who is in one session. */
export type Holder = "technician" | "guest";

/** What opens one link. Certificate hashes are SHA-256, in hexadecimal or base64. */
export interface Ticket {
  readonly ticket: string;
  readonly expires_in_ms: number;
  readonly webtransport: { readonly url: string; readonly certificate_hashes: readonly string[] } | null;
  readonly websocket: { readonly url: string };
}

/** `code` is of the second factor, where the account has one: without it the problem's key is `code-wanted`. */
export function logIn(user: string, password: string, code?: string): Promise<Me> {
  return request("POST", "/api/login", { user, password, ...(code && { code }) });
}

/** Who is logged in, or nothing without a login. */
export async function me(): Promise<Me | undefined> {
  try {
    return await request<Me>("GET", "/api/me");
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) {
      return undefined;
    }
    throw error;
  }
}

export function logOut(): Promise<void> {
  return request("POST", "/api/logout");
}

/** A ticket for the link of a technician, or of somebody from outside. */
export function ticket(holder: Holder): Promise<Ticket> {
  return request("POST", holder === "guest" ? "/api/guest/tickets" : "/api/tickets");
}
