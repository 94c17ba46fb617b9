/**
 * What the relay tells strangers and customers. Types are those of `relay/src/api/portal.rs` and `customer.rs`.
 *
 * @module
 */
import { request, withQuery } from "../api/http.ts";
import { RequestError } from "../api/problem.ts";
import { type Handlers, listen } from "./listen.ts";

/** How a portal looks. */
export interface Brand {
  readonly title: string;
  readonly greeting: string;
  /** `#rrggbb`; none: the site's own. */
  readonly color: string | null;
  /** A picture as a `data:` address. */
  readonly logo: string | null;
}

/** Something that can be chosen by its name. */
export interface Choice {
  readonly id: number;
  readonly name: string;
}

/** What a portal shows to everybody. */
export interface Page {
  readonly portal: number;
  readonly brand: Brand;
  readonly takes_keys: boolean;
  /** Technicians who show themselves and are there. */
  readonly technicians: readonly Choice[];
  readonly issues: readonly Choice[];
}

/** By what a session starts. */
export type By = { readonly key: string } | { readonly issue: number } | { readonly technician: number };

/** What a customer says of himself. */
export interface Wish {
  readonly portal: number;
  readonly by: By;
  readonly name: string;
  readonly question: string;
  readonly language: string;
}

/** How a session stands, as its customer sees it. */
export type State = { readonly session: number; readonly name: string; readonly has_agent: boolean } & (
  | { readonly is: "waiting"; readonly position: number; readonly is_kept: boolean }
  | { readonly is: "served"; readonly by: readonly string[] }
);

export function portal(path: string): Promise<Page> {
  return request("GET", withQuery("/api/portal", { path }));
}

export function start(wish: Wish): Promise<{ readonly session: number }> {
  return request("POST", "/api/portal/sessions", wish);
}

/** The session of this browser; nothing where there is none, or it is over. */
export async function state(): Promise<State | undefined> {
  try {
    return await request<State>("GET", "/api/customer");
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) {
      return undefined;
    }
    throw error;
  }
}

export function say(text: string): Promise<void> {
  return request("POST", "/api/customer/messages", { text });
}

/** What starts an agent in this session, as a command to run on the computer that is to be seen. */
export function agent(): Promise<{ readonly token: string; readonly command: string }> {
  return request("POST", "/api/customer/agent", {});
}

export function end(): Promise<void> {
  return request("POST", "/api/customer/end", {});
}

export function rate(session: number, stars: number, comment: string): Promise<void> {
  return request("POST", "/api/customer/rating", { session, stars, comment });
}

export function follow(handlers: Handlers<State>): () => void {
  return listen("/api/customer/events", handlers, async () => (await state()) === undefined);
}
