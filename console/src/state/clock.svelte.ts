/**
 * The time of day for what is shown as "4 min": it moves while somebody looks at it.
 *
 * @module
 */
import { createSubscriber } from "svelte/reactivity";

/** Fine enough for waiting times, and few enough changes for 5,000 of them. */
const TICK_MS = 5_000;

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, TICK_MS);
  return () => clearInterval(timer);
});

/** Milliseconds since 1970. Who reads it in a component follows it. */
export function nowMs(): number {
  subscribe();
  return Date.now();
}
