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
  switch (current.page) {
    case "session":
      return sessions.find(current.session);
    case "computer":
      return sessions.ofEndpoint(current.endpointId);
    default:
      return undefined;
  }
}
