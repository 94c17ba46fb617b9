/**
 * Which page shows, kept in the fragment of the address so that Back and reload work: `#/` is the list,
 * `#/computer/ID` a session.
 *
 * @module
 */

export type Route = { readonly page: "list" } | { readonly page: "session"; readonly endpointId: string };

const SESSION = /^#\/computer\/([^/]+)$/;

const state = $state<{ route: Route }>({ route: parse(location.hash) });

addEventListener("hashchange", () => {
  state.route = parse(location.hash);
});

export function route(): Route {
  return state.route;
}

export function goTo(target: Route): void {
  location.hash = target.page === "list" ? "#/" : `#/computer/${encodeURIComponent(target.endpointId)}`;
}

function parse(hash: string): Route {
  const id = SESSION.exec(hash)?.[1];
  return id === undefined ? { page: "list" } : { page: "session", endpointId: decodeURIComponent(id) };
}
