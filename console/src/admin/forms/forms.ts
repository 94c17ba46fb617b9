/**
 * The form of each kind of record.
 *
 * @module
 */
import type { Component } from "svelte";

import type { Effective, Permission } from "../../api/desk.ts";
import type { Kind } from "../../api/records.ts";
import AccountForm from "./AccountForm.svelte";
import IssueForm from "./IssueForm.svelte";
import JumpGroupForm from "./JumpGroupForm.svelte";
import JumpPolicyForm from "./JumpPolicyForm.svelte";
import PortalForm from "./PortalForm.svelte";
import QueueRuleForm from "./QueueRuleForm.svelte";
import RoleForm from "./RoleForm.svelte";
import ScriptForm from "./ScriptForm.svelte";
import SessionPolicyForm from "./SessionPolicyForm.svelte";
import TeamForm from "./TeamForm.svelte";

/** A form edits `record` in place; `errors` are by the fields that the relay names. */
interface FormProps {
  record: never;
  errors: Readonly<Record<string, string>>;
  /** Of an account: what it may do, as it was saved. */
  effective?: Readonly<Record<Permission, Effective>> | undefined;
}

type Form = Component<FormProps, object, "record">;

export const FORMS: Readonly<Record<Kind, Form>> = {
  account: AccountForm as unknown as Form,
  team: TeamForm as unknown as Form,
  issue: IssueForm as unknown as Form,
  portal: PortalForm as unknown as Form,
  queue_rule: QueueRuleForm as unknown as Form,
  jump_group: JumpGroupForm as unknown as Form,
  role: RoleForm as unknown as Form,
  jump_policy: JumpPolicyForm as unknown as Form,
  session_policy: SessionPolicyForm as unknown as Form,
  script: ScriptForm as unknown as Form,
};
