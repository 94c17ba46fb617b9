/**
 * Which carrier this page should try, kept for the origin in this browser.
 *
 * `?carrier=websocket` in the address, or `nearhand.carrier` in local storage, forces one. Otherwise WebTransport
 * is tried first, except for a while after only WebSocket got through.
 *
 * @module
 */
import type { Carrier, CarrierChoice } from "../worker/messages.ts";

const FORCED_KEY = "nearhand.carrier";
const REMEMBERED_KEY = "nearhand.carrier.worked";
/** Long enough to spare a blocked network the probe on each page load, short enough for a laptop that moves. */
const REMEMBER_MS = 10 * 60_000;

export function carrierChoice(nowMs: number): CarrierChoice {
  const forced = new URLSearchParams(location.search).get("carrier") ?? localStorage.getItem(FORCED_KEY);
  if (isCarrier(forced)) {
    return { only: forced };
  }
  const [carrier, atMs] = (localStorage.getItem(REMEMBERED_KEY) ?? "").split(" ");
  return isCarrier(carrier) && nowMs < Number(atMs) + REMEMBER_MS ? { first: carrier } : {};
}

export function rememberCarrier(carrier: Carrier, nowMs: number): void {
  localStorage.setItem(REMEMBERED_KEY, `${carrier} ${nowMs}`);
}

function isCarrier(word: string | null | undefined): word is Carrier {
  return word === "webtransport" || word === "websocket";
}
