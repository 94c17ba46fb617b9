/**
 * The support desk as this technician sees it: queues, sessions, teams, names, permissions. One source of truth: what
 * the relay told last; its events say what to read again.
 *
 * @module
 */
import { type Endpoint, type Me, me } from "../api/client.ts";
import * as api from "../api/desk.ts";
import { follow, type News } from "../api/events.ts";
import { ALL_TOPICS, type Topic, topicsOf } from "./news.ts";
import { Reading } from "./reading.svelte.ts";

type Listener = (news: News) => void;

/** What is read again only while somebody shows it. */
interface Watched {
  readonly topic: Topic;
  readonly reading: Reading<unknown>;
}

class Desk {
  /** Who is logged in. */
  me = $state.raw<Me | undefined>();
  /** Whether events arrive at the moment. */
  live = $state(true);
  /** The computers, by their ids. */
  endpoints = $state.raw<ReadonlyMap<string, Endpoint>>(new Map());

  /** Who has control, by the number of the session. */
  controls = $state.raw<ReadonlyMap<number, readonly api.Participant[]>>(new Map());

  readonly permissions = new Reading(api.myPermissions);
  readonly preferences = new Reading(api.preferences);
  readonly presence = new Reading(api.presence);
  readonly queues = new Reading(api.queues);
  readonly personal = new Reading(() => api.queueLines({ kind: "personal", id: this.me?.account ?? 0 }));
  readonly sessions = new Reading(api.mySessions);
  readonly teams = new Reading(api.teams);
  readonly #names: ReadonlyMap<api.NameKind, Reading<ReadonlyMap<number, api.Name>>>;
  /** Names that somebody has asked for. */
  readonly #namesRead = new Set<api.NameKind>();
  readonly #always: readonly Watched[];
  readonly #watched = new Set<Watched>();
  readonly #listeners = new Set<Listener>();

  constructor() {
    this.#names = new Map(
      api.NAME_KINDS.map((kind) => [
        kind,
        new Reading(async () => new Map((await api.names(kind)).map((one) => [one.id, one]))),
      ]),
    );
    this.#always = [
      { topic: "me", reading: this.permissions },
      { topic: "me", reading: this.preferences },
      { topic: "me", reading: this.presence },
      { topic: "queues", reading: this.queues },
      { topic: "lines", reading: this.personal },
      { topic: "sessions", reading: this.sessions },
      { topic: "teams", reading: this.teams },
    ];
  }

  /** Follows the relay's events until the returned function is called. */
  follow(who: Me, ends: { logout(): void; takenOver(): void }): () => void {
    this.me = who;
    const stop = follow({
      reset: () => {
        this.#stale(ALL_TOPICS);
        this.#tell({ subject: "reset", event: "reset", objects: [] });
      },
      desk: (news) => {
        this.#stale(topicsOf(news));
        this.#tell(news);
      },
      endpoints: (list) => {
        this.endpoints = new Map(list.map((one) => [one.id, one]));
      },
      endpoint: (one) => {
        this.endpoints = new Map(this.endpoints).set(one.id, one);
      },
      controls: ({ session, who }) => {
        this.controls = new Map(this.controls).set(session, who);
      },
      live: (isLive) => {
        this.live = isLive;
      },
      logout: () => ends.logout(),
      takenOver: () => ends.takenOver(),
    });
    return () => {
      stop();
      for (const { reading } of [...this.#always, ...this.#watched]) {
        reading.clear();
      }
      for (const reading of this.#names.values()) {
        reading.clear();
      }
      this.#namesRead.clear();
      this.me = undefined;
      this.live = true;
      this.endpoints = new Map();
      this.controls = new Map();
    };
  }

  /** Keeps something up to date until the returned function is called. */
  watch(topic: Topic, reading: Reading<unknown>): () => void {
    const watched = { topic, reading };
    this.#watched.add(watched);
    reading.stale();
    return () => {
      this.#watched.delete(watched);
      reading.clear();
    };
  }

  /** Hears all news until the returned function is called; `reset` where some were missed. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Whether the account may, wherever it is. `false` until that is known. */
  may(permission: api.Permission): boolean {
    return this.permissions.value?.[permission]?.is_allowed ?? false;
  }

  /** All names of a kind, by their numbers; read when first asked for. */
  names(kind: api.NameKind): ReadonlyMap<number, api.Name> {
    const reading = this.#names.get(kind);
    if (!this.#namesRead.has(kind)) {
      this.#namesRead.add(kind);
      reading?.stale();
    }
    return reading?.value ?? new Map();
  }

  /** What something is called. */
  name(kind: api.NameKind, id: number | null | undefined): string {
    return id == null ? "" : (this.names(kind).get(id)?.name ?? "…");
  }

  /** One session that we are in. */
  session(id: number | undefined): api.Session | undefined {
    return this.sessions.value?.find((one) => one.id === id);
  }

  /** Asks again who is logged in: a new name, a second factor. */
  async renewMe(): Promise<void> {
    this.me = (await me()) ?? this.me;
  }

  #stale(topics: readonly Topic[]): void {
    for (const { topic, reading } of [...this.#always, ...this.#watched]) {
      if (topics.includes(topic)) {
        reading.stale();
      }
    }
    if (topics.includes("names")) {
      for (const kind of this.#namesRead) {
        this.#names.get(kind)?.stale();
      }
    }
  }

  #tell(news: News): void {
    for (const listener of this.#listeners) {
      listener(news);
    }
  }
}

export const desk = new Desk();
