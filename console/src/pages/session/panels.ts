/**
 * The panels of a session beside its screen, in the order of their tabs. To add one: a line here, a component that
 * takes `PanelProps`, and the word `view-ID` in each language. A panel is loaded when it is first shown, and then
 * stays, so that what goes on in it goes on.
 *
 * A panel speaks to the endpoint over `session.open(StreamKind.…)`, a `Channel`; what may be done is asked of
 * `session.may(…)`, and whether the line is there of `session.state.phase`.
 *
 * @module
 */
import type { Component } from "svelte";

import type { Permission } from "../../api/desk.ts";
import type { LiveSession } from "../../state/live-session.svelte.ts";

export interface PanelProps {
  readonly session: LiveSession;
  /** Whether its tab is the one that is shown, in the session that is shown. */
  readonly isShown: boolean;
}

export interface Panel {
  readonly id: string;
  /** Any of these opens it; without one its tab is grey and says why. */
  readonly needs: readonly Permission[];
  load(): Promise<{ readonly default: Component<PanelProps> }>;
}

export const PANELS: readonly Panel[] = [
  { id: "shell", needs: ["shell"], load: () => import("./shell/ShellPanel.svelte") },
  { id: "files", needs: ["list_files"], load: () => import("./files/FilesPanel.svelte") },
  {
    id: "system",
    needs: ["system_information"],
    load: () => import("./system/SystemPanel.svelte"),
  },
  {
    id: "actions",
    needs: ["actions", "scripts", "restrict_customer"],
    load: () => import("./actions/ActionsPanel.svelte"),
  },
  {
    id: "clipboard",
    needs: ["read_clipboard", "write_clipboard"],
    load: () => import("./clipboard/ClipboardPanel.svelte"),
  },
];
