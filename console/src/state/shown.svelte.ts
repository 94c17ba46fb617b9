/**
 * The session whose tab is shown, by the page's address.
 *
 * @module
 */
import type { LiveSession } from "./live-session.svelte.ts";
import { route } from "./route.svelte.ts";
import { sessions } from "./sessions.svelte.ts";

export function shownSession(): LiveSession | undefined {
  const current = route();
  return current.page === "session" ? sessions.ofEndpoint(current.endpointId) : undefined;
}
