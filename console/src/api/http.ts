/**
 * One request to the relay's HTTP API, in a page or in a worker. Every failure is a `RequestError`.
 *
 * Requests carry the cookie of the same origin; nothing is kept here.
 *
 * @module
 */
import { readList, rest } from "./long-list.ts";
import { type Problem, RequestError } from "./problem.ts";

/** Longer than a relay ever needs; what hangs beyond it is a broken line. */
const REQUEST_TIMEOUT_MS = 10_000;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/**
 * Sends a request and reads its answer.
 *
 * @throws {RequestError} when it is refused, or when there is no answer.
 */
export async function request<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
  const text = await answerTo(method, path, body);
  return (text === "" ? undefined : JSON.parse(text)) as Answer;
}

/**
 * Reads a list that may be long, without holding the page up.
 *
 * @throws {RequestError} as `request`.
 */
export async function requestList<Element>(path: string): Promise<Element[]> {
  return readList(await answerTo("GET", path, undefined), rest);
}

async function answerTo(method: Method, path: string, body: unknown): Promise<string> {
  const response = await send(method, path, body);
  if (!response.ok) {
    const problem = await problemOf(response);
    throw new RequestError(problem.detail ?? problem.title, problem);
  }
  return response.status === 204 ? "" : response.text();
}

/** `path` with the fields of `query` that have a value. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const fields = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return fields.length === 0 ? path : `${path}?${new URLSearchParams(fields)}`;
}

async function send(method: Method, path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
  } catch (error) {
    throw new RequestError(error instanceof Error ? error.message : String(error));
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const bare = { type: "about:blank", title: response.statusText || `status ${response.status}` };
  try {
    return { ...bare, ...((await response.json()) as object), status: response.status };
  } catch {
    return { ...bare, status: response.status };
  }
}
