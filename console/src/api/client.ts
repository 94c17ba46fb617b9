/**
 * The relay's HTTP API as the console uses it. Works in the page and in its worker.
 *
 * | request                                   | answer                                                     |
 * |-------------------------------------------|------------------------------------------------------------|
 * | `POST /api/login {user, password}`        | 200 `Me` and the login cookie; 401, 429                    |
 * | `GET /api/me`                             | 200 `Me`; 401 without a login                              |
 * | `POST /api/logout`                        | 204                                                        |
 * | `GET /api/endpoints`                      | 200, a list of `Endpoint`                                  |
 * | `GET /api/events`                         | server-sent events, see `events.ts`                        |
 * | `POST /api/tickets`                       | 200 `Ticket`: single use, for one link                     |
 *
 * Every failure is a `Problem`. Requests carry the cookie of the same origin; nothing is kept here.
 *
 * @module
 */
import { type Problem, RequestError } from "./problem.ts";

/** Longer than a relay ever needs; what hangs beyond it is a broken line. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Who is logged in. */
export interface Me {
  readonly user: string;
  /** How the user is called. */
  readonly name: string;
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

/** What opens one link. Certificate hashes are SHA-256, in hexadecimal or base64. */
export interface Ticket {
  readonly ticket: string;
  readonly expires_in_ms: number;
  readonly webtransport: { readonly url: string; readonly certificate_hashes: readonly string[] } | null;
  readonly websocket: { readonly url: string };
}

export function logIn(user: string, password: string): Promise<Me> {
  return request<Me>("POST", "/api/login", { user, password });
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
  return request<void>("POST", "/api/logout");
}

export function endpoints(): Promise<Endpoint[]> {
  return request<Endpoint[]>("GET", "/api/endpoints");
}

export function ticket(): Promise<Ticket> {
  return request<Ticket>("POST", "/api/tickets");
}

async function request<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const response = await send(method, path, body);
  if (!response.ok) {
    const problem = await problemOf(response);
    throw new RequestError(problem.detail ?? problem.title, problem);
  }
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

async function send(method: string, path: string, body?: object): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw new RequestError(error instanceof Error ? error.message : String(error));
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const bare = { type: "about:blank", title: response.statusText || `status ${response.status}` };
  try {
    return { ...bare, ...((await response.json()) as object), status: response.status };
  } catch {
    return { ...bare, status: response.status };
  }
}
