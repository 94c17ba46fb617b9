/**
 * The relay's server-sent events, `GET /api/events`.
 *
 * | event       | data                                                                                     |
 * |-------------|------------------------------------------------------------------------------------------|
 * | `endpoints` | the whole list, as of `GET /api/endpoints`; the first event of every connection          |
 * | `endpoint`  | one `Endpoint` that is new or changed                                                    |
 * | `logout`    | the login behind this connection has ended; the relay closes the connection after it     |
 *
 * The browser reconnects by itself; because the first event is the whole list, nothing is missed.
 *
 * @module
 */
import { type Endpoint, me } from "./client.ts";

export interface EventHandlers {
  endpoints(list: Endpoint[]): void;
  endpoint(one: Endpoint): void;
  logout(): void;
  /** Whether events arrive at the moment. */
  live(isLive: boolean): void;
}

/** How long to wait before a new connection once the browser has given one up for good. */
const REOPEN_AFTER_MS = 3_000;

/** Follows the events until the returned function is called. */
export function follow(handlers: EventHandlers): () => void {
  let source: EventSource;
  let reopen: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  // A closed source does not say why: ask whether the login still counts before trying again.
  const ask = async () => {
    const isOut = await me().then(
      (who) => who === undefined,
      () => false,
    );
    if (!stopped && isOut) {
      handlers.logout();
    } else if (!stopped) {
      reopen = setTimeout(open, REOPEN_AFTER_MS);
    }
  };
  const open = () => {
    source = new EventSource("/api/events");
    source.addEventListener("open", () => handlers.live(true));
    source.addEventListener("endpoints", (event) => handlers.endpoints(JSON.parse(event.data)));
    source.addEventListener("endpoint", (event) => handlers.endpoint(JSON.parse(event.data)));
    source.addEventListener("logout", () => handlers.logout());
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
