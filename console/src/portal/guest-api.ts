/**
 * What the relay tells somebody from outside who was invited into one session. Types are those of
 * `relay/src/api/guest.rs`.
 *
 * @module
 */
import type { Rights } from "../api/desk.ts";
import { request } from "../api/http.ts";
import { RequestError } from "../api/problem.ts";
import { type Handlers, listen } from "./listen.ts";

/** What he reads before he comes in. */
export interface Invitation {
  readonly name: string;
  readonly inviter: string;
  readonly comments: string;
  readonly site: string;
}

/** How the session stands for him. */
export interface Seat {
  readonly session: number;
  readonly name: string;
  readonly inviter: string;
  readonly comments: string;
  readonly customer: string;
  readonly question: string;
  /** Who else works in it, the owner first. */
  readonly others: readonly string[];
  readonly rights: Rights;
  /** Whether there is a screen to be seen. */
  readonly has_agent: boolean;
}

export const invitation = (key: string): Promise<Invitation> =>
  request("POST", "/api/guest/invitation", { key });
export const join = (key: string): Promise<void> => request("POST", "/api/guest", { key });
export const say = (text: string): Promise<void> => request("POST", "/api/guest/messages", { text });
export const leave = (): Promise<void> => request("POST", "/api/guest/leave", {});

/** His place in the session; nothing where he has none. */
export async function seat(): Promise<Seat | undefined> {
  try {
    return await request<Seat>("GET", "/api/guest");
  } catch (error) {
    if (error instanceof RequestError && error.status === 401) {
      return undefined;
    }
    throw error;
  }
}

export function follow(handlers: Handlers<Seat>): () => void {
  return listen("/api/guest/events", handlers, async () => (await seat()) === undefined);
}
