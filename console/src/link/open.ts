/**
 * Opens a link over the carrier that works: WebTransport with a short time limit, else WebSocket.
 *
 * @module
 */
import type { Ticket } from "../api/client.ts";
import type { CarrierChoice } from "../worker/messages.ts";
import type { Link } from "./link.ts";
import { openWebSocket } from "./websocket.ts";
import { openWebTransport } from "./webtransport.ts";

/** Three round trips to the far side of the world; where UDP is blocked, nothing comes however long one waits. */
const WEBTRANSPORT_TIMEOUT_MS = 3_000;
/** TCP, TLS and the upgrade over a bad line. */
const WEBSOCKET_TIMEOUT_MS = 8_000;

/** Opens a link. The ticket is not spent by this: it counts with the first greeting that arrives. */
export async function openLink(ticket: Ticket, choice: CarrierChoice): Promise<Link> {
  const { webtransport, websocket } = ticket;
  const overWebSocket = () => within(WEBSOCKET_TIMEOUT_MS, openWebSocket(websocket.url));
  const isPossible = webtransport !== null && "WebTransport" in globalThis;
  if (choice.only === "websocket" || !isPossible) {
    return overWebSocket();
  }
  const overWebTransport = () =>
    within(WEBTRANSPORT_TIMEOUT_MS, openWebTransport(webtransport.url, webtransport.certificate_hashes));
  if (choice.only === "webtransport") {
    return overWebTransport();
  }
  const [first, second] =
    choice.first === "websocket" ? [overWebSocket, overWebTransport] : [overWebTransport, overWebSocket];
  try {
    return await first();
  } catch {
    return second();
  }
}

/** Gives up waiting after `limitMs`; a link that opens later is closed. */
export async function within<T extends Link>(limitMs: number, opening: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no link within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([opening, late]);
  } catch (error) {
    opening.then((link) => link.close(0, "too late")).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
