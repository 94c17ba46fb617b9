/**
 * The relay's server-sent events, `GET /api/events`.
 *
 * | event        | data                                                                                    |
 * |--------------|-----------------------------------------------------------------------------------------|
 * | `endpoints`  | the whole list of computers; the first event of every connection                        |
 * | `endpoint`   | one `Endpoint` that is new or changed                                                   |
 * | `controls`   | `Controls`: who has control in a session of ours, at first and whenever it changes      |
 * | `desk`       | `News`: what happened to what; whoever shows it reads it again                           |
 * | `reset`      | so much was missed that everything is to be read again                                  |
 * | `taken_over` | another console of the account took over; the relay closes the connection after it       |
 * | `logout`     | the login behind this connection has ended; the relay closes the connection after it     |
 *
 * The browser reconnects by itself and says which news it had last, so that none is missed.
 *
 * @module
 */
import { type Endpoint, me } from "./client.ts";
import type { Participant, Queue } from "./desk.ts";

/** Something happened on the desk. */
export interface News {
  /** `session`, `invitation`, `chat`, `record`, `presence`, `jump`, `key` … */
  readonly subject: string;
  /** `started`, `owned`, `said` … */
  readonly event: string;
  /** What it is about: `session:12`, `account:7` … */
  readonly objects: readonly string[];
  /** The queue of ours in which something arrives by it. */
  readonly arrives_in?: Queue;
}

/** Whose input reaches the endpoint of a session. */
export interface Controls {
  readonly session: number;
  readonly who: readonly Participant[];
}

export interface EventHandlers {
  endpoints?(list: Endpoint[]): void;
  endpoint?(one: Endpoint): void;
  controls?(one: Controls): void;
  desk?(news: News): void;
  /** Everything is to be read again: at first, and after a gap. */
  reset?(): void;
  takenOver?(): void;
  logout(): void;
  /** Whether events arrive at the moment. */
  live?(isLive: boolean): void;
}

/** How long to wait before a new connection once the browser has given one up for good. */
const REOPEN_AFTER_MS = 3_000;

/** Follows the events until the returned function is called. */
export function follow(handlers: EventHandlers): () => void {
  let source: EventSource;
  let reopen: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;
  const end = (how: (() => void) | undefined) => {
    isStopped = true;
    source.close();
    how?.();
  };
  // A closed source does not say why: ask whether the login still counts before trying again.
  const ask = async () => {
    const isOut = await me().then(
      (who) => who === undefined,
      () => false,
    );
    if (!isStopped && isOut) {
      end(handlers.logout);
    } else if (!isStopped) {
      reopen = setTimeout(open, REOPEN_AFTER_MS);
    }
  };
  const open = () => {
    source = new EventSource("/api/events");
    // A new source has no last number: what it missed is unknown.
    source.addEventListener("open", () => handlers.reset?.(), { once: true });
    source.addEventListener("open", () => handlers.live?.(true));
    source.addEventListener("endpoints", (event) => handlers.endpoints?.(JSON.parse(event.data)));
    source.addEventListener("endpoint", (event) => handlers.endpoint?.(JSON.parse(event.data)));
    source.addEventListener("controls", (event) => handlers.controls?.(JSON.parse(event.data)));
    source.addEventListener("desk", (event) => handlers.desk?.(JSON.parse(event.data)));
    source.addEventListener("reset", () => handlers.reset?.());
    source.addEventListener("taken_over", () => end(handlers.takenOver ?? handlers.logout));
    source.addEventListener("logout", () => end(handlers.logout));
    source.addEventListener("error", () => {
      handlers.live?.(false);
      if (source.readyState === EventSource.CLOSED && !isStopped) {
        ask();
      }
    });
  };
  open();
  return () => {
    isStopped = true;
    clearTimeout(reopen);
    source.close();
  };
}
