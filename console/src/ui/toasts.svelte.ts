/**
 * Short messages at the edge of the page: what was done, and what failed. Failures stay until they are closed.
 *
 * @module
 */
import { t } from "../i18n/i18n.svelte.ts";
import { failureText } from "./failure-text.ts";

export interface Toast {
  readonly id: number;
  readonly kind: "done" | "failed";
  readonly text: string;
}

/** Long enough to be read twice. */
const SHOWN_MS = 6_000;

/** More than these nobody reads; the oldest goes. */
const TOASTS_MAX = 4;

class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #last = 0;

  done(text: string): void {
    const toast = this.#add("done", text);
    setTimeout(() => this.close(toast), SHOWN_MS);
  }

  failed(error: unknown): void {
    this.#add("failed", failureText(error, t));
  }

  close(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #add(kind: Toast["kind"], text: string): number {
    this.#last += 1;
    const others = this.list.filter((toast) => toast.text !== text);
    this.list = [...others, { id: this.#last, kind, text }].slice(-TOASTS_MAX);
    return this.#last;
  }
}

export const toasts = new Toasts();

/** Does something, and says so when it fails. Says whether it went well. */
export async function attempt(work: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await work();
  } catch (error) {
    toasts.failed(error);
    return false;
  }
  if (done !== undefined) {
    toasts.done(done);
  }
  return true;
}
