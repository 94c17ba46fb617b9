/**
 * What a technician does in the first moments of a page, before its link is there: the desk takes sessions to a console
 * that is connected only, so the wish waits for it.
 *
 * @module
 */
import { problemBehind } from "../api/problem.ts";
import { workerLink } from "./worker-link.svelte.ts";

/** Both carriers one after the other, and the greeting. */
const OPEN_MAX_MS = 15_000;

/** The desk hears of the console a moment after the page. */
const AGAIN_MS = 250;
const TRIES_MAX = 8;

/** Does `work` once the console is connected; what the relay refuses for another reason is refused. */
export async function whenConnected<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  await workerLink.opened(OPEN_MAX_MS);
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (problemBehind(error)?.rule !== "no_console" || tries === TRIES_MAX) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
