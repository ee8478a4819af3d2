import type { StaticVariable } from '../../binding/facts';
import type { PolicyJson } from '../../binding/desired';
import type { VariableTarget } from '../../binding/planVariables';
import type { VariableReading } from '../../hcp/variables/read';
import type { Workspace } from '../../hcp/workspace/model';
import { workspaceOf } from '../../terraform/model';
import type { ChosenAccount, ProfileChoice } from '../aws';
import type { AnalysedRoot } from '../projectStore';

/** What the wizard asks; everything is optional until its step has been taken. What was chosen stays when one goes back. */
export interface Choices {
  analysed?: AnalysedRoot;
  organization?: string;
  /** Several of a `tags` or `prefix` block: each gets roles of its own, with the same answers. */
  workspaces?: readonly string[];
  project?: string;
  profile?: ProfileChoice | 'none';
  /** The account behind the profile. */
  opened?: ChosenAccount;
  account?: string;
  roles?: 'separate' | 'single';
  /** Ask for names, path, boundary and tag, too. */
  options?: boolean;
  names?: RoleNames;
  path?: string;
  boundary?: string;
  tag?: string;
  /** Change roles that exist and that this extension did not make. Asked for again where it would be needed. */
  adopt?: boolean;
  policies?: Partial<Record<'plan' | 'apply', PolicyChoice>>;
  target?: VariableTarget;
  /** What HCP Terraform says of the workspaces, where a token was found. */
  hcp?: readonly GatheredWorkspace[];
  /** Why it says nothing, in one sentence. */
  hcpProblem?: string;
}

export type RoleNames = Readonly<Partial<Record<'run' | 'plan' | 'apply', string>>>;

/** Where the permissions of a role come from. */
export type PolicyChoice =
  | { readonly kind: 'none' }
  /** `PARTITION` in the ARN stands for the account's partition. */
  | { readonly kind: 'managed'; readonly arn: string }
  | { readonly kind: 'inline'; readonly document: PolicyJson; readonly from: string };

/** The workspace and its variables as they were read: what changes are planned from. */
export interface GatheredWorkspace {
  readonly workspace: Workspace;
  readonly reading: VariableReading;
  readonly staticCredentials: readonly StaticVariable[];
}

/** Takes over what the code says of a root. */
export function takeRoot(choices: Choices, analysed: AnalysedRoot): void {
  choices.analysed = analysed;
  const { cloud } = analysed.root;
  if (cloud.organization.state === 'known') choices.organization = cloud.organization.value;
  const workspace = workspaceOf(cloud);
  if (workspace !== undefined) choices.workspaces = [workspace];
  if (cloud.project.state === 'known') choices.project = cloud.project.value;
}

/** The roles that the workspace's variables name today, for the default configuration or a tag. */
export function rolesInUse(choices: Choices): readonly string[] {
  const suffix = choices.tag === undefined ? '' : `_${choices.tag}`;
  const keys = ['RUN', 'PLAN', 'APPLY'].map(use => `TFC_AWS_${use}_ROLE_ARN${suffix}`);
  const values = (choices.hcp ?? []).flatMap(w =>
    w.reading.effective.flatMap(v => (v.category === 'env' && keys.includes(v.key) && v.value ? [v.value] : [])),
  );
  return [...new Set(values)];
}
