/**
 * What tests may read of a session, with `?probe=1` in the address: `window.nearhand`. It changes nothing.
 *
 * @module
 */
import type { Counters, Quality, SessionPhase } from "../worker/messages.ts";
import type { LiveSession } from "./live-session.svelte.ts";

export interface Probe {
  readonly state: SessionPhase;
  readonly quality: Quality | undefined;
  readonly counters: Counters | undefined;
  /** Size of the display that is shown, in physical pixels. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly hasControl: boolean;
  /** SHA-256 over the picture: three bytes a pixel (R, G, B), rows from the top. */
  pictureHash(): Promise<string>;
}

/** `shown` says which session is looked at. */
export function offerProbe(shown: () => LiveSession | undefined): void {
  if (new URLSearchParams(location.search).get("probe") !== "1") {
    return;
  }
  const probe: Probe = {
    get state() {
      return shown()?.state ?? { phase: "connecting", stage: "ticket" };
    },
    get quality() {
      return shown()?.quality;
    },
    get counters() {
      return shown()?.counters;
    },
    get size() {
      return shown()?.size;
    },
    get hasControl() {
      return shown()?.hasControl ?? false;
    },
    pictureHash: async () => (await shown()?.pictureHash()) ?? "",
  };
  Object.defineProperty(window, "nearhand", { value: probe });
}
