/**
 * Asks before something is done: `if (await confirm({…})) …`. `ConfirmHost.svelte` shows the question; one at a
 * time, a newer one takes the place of an older.
 *
 * @module
 */

/** An answer that can be given beside Cancel. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly kind?: "plain" | "primary" | "danger";
  /** What it comes to; shown beneath the question. */
  readonly hint?: string;
  readonly reason?: string | undefined;
}

export interface Question {
  readonly title: string;
  readonly text?: string;
  readonly choices: readonly Choice[];
}

interface Asked extends Question {
  answer(choice: string | undefined): void;
}

const state = $state<{ asked: Asked | undefined }>({ asked: undefined });

/** What is asked just now. */
export function asked(): Asked | undefined {
  return state.asked;
}

/** Asks, and gives the `id` of the choice; nothing when it was cancelled. */
export function ask(question: Question): Promise<string | undefined> {
  state.asked?.answer(undefined);
  return new Promise((resolve) => {
    state.asked = {
      ...question,
      answer(choice) {
        state.asked = undefined;
        resolve(choice);
      },
    };
  });
}

/** Asks for a yes; `label` names what is done. */
export async function confirm(question: {
  readonly title: string;
  readonly text?: string;
  readonly label: string;
  readonly kind?: "primary" | "danger";
}): Promise<boolean> {
  const { title, text, label, kind = "danger" } = question;
  const choices = [{ id: "yes", label, kind }];
  return (await ask({ title, choices, ...(text !== undefined && { text }) })) === "yes";
}
