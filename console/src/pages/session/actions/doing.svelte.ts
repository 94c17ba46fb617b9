/**
 * One action at the endpoint, as its page follows it: what it says, and how it ended.
 *
 * @module
 */
import type { MessageInitShape } from "@bufbuild/protobuf";

import { t } from "../../../i18n/i18n.svelte.ts";
import type { LiveSession } from "../../../state/live-session.svelte.ts";
import { ToolTalk } from "../../../state/tool-talk.ts";
import {
  type ActionEnded,
  type ActionList,
  type FromAction,
  FromActionSchema,
  Refused,
  type Restriction,
  ToActionSchema,
} from "../../../wire/generated/tools_pb.ts";
import { StreamKind } from "../../../wire/stream.ts";

export type Wish = NonNullable<MessageInitShape<typeof ToActionSchema>["body"]>;

/** How an action fares. */
export type Outcome =
  | { readonly is: "running" }
  | { readonly is: "ended"; readonly by: ActionEnded["by"] }
  | { readonly is: "refused"; readonly why: Refused; readonly detail: string }
  /** The line, or the right, was gone first. */
  | { readonly is: "broken" };

/** Characters of output that are kept; the newest ones. */
const OUTPUT_MAX = 200_000;

export class Doing {
  readonly title: string;
  output = $state("");
  outcome = $state.raw<Outcome>({ is: "running" });
  list = $state.raw<ActionList | undefined>();
  restriction = $state.raw<Restriction | undefined>();
  /** Resolves with the outcome. */
  readonly done: Promise<Outcome>;
  readonly #talk: ToolTalk<typeof ToActionSchema, typeof FromActionSchema>;
  readonly #texts = { out: new TextDecoder(), err: new TextDecoder() };

  constructor(session: LiveSession, title: string, wish: Wish) {
    this.title = title;
    this.#talk = new ToolTalk(session.open(StreamKind.Action), ToActionSchema, FromActionSchema);
    this.done = this.#run(wish);
  }

  get isRunning(): boolean {
    return this.outcome.is === "running";
  }

  /** Asks what runs to end; its end comes by itself. */
  stop(): void {
    void this.#talk.say({ body: { case: "stop", value: {} } });
  }

  /** Gives it up. */
  close(): void {
    this.#talk.close();
  }

  async #run(wish: Wish): Promise<Outcome> {
    try {
      await this.#talk.say({ body: wish });
      for await (const message of this.#talk.heard()) {
        this.#take(message);
      }
    } catch {
      // What is no message is as good as a line that broke.
    }
    if (this.outcome.is === "running" && this.list === undefined) {
      this.outcome = { is: "broken" };
    }
    return this.outcome;
  }

  #take({ body }: FromAction): void {
    switch (body.case) {
      case "output": {
        const decoder = body.value.isError ? this.#texts.err : this.#texts.out;
        const text = this.output + decoder.decode(body.value.bytes, { stream: true });
        this.output = text.slice(-OUTPUT_MAX);
        break;
      }
      case "ended":
        this.outcome = { is: "ended", by: body.value.by };
        break;
      case "refused":
        this.outcome = { is: "refused", why: body.value.why, detail: body.value.detail };
        break;
      case "list":
        this.list = body.value;
        break;
      case "restriction":
        this.restriction = body.value;
    }
  }
}

/** How it ended, in words. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.is) {
    case "running":
      return t("action-running");
    case "broken":
      return t("action-broken");
    case "refused":
      return refusalText(outcome.why, outcome.detail);
    case "ended":
      return endText(outcome.by);
  }
}

/** Whether it went as it should. */
export function isGood(outcome: Outcome): boolean {
  return (
    outcome.is === "ended" &&
    (outcome.by.case === "done" || (outcome.by.case === "status" && outcome.by.value === 0))
  );
}

function endText(by: ActionEnded["by"]): string {
  switch (by.case) {
    case "status":
      return t("action-status", { number: String(by.value) });
    case "signal":
      return t("action-signal", { number: String(by.value) });
    case "timedOut":
      return t("action-timed-out");
    case "stopped":
      return t("action-stopped");
    default:
      return t("action-done");
  }
}

function refusalText(why: Refused, detail: string): string {
  if (detail !== "") {
    return detail;
  }
  return t(why === Refused.NOT_ALLOWED ? "action-not-allowed" : "action-refused");
}
