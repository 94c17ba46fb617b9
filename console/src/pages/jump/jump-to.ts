/**
 * Jumping to a computer: at once where nothing stands in the way, otherwise by asking for what is missing.
 *
 * @module
 */
import type { Item } from "../../api/jump.ts";
import * as api from "../../api/jump.ts";
import { problemBehind } from "../../api/problem.ts";
import { whenConnected } from "../../state/connected.ts";
import { desk } from "../../state/desk.svelte.ts";
import { goTo, replaceBy, route } from "../../state/route.svelte.ts";
import { sessions } from "../../state/sessions.svelte.ts";
import { shownSession } from "../../state/shown.svelte.ts";
import { toasts } from "../../ui/toasts.svelte.ts";
import { wanted } from "./wanted.svelte.ts";

/** What is said beside the wish. */
export interface How {
  readonly password?: string;
  readonly overrides_schedule?: boolean;
}

/** Opens the tab of a session with a computer, which starts by it, or asks for what that takes. */
export async function jumpTo(item: Item): Promise<void> {
  const known = sessionWith(item.id);
  if (known?.id !== undefined) {
    goTo({ page: "session", session: known.id });
  } else if (item.has_password) {
    wanted.ask({ item, why: "password", again: false, how: {} });
  } else {
    await join(item);
  }
}

/** Joins over the link at once: the session starts by it. Where that is refused, the desk says what it would take. */
async function join(item: Item): Promise<void> {
  const from = route();
  const session = sessions.jump(item.id);
  goTo({ page: "computer", endpointId: item.id });
  if ((await session.answered) === "out") {
    if (shownSession() === session) {
      replaceBy(from);
    }
    sessions.close(session);
    await start(item, {});
  }
}

/** Starts the session; asks again where the relay wants something else. */
export async function start(item: Item, how: How): Promise<void> {
  try {
    const { session } = await whenConnected(() => api.start(item.id, how));
    wanted.close();
    sessions.expect(session);
    sessions.open(session);
    desk.sessions.stale();
    goTo({ page: "session", session });
  } catch (error) {
    const problem = problemBehind(error);
    if (problem?.rule === "password") {
      wanted.ask({ item, why: "password", again: how.password !== undefined, how });
    } else if (problem?.rule === "schedule") {
      const allowedAtMs =
        problem.retry_after_ms === undefined ? undefined : Date.now() + problem.retry_after_ms;
      wanted.ask({ item, why: "schedule", detail: problem.detail ?? "", allowedAtMs, how });
    } else {
      wanted.close();
      toasts.failed(error);
    }
  }
}

/** A session with this computer in which we are, however it came about. */
function sessionWith(item: string) {
  return sessions.list.find(
    ({ about, isOver }) => !isOver && about?.origin.kind === "jump" && about.origin.item === item,
  );
}
