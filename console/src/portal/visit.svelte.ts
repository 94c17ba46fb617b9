/**
 * What one customer goes through: the start, waiting, the chat, the end. One place that knows it all.
 *
 * @module
 */
import * as api from "./api.ts";
import { paint } from "./brand.ts";
import { type Farewell, type Line, withLine } from "./listen.ts";

/** What was typed and not sent survives a reload of the page, in this tab. */
const DRAFT_KEY = "nearhand.portal.draft";

class Visit {
  /** `missing`: there is no portal at this address; `failed`: the relay does not answer. */
  phase = $state<"loading" | "missing" | "failed" | "start" | "in" | "over">("loading");
  page = $state.raw<api.Page | undefined>();
  state = $state.raw<api.State | undefined>();
  lines = $state.raw<readonly Line[]>([]);
  farewell = $state.raw<Farewell>({ session: 0, why: null });
  /** Whether events arrive at the moment. */
  isLive = $state(true);
  /** Messages that came while nobody looked. */
  unread = $state(0);
  draft = $state(sessionStorage.getItem(DRAFT_KEY) ?? "");
  #stop: () => void = () => undefined;

  /** Finds out where the customer is: in a session of before, or at the start. */
  async open(path: string): Promise<void> {
    this.phase = "loading";
    try {
      const [page, state] = await Promise.all([api.portal(path).catch(missing), api.state()]);
      this.page = page;
      paint(page?.brand.color ?? null);
      if (state) {
        this.#enter(state);
      } else {
        this.phase = page ? "start" : "missing";
      }
    } catch {
      this.phase = "failed";
    }
  }

  /** Looks again who is there. */
  async look(path: string): Promise<void> {
    this.page = (await api.portal(path).catch(() => this.page)) ?? this.page;
  }

  /** Starts a session. */
  async start(wish: api.Wish): Promise<void> {
    await api.start(wish);
    this.lines = [];
    const state = await api.state();
    if (state) {
      this.#enter(state);
    }
  }

  async say(text: string): Promise<void> {
    await api.say(text);
  }

  type(text: string): void {
    this.draft = text;
    sessionStorage.setItem(DRAFT_KEY, text);
  }

  async end(): Promise<void> {
    await api.end();
  }

  async rate(stars: number, comment: string): Promise<void> {
    await api.rate(this.farewell.session, stars, comment);
  }

  /** Back to the start. */
  again(): void {
    this.lines = [];
    this.state = undefined;
    this.type("");
    this.phase = this.page ? "start" : "missing";
  }

  /** The customer looks at the page. */
  seen(): void {
    this.unread = 0;
  }

  #enter(state: api.State): void {
    this.state = state;
    this.phase = "in";
    this.#stop();
    this.#stop = api.follow({
      state: (now) => {
        this.state = now;
      },
      said: (line) => this.#said(line),
      live: (isLive) => {
        this.isLive = isLive;
      },
      over: (farewell) => {
        this.#stop();
        this.farewell = { ...farewell, session: farewell.session || state.session };
        this.phase = "over";
        this.unread = 0;
      },
    });
  }

  #said(line: Line): void {
    this.lines = withLine(this.lines, line);
    if (line.by !== null && document.hidden) {
      this.unread += 1;
    }
  }
}

export const visit = new Visit();

function missing(error: unknown): undefined {
  if (error instanceof Error && "status" in error && error.status === 404) {
    return undefined;
  }
  throw error;
}
