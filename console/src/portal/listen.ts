/**
 * What somebody without an account hears of his one session, as it happens.
 *
 * @module
 */

/** Something that was said; `by` is null for the customer himself. */
export interface Line {
  readonly message: number;
  readonly at: string;
  readonly by: string | null;
  readonly text: string;
}

/** The end. `session` is 0, and `why` nothing, where that was not heard of. */
export interface Farewell {
  readonly session: number;
  readonly why: string | null;
}

export interface Handlers<State> {
  state(state: State): void;
  said(line: Line): void;
  over(farewell: Farewell): void;
  /** Whether events arrive at the moment. */
  live(isLive: boolean): void;
}

/** How long to wait before a new connection once the browser has given one up for good. */
const REOPEN_AFTER_MS = 3_000;

/**
 * Follows until the returned function is called, or it is over. The browser reconnects by itself and says what it heard
 * last; where it gives up, `isOver` is asked before the next try.
 */
export function listen<State>(
  address: string,
  handlers: Handlers<State>,
  isOver: () => Promise<boolean>,
): () => void {
  let source: EventSource;
  let reopen: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const ask = async () => {
    const over = await isOver().catch(() => false);
    if (!stopped && over) {
      handlers.over({ session: 0, why: null });
    } else if (!stopped) {
      reopen = setTimeout(open, REOPEN_AFTER_MS);
    }
  };
  const open = () => {
    source = new EventSource(address);
    source.addEventListener("open", () => handlers.live(true));
    source.addEventListener("state", (event) => handlers.state(JSON.parse(event.data)));
    source.addEventListener("said", (event) => handlers.said(JSON.parse(event.data)));
    source.addEventListener("over", (event) => {
      source.close();
      handlers.over(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      handlers.live(false);
      if (source.readyState === EventSource.CLOSED) {
        ask();
      }
    });
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(reopen);
    source.close();
  };
}

/** Lines with one more, in their order; one that came twice counts once. */
export function withLine(lines: readonly Line[], line: Line): readonly Line[] {
  const isKnown = lines.some(({ message }) => message === line.message);
  return isKnown ? lines : [...lines, line].sort((a, b) => a.message - b.message);
}
