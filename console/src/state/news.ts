/**
 * What of the page's state is out of date by a piece of news. Pure.
 *
 * @module
 */
import type { News } from "../api/events.ts";

/** Kinds of things that are read again. */
export type Topic =
  | "queues"
  | "lines"
  | "sessions"
  | "invitations"
  | "teams"
  | "targets"
  | "names"
  | "me"
  | "keys"
  | "places";

const BY_SUBJECT: Readonly<Record<string, readonly Topic[]>> = {
  session: ["queues", "lines", "sessions", "invitations"],
  invitation: ["queues", "lines", "sessions", "invitations"],
  presence: ["teams", "targets", "names", "me"],
  // Permissions, teams and policies come together in what one may do anywhere.
  record: ["queues", "lines", "sessions", "teams", "targets", "names", "me", "places"],
  jump: ["places"],
  key: ["keys"],
};

/** Everything, as at the beginning. */
export const ALL_TOPICS: readonly Topic[] = [
  "queues",
  "lines",
  "sessions",
  "invitations",
  "teams",
  "targets",
  "names",
  "me",
  "keys",
  "places",
];

/** What is to be read again. */
export function topicsOf(news: News): readonly Topic[] {
  return BY_SUBJECT[news.subject] ?? [];
}

/** The numbers of those `kind` that news are about: `objectsOf(news, "session")`. */
export function objectsOf(news: News, kind: string): number[] {
  return news.objects.flatMap((object) => {
    const [name, number] = object.split(":");
    return name === kind && number !== undefined ? [Number(number)] : [];
  });
}
