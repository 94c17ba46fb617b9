/**
 * The computers, as the relay's events tell them.
 *
 * @module
 */
import type { Endpoint } from "../api/client.ts";
import { follow } from "../api/events.ts";

class Endpoints {
  /** `undefined` until the first list has come. */
  list = $state.raw<readonly Endpoint[] | undefined>();
  live = $state(true);

  /** Follows the relay's events until the returned function is called. */
  follow(onLogout: () => void): () => void {
    const stop = follow({
      endpoints: (list) => {
        this.list = list.toSorted(byStateAndName);
      },
      endpoint: (one) => {
        const others = (this.list ?? []).filter((other) => other.id !== one.id);
        this.list = [...others, one].sort(byStateAndName);
      },
      logout: onLogout,
      live: (isLive) => {
        this.live = isLive;
      },
    });
    return () => {
      stop();
      this.list = undefined;
      this.live = true;
    };
  }

  find(id: string): Endpoint | undefined {
    return this.list?.find((one) => one.id === id);
  }
}

export const endpoints = new Endpoints();

function byStateAndName(a: Endpoint, b: Endpoint): number {
  return Number(b.online) - Number(a.online) || a.name.localeCompare(b.name);
}
