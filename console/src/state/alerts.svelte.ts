/**
 * What arrives in a queue of ours: an alert at the edge of the page, a sound, and a notification of the desktop, each
 * as the technician likes it.
 *
 * @module
 */

import type { Queue } from "../api/desk.ts";
import * as api from "../api/desk.ts";
import type { News } from "../api/events.ts";
import { t } from "../i18n/i18n.svelte.ts";
import { chime } from "../ui/chime.ts";
import { desk } from "./desk.svelte.ts";
import { objectsOf } from "./news.ts";
import { goTo } from "./route.svelte.ts";
import { settings } from "./settings.svelte.ts";

export interface Alert {
  readonly id: number;
  readonly queue: Queue;
  readonly session: number;
  /** `waiting`: a session; `offered`, `invited`: somebody asks us into one. */
  readonly kind: "waiting" | "offered" | "invited";
  readonly name: string;
}

/** More than these nobody reads; the queue has all of them. */
const ALERTS_MAX = 3;

/** An alert that nobody looked at goes by itself; the queue's count stays. */
const SHOWN_MS = 60_000;

class Alerts {
  list = $state.raw<readonly Alert[]>([]);
  #last = 0;

  /** Follows the relay's news until the returned function is called. */
  follow(): () => void {
    const stop = desk.listen((news) => {
      if (news.arrives_in) {
        this.#take(news, news.arrives_in);
      } else if (news.subject === "session") {
        this.#forget(news);
      }
    });
    return () => {
      stop();
      this.list = [];
    };
  }

  /** Shows the session in its queue. */
  review(alert: Alert): void {
    this.close(alert);
    const queue = alert.queue.kind === "personal" ? "personal" : alert.queue.id;
    goTo({ page: "queue", queue, session: alert.session });
  }

  close(alert: Alert): void {
    this.list = this.list.filter((one) => one.id !== alert.id);
  }

  async #take(news: News, queue: Queue): Promise<void> {
    const [session] = objectsOf(news, "session");
    const [invitation] = objectsOf(news, "invitation");
    const found = await lineOf(queue, invitation === undefined ? session : undefined, invitation).catch(
      () => undefined,
    );
    // Somebody else was quicker, or we sent it there ourselves.
    if (found === undefined) {
      return;
    }
    this.#last += 1;
    const alert: Alert = { id: this.#last, queue, ...found };
    const others = this.list.filter((one) => one.session !== alert.session);
    this.list = [...others, alert].slice(-ALERTS_MAX);
    setTimeout(() => this.close(alert), SHOWN_MS);
    this.#announce(alert);
  }

  #announce(alert: Alert): void {
    if (settings.sound) {
      chime();
    }
    if (settings.notifications && document.hidden && Notification.permission === "granted") {
      const note = new Notification(t(`alert-${alert.kind}`, { name: alert.name }), {
        body: queueName(alert.queue),
        tag: `session-${alert.session}`,
      });
      note.onclick = () => {
        window.focus();
        this.review(alert);
        note.close();
      };
    }
  }

  /** What is taken or over does not arrive any more. */
  #forget(news: News): void {
    if (news.event === "owned" || news.event === "ended") {
      const ids = objectsOf(news, "session");
      this.list = this.list.filter((one) => !ids.includes(one.session));
    }
  }
}

export const alerts = new Alerts();

/** What a queue is called. */
export function queueName(queue: Queue): string {
  return queue.kind === "personal" ? t("queue-personal") : desk.name("team", queue.id);
}

/** What arrived: a session by its number, or an invitation. */
async function lineOf(
  queue: Queue,
  session: number | undefined,
  invitation: number | undefined,
): Promise<Omit<Alert, "id" | "queue"> | undefined> {
  if (session !== undefined) {
    const about = await api.session(session);
    const isOffer = about.transfer?.to.kind === queue.kind && about.transfer.to.id === queue.id;
    const kind = isOffer ? "offered" : "waiting";
    const isHere = isOffer || (about.queue?.kind === queue.kind && about.queue.id === queue.id);
    return isHere ? { session, kind, name: about.customer } : undefined;
  }
  const lines = await api.queueLines(queue);
  const line = lines.find((one) => one.entry === "invited" && one.invitation === invitation);
  return line && { session: line.session, kind: "invited", name: line.about.customer };
}
