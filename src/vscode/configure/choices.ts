import type { WayOut } from '../../board/wayOut';
import type { ChosenIssuer } from '../../binding/gather/chosenIssuer';
import type { Fact, StaticVariable, WorkspaceFacts } from '../../binding/facts';
import type { WorkspaceHolds } from '../../binding/gather/holds';
import type { PolicyJson } from '../../binding/desired/desired';
import type { VariableTarget } from '../../binding/plan/variables';
import type { HcpReading } from '../../binding/gather/hcp';
import type { HcpClient } from '../../hcp/client/client';
import type { KeptReplies } from '../../hcp/client/keptReplies';
import type { VariableReading } from '../../hcp/variables/read';
import type { Workspace } from '../../hcp/workspace/model';
import { roleNameFor } from '../../binding/desired/roleNames';
import type { PermissionDocument } from '../../iam/policy/permissionDocument';
import { workspaceOf } from '../../terraform/model';
import type { ChosenAccount, ProfileChoice } from '../aws';
import type { AnalysedRoot } from '../projectStore';

/**
 * What the wizard asks; everything is optional until its step has been taken. What was chosen or typed stays when one goes back, also
 * where another answer makes it void for now: what counts in the end is said by `rolesOf` and `policiesOf`, never by a field alone.
 */
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
  /** Roles that exist, instead of new ones. */
  chosen?: ChosenRoles;
  /** Ask for names, path, boundary and tag, too. */
  options?: boolean;
  /** The typed name of the roles; "-plan" and "-apply" are added where there are two. */
  base?: string;
  path?: string;
  boundary?: string;
  tag?: string;
  policies?: Partial<Record<'plan' | 'apply', PolicyChoice>>;
  target?: VariableTarget;
  /** What HCP Terraform says of those workspaces whose variables could be read. */
  hcp?: readonly GatheredWorkspace[];
  /** Workspaces that could be read, also where their variables could not: one that is unknown takes nothing from its neighbours. */
  known?: readonly WorkspaceFacts[];
  /** Why it says nothing of the others, in one sentence. */
  hcpProblem?: string;
  /** What the workspaces hold, where it was read for the policies. */
  holds?: Fact<readonly WorkspaceHolds[]>;
  /** What would make it say more. */
  hcpWayOut?: WayOut;
  /** Who issues the tokens of the host, and what has to be said of it. */
  issuer?: ChosenIssuer;
}

/** Roles of the account that were chosen by name: those in the workspace's variables, or any that trust the provider. */
export interface ChosenRoles {
  readonly from: 'variables' | 'account';
  readonly roles: 'separate' | 'single';
  readonly names: RoleNames;
  readonly path: string;
}

export type RoleNames = Readonly<Partial<Record<'run' | 'plan' | 'apply', string>>>;

/** Where the permissions of a role come from. */
export type PolicyChoice =
  | { readonly kind: 'none' }
  /** A policy that AWS manages, by its name. */
  | { readonly kind: 'managed'; readonly name: string }
  | {
      readonly kind: 'inline';
      readonly document: PolicyJson;
      readonly from: string;
      /** Made from the code for one account: void for another one. */
      readonly generated?: true;
      /** It is not known what else runs need: what a role allows today stays in its policy, and gets this. */
      readonly additions?: PermissionDocument;
      /** What a person should know of it. */
      readonly notes?: readonly string[];
    };

/** The workspace and its variables as they were read: what changes are planned from. */
export interface GatheredWorkspace {
  readonly workspace: Workspace;
  readonly reading: VariableReading;
  readonly staticCredentials: readonly StaticVariable[];
  /** Everything that was read of it, and the client that reads on. */
  readonly facts: HcpReading;
  readonly client: HcpClient;
  /** The replies behind it. */
  readonly kept: KeptReplies;
}

/** Takes over what the code says of a root. Answers of another root are not carried over to it. */
export function takeRoot(choices: Choices, analysed: AnalysedRoot): void {
  const former = choices.analysed?.root.dir;
  choices.analysed = analysed;
  if (former !== undefined && former !== analysed.root.dir) {
    takeOrganization(choices, undefined);
    delete choices.policies;
    delete choices.tag;
  }
  const { cloud } = analysed.root;
  if (cloud.organization.state === 'known') takeOrganization(choices, cloud.organization.value);
  const workspace = workspaceOf(cloud);
  if (workspace !== undefined) takeWorkspaces(choices, [workspace]);
  if (choices.project === undefined) takeProjectOfCode(choices);
}

export function takeOrganization(choices: Choices, organization: string | undefined): void {
  if (choices.organization === organization) return;
  if (organization === undefined) delete choices.organization;
  else choices.organization = organization;
  takeWorkspaces(choices, undefined);
}

/** Project, names and the place of the variables belong to the workspaces that they were given for. */
export function takeWorkspaces(choices: Choices, workspaces: readonly string[] | undefined): void {
  const former = choices.workspaces ?? [];
  const same = former.length === workspaces?.length && former.every(name => workspaces.includes(name));
  if (workspaces === undefined) delete choices.workspaces;
  else choices.workspaces = workspaces;
  if (same || former.length === 0) return;
  delete choices.project;
  delete choices.chosen;
  delete choices.base;
  delete choices.target;
  delete choices.hcp;
  delete choices.holds;
  delete choices.known;
  delete choices.hcpProblem;
  delete choices.hcpWayOut;
  takeProjectOfCode(choices);
}

function takeProjectOfCode(choices: Choices): void {
  const project = choices.analysed?.root.cloud.project;
  if (project?.state === 'known') choices.project = project.value;
}

