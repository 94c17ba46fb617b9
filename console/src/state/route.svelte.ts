/**
 * Which page shows, kept in the fragment of the address so that Back and reload work.
 *
 * @module
 */

/** A queue in an address: one's own, or a team's by its number. */
export type QueueName = "personal" | number;

export type Route =
  /** `session`: the one whose details show. */
  | { readonly page: "queue"; readonly queue: QueueName; readonly session?: number }
  | { readonly page: "team-chat"; readonly team: number }
  /** `place`: `group:3`, `personal:7`; all places without one. */
  | { readonly page: "jump"; readonly place?: string; readonly search?: string }
  | { readonly page: "session"; readonly session: number }
  /** A session with a computer, which starts by it. */
  | { readonly page: "computer"; readonly endpointId: string }
  /** A session's chat in a window of its own. */
  | { readonly page: "chat"; readonly session: number };

const state = $state<{ route: Route }>({ route: parseRoute(location.hash) });

addEventListener("hashchange", () => {
  state.route = parseRoute(location.hash);
});

export function route(): Route {
  return state.route;
}

export function goTo(target: Route): void {
  location.hash = addressOf(target);
}

/** Shows another page in the place of this one: Back does not lead here again. */
export function replaceBy(target: Route): void {
  history.replaceState(history.state, "", addressOf(target));
  state.route = target;
}

/** The address of a page, for links. Pure. */
export function addressOf(target: Route): string {
  switch (target.page) {
    case "queue":
      return `#/queue/${target.queue}${target.session === undefined ? "" : `/${target.session}`}`;
    case "team-chat":
      return `#/team-chat/${target.team}`;
    case "jump": {
      const search = target.search ? `?${new URLSearchParams({ search: target.search })}` : "";
      return `#/jump${target.place ? `/${target.place}` : ""}${search}`;
    }
    case "session":
      return `#/session/${target.session}`;
    case "computer":
      return `#/computer/${encodeURIComponent(target.endpointId)}`;
    case "chat":
      return `#/chat/${target.session}`;
  }
}

/** The page of an address; one's own queue where it names none. Pure. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page, first, second] = path.split("/").map(decode);
  const number = Number(first);
  const isNumber = first !== undefined && /^\d+$/.test(first);
  if (page === "queue" && (first === "personal" || isNumber)) {
    const queue = first === "personal" ? first : number;
    const session = /^\d+$/.test(second ?? "") ? { session: Number(second) } : {};
    return { page, queue, ...session };
  }
  if (page === "team-chat" && isNumber) {
    return { page, team: number };
  }
  if (page === "jump") {
    const search = new URLSearchParams(query).get("search");
    const place = /^(group|personal):\d+$/.test(first ?? "") ? first : undefined;
    return { page, ...(place && { place }), ...(search && { search }) };
  }
  if ((page === "session" || page === "chat") && isNumber) {
    return { page, session: number };
  }
  if (page === "computer" && first) {
    return { page, endpointId: first };
  }
  return { page: "queue", queue: "personal" };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
