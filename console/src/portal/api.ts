/**
 * What the relay tells strangers and customers. Types are those of `relay/src/api/portal.rs` and `customer.rs`.
 *
 * @module
 */
import { request, withQuery } from "../api/http.ts";
import { RequestError } from "../api/problem.ts";

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

/** Something that was said; `by` is null for the customer himself. */
export interface Line {
  readonly message: number;
  readonly at: string;
  readonly by: string | null;
  readonly text: string;
}

/** Why a session is over for its customer. */
export type Over = "customer" | "helper" | "nobody" | "lost";

export interface Farewell {
  readonly session: number;
  /** Null: that was not heard of. */
  readonly why: Over | null;
}

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

export function end(): Promise<void> {
  return request("POST", "/api/customer/end", {});
}

export function rate(session: number, stars: number, comment: string): Promise<void> {
  return request("POST", "/api/customer/rating", { session, stars, comment });
}

/** What happens in the customer's session. */
export interface Handlers {
  state(state: State): void;
  said(line: Line): void;
  over(farewell: Farewell): void;
  /** Whether events arrive at the moment. */
  live(isLive: boolean): void;
}

/** How long to wait before a new connection once the browser has given one up for good. */
const REOPEN_AFTER_MS = 3_000;

/**
 * Follows the session until the returned function is called, or it is over. The browser reconnects by itself and says
 * what it heard last.
 */
export function follow(handlers: Handlers): () => void {
  let source: EventSource;
  let reopen: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  // A source that is closed does not say why: ask how the session stands before trying again.
  const ask = async () => {
    const isOver = await state().then(
      (found) => found === undefined,
      () => false,
    );
    if (!stopped && isOver) {
      handlers.over({ session: 0, why: null });
    } else if (!stopped) {
      reopen = setTimeout(open, REOPEN_AFTER_MS);
    }
  };
  const open = () => {
    source = new EventSource("/api/customer/events");
    source.addEventListener("open", () => handlers.live(true));
    source.addEventListener("state", (event) => handlers.state(JSON.parse(event.data)));
    source.addEventListener("said", (event) => handlers.said(JSON.parse(event.data)));
    source.addEventListener("over", (event) => {
      source.close();
      handlers.over(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      handlers.live(false);
      if (source.readyState === EventSource.CLOSED) {
        ask();
      }
    });
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(reopen);
    source.close();
  };
}
