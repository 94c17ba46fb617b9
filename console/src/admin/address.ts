/**
 * The addresses of the administration's pages, in the fragment so that Back and reload work: `#/team` is a list,
 * `#/team/7` one of it, `#/team/new` one that is made. Pure.
 *
 * @module
 */

export interface Route {
  readonly page: string;
  /** What of it; empty: all. */
  readonly id: string;
  /** How a list is narrowed. */
  readonly query: Readonly<Record<string, string>>;
}

/** Reads a fragment. */
export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page = "", id = ""] = path.split("/").map(decodeURIComponent);
  return { page, id, query: Object.fromEntries(new URLSearchParams(query)) };
}

/** The fragment of a page. */
export function addressOf(
  page: string,
  id: string | number = "",
  query: Record<string, string> = {},
): string {
  const path = [page, String(id)].filter(Boolean).map(encodeURIComponent).join("/");
  const fields = Object.entries(query).filter(([, value]) => value !== "");
  return `#/${path}${fields.length > 0 ? `?${new URLSearchParams(fields)}` : ""}`;
}
