/**
 * What tests may read of a session, with `?probe=1` in the address: `window.nearhand`. It changes nothing.
 *
 * @module
 */
import type { Counters, Quality, SessionPhase } from "../worker/messages.ts";
import { shownSession } from "./shown.svelte.ts";

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

export function offerProbe(): void {
  if (new URLSearchParams(location.search).get("probe") !== "1") {
    return;
  }
  const probe: Probe = {
    get state() {
      return shownSession()?.state ?? { phase: "connecting", stage: "ticket" };
    },
    get quality() {
      return shownSession()?.quality;
    },
    get counters() {
      return shownSession()?.counters;
    },
    get size() {
      return shownSession()?.size;
    },
    get hasControl() {
      return shownSession()?.hasControl ?? false;
    },
    pictureHash: async () => (await shownSession()?.pictureHash()) ?? "",
  };
  Object.defineProperty(window, "nearhand", { value: probe });
}
