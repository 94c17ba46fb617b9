/**
 * Which page of the administration shows.
 *
 * @module
 */
import { addressOf, type Route, routeOf } from "./address.ts";

let shown = $state.raw<Route>(routeOf(location.hash));

addEventListener("hashchange", () => {
  shown = routeOf(location.hash);
});

/** The page that shows. */
export function route(): Route {
  return shown;
}

export function goTo(page: string, id: string | number = "", query: Record<string, string> = {}): void {
  location.hash = addressOf(page, id, query);
}
