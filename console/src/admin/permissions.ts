/**
 * The permissions in the order and groups in which pages show them.
 *
 * @module
 */
import type { Permission } from "../api/desk.ts";

/** Those about what happens inside of a session, so that policies and roles may narrow them. */
export const SESSION_PERMISSIONS: readonly Permission[] = [
  "view",
  "control",
  "restrict_customer",
  "shell",
  "list_files",
  "upload",
  "download",
  "change_files",
  "read_clipboard",
  "write_clipboard",
  "system_information",
  "manage_processes",
  "actions",
  "scripts",
  "run_as",
];

export const PERMISSION_GROUPS: readonly {
  readonly name: "session" | "desk" | "jump";
  readonly permissions: readonly Permission[];
}[] = [
  { name: "session", permissions: SESSION_PERMISSIONS },
  { name: "desk", permissions: ["generate_keys", "share_with_other_teams", "invite_externals", "reports"] },
  {
    name: "jump",
    permissions: [
      "jump",
      "all_jump_items",
      "team_personal_items",
      "install_jump_items",
      "edit_jump_policies",
    ],
  },
];