/** Roles, boundary and policies of one account mean nothing in another one. `opened`: absent without a profile. */
export function takeProfile(
  choices: Choices,
  profile: ProfileChoice | 'none',
  opened: ChosenAccount | undefined,
): void {
  const former = choices.opened?.caller.accountId;
  const account = opened?.caller.accountId;
  choices.profile = profile;
  if (opened === undefined) delete choices.opened;
  else choices.opened = opened;
  if (former === undefined || former === account) return;
  delete choices.chosen;
  if (choices.boundary?.includes(`::${former}:`) === true) delete choices.boundary;
  const { plan, apply } = choices.policies ?? {};
  choices.policies = {
    ...(plan !== undefined && !isGenerated(plan) && { plan }),
    ...(apply !== undefined && !isGenerated(apply) && { apply }),
  };
}

const isGenerated = (policy: PolicyChoice): boolean => policy.kind === 'inline' && policy.generated === true;

/** What the answers about roles come to. An option that is not asked for has no say, whatever was typed before. */
interface SettledRoles {
  readonly roles: 'separate' | 'single';
  readonly names: RoleNames;
  readonly path: string;
  readonly tag: string | undefined;
  readonly boundary: string | undefined;
}

export function rolesOf(choices: Choices): SettledRoles {
  const asked = choices.options === true;
  const { chosen } = choices;
  const rest = { tag: tagOf(choices), boundary: asked ? choices.boundary : undefined };
  if (chosen !== undefined) return { roles: chosen.roles, names: chosen.names, path: chosen.path, ...rest };
  const roles = choices.roles ?? 'separate';
  // A name is of one workspace; several get their derived ones.
  const base = asked && (choices.workspaces ?? []).length <= 1 ? choices.base : undefined;
  const names: RoleNames =
    base === undefined ? {} : roles === 'single' ? { run: base } : { plan: `${base}-plan`, apply: `${base}-apply` };
  return { roles, names, path: (asked ? choices.path : undefined) ?? '/', ...rest };
}

/** Workspaces whose project HCP Terraform did not tell: it is typed. */
export const withoutProject = (choices: Choices): readonly string[] =>
  (choices.workspaces ?? []).filter(name => !(choices.known ?? []).some(w => w.name === name));

/** The one workspace of this run, where its variables were read. */
export function onlyGathered({ hcp, workspaces }: Choices): GatheredWorkspace | undefined {
  return workspaces === undefined || workspaces.length === 1 ? hcp?.[0] : undefined;
}

export const tagOf = (choices: Choices): string | undefined => (choices.options === true ? choices.tag : undefined);

/** The policies that count: without a profile none is asked for, and one role has that of applies. */
export function policiesOf(choices: Choices): Partial<Record<'plan' | 'apply', PolicyChoice>> {
  if (choices.profile === 'none') return {};
  const { plan, apply } = choices.policies ?? {};
  const one = rolesOf(choices).roles === 'single';
  return { ...(plan !== undefined && !one && { plan }), ...(apply !== undefined && { apply }) };
}

/** The roles that the workspace's variables name today, for the default configuration or a tag. */
export function rolesInUse(choices: Choices): readonly string[] {
  const tag = tagOf(choices);
  const suffix = tag === undefined ? '' : `_${tag}`;
  const keys = ['RUN', 'PLAN', 'APPLY'].map(use => `TFC_AWS_${use}_ROLE_ARN${suffix}`);
  const values = (choices.hcp ?? []).flatMap(w =>
    w.reading.effective.flatMap(v => (v.category === 'env' && keys.includes(v.key) && v.value ? [v.value] : [])),
  );
  return [...new Set(values)];
}

/** The accounts of these roles, where `account` is not one of them: either the workspace moves, or the profile is a mistake. */
export function otherAccountsInUse(choices: Choices, account: string): readonly string[] {
  const accounts = [...new Set(rolesInUse(choices).flatMap(arn => /^arn:[\w-]+:iam::(\d{12}):/.exec(arn)?.[1] ?? []))];
  return accounts.includes(account) ? [] : accounts;
}

/** The roles of this account that the variables name, as one answer; `undefined` where they are not there or not of one workspace. */
export function chosenInUse(choices: Choices): ChosenRoles | undefined {
  const account = choices.opened?.caller.accountId;
  const only = onlyGathered(choices);
  if (account === undefined || only === undefined) return undefined;
  const tag = tagOf(choices);
  const role = (use: string): { readonly name: string; readonly path: string } | undefined => {
    const key = `TFC_AWS_${use}_ROLE_ARN${tag === undefined ? '' : `_${tag}`}`;
    const value = only.reading.effective.find(v => v.key === key && v.category === 'env')?.value;
    const match = /^arn:[\w-]+:iam::(\d{12}):role(\/(?:.*\/)?)([^/]+)$/.exec(value ?? '');
    return match?.[1] === account ? { path: match[2] ?? '/', name: match[3] ?? '' } : undefined;
  };
  const run = role('RUN');
  const plan = role('PLAN') ?? run;
  const apply = role('APPLY') ?? run;
  if (plan === undefined || apply === undefined) return undefined;
  const { path } = plan;
  return plan.name === apply.name
    ? { from: 'variables', roles: 'single', names: { run: plan.name }, path }
    : { from: 'variables', roles: 'separate', names: { plan: plan.name, apply: apply.name }, path };
}

/** The name that is proposed: what was typed, else the derived one without its ending. */
export function baseName(choices: Choices): { readonly proposed: string; readonly derived: string } {
  const name = (use: 'run' | 'apply'): string =>
    roleNameFor(choices.organization ?? '', [choices.workspaces?.[0] ?? ''], use, tagOf(choices));
  const derived = choices.roles === 'single' ? name('run') : name('apply').replace(/-apply$/, '');
  return { proposed: choices.base ?? derived, derived };
}
