/**
 * Which of the frame's dialogs is open. Each is loaded when it is first wanted.
 *
 * @module
 */

export type Opened = "keys" | "palette" | "shortcuts";

const state = $state<{ what: Opened | undefined }>({ what: undefined });

export const opened = {
  get what(): Opened | undefined {
    return state.what;
  },

  open(what: Opened): void {
    state.what = what;
  },

  close(): void {
    state.what = undefined;
  },
};
