/**
 * What a Jump still lacks: a password, or leave to start outside of the schedule. `JumpPrompt.svelte` asks for it.
 *
 * @module
 */
import type { Item } from "../../api/jump.ts";
import type { How } from "./jump-to.ts";

export type Wanted =
  /** `again`: the one that was typed is wrong. `how`: what was said before. */
  | { readonly item: Item; readonly why: "password"; readonly again: boolean; readonly how: How }
  | {
      readonly item: Item;
      readonly why: "schedule";
      /** What the policy restricts, in the relay's words. */
      readonly detail: string;
      readonly allowedAtMs: number | undefined;
      readonly how: How;
    };

let now = $state.raw<Wanted | undefined>();

export const wanted = {
  get now(): Wanted | undefined {
    return now;
  },

  ask(what: Wanted): void {
    now = what;
  },

  close(): void {
    now = undefined;
  },
};
