/**
 * The page's side of the worker: one link to the relay for all sessions of this tab.
 *
 * @module
 */
import type { Holder } from "../api/client.ts";
import type { Carrier, Command, Report, Stage, VisitCommand, VisitReport } from "../worker/messages.ts";
import { carrierChoice, rememberCarrier } from "./carrier.ts";

class WorkerLink {
  /** Whether there is a worker to send commands to. */
  isOpen = $state(false);
  /** Why there is no link just now; nothing while there is one. */
  failure = $state.raw<{ stage: Stage; detail: string } | undefined>();
  carrier = $state<Carrier | undefined>();
  #worker: Worker | undefined;
  #onLogout: () => void = () => undefined;
  #openWaiters: (() => void)[] = [];
  readonly #views = new Map<number, (report: VisitReport) => void>();

  /** Starts the worker and opens the link. */
  open(onLogout: () => void, holder: Holder = "technician"): void {
    this.#onLogout = onLogout;
    this.#worker = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", (event) => this.#take(event.data as Report));
    this.isOpen = true;
    this.#post({ kind: "open", choice: carrierChoice(Date.now()), holder });
  }

  /** Closes the link; the worker closes itself once that is done. */
  close(): void {
    this.#post({ kind: "close" });
    this.#worker = undefined;
    this.isOpen = false;
    this.failure = undefined;
    this.carrier = undefined;
    this.#views.clear();
  }

  /** Resolves once the link is open, or after `limitMs`. */
  async opened(limitMs: number): Promise<void> {
    if (this.carrier === undefined) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, limitMs);
        this.#openWaiters.push(resolve);
      });
    }
  }

  /** Reports of a view go to `take` until the returned function is called. */
  listen(view: number, take: (report: VisitReport) => void): () => void {
    this.#views.set(view, take);
    return () => {
      this.#views.delete(view);
    };
  }

  send(view: number, command: VisitCommand, transfer: Transferable[] = []): void {
    this.#post({ kind: "visit", view, command }, transfer);
  }

  #post(command: Command, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(command, transfer);
  }

  #take(report: Report): void {
    switch (report.kind) {
      case "visit":
        this.#views.get(report.view)?.(report.report);
        break;
      case "carrier":
        this.failure = undefined;
        this.carrier = report.carrier;
        rememberCarrier(report.carrier, Date.now());
        for (const wake of this.#openWaiters.splice(0)) {
          wake();
        }
        break;
      case "linkFailed":
        this.failure = { stage: report.stage, detail: report.detail };
        break;
      case "loggedOut":
        this.#onLogout();
    }
  }
}

export const workerLink = new WorkerLink();
