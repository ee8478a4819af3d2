import { awsManagedPolicyArn } from '../../oidc/arns';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BindingChoices } from '../../binding/desired/choices';
import type { PolicyJson } from '../../binding/desired/desired';
import { codeOwners } from '../../binding/gather/code';
import { stateFolder } from '../../binding/journal/folder';
import type { CodeOwner } from '../../binding/plan/model';
import { ProblemError, unwrap } from '../../core/problem';
import { plainJson } from '../../iam/policy/node';
import { audienceName, configurationTag, defaultAudience, defaultHostname, hostname } from '../../oidc/names';
import { partitionName } from '../../oidc/partition';
import { type WorkspaceIdentity, workspaceIdentity } from '../../oidc/subject';
import { type Root, type Value, workspaceOf } from '../../terraform/model';
import { permissionSources } from '../../binding/gather/permissionSources';
import { permissionFile } from '../../node/permissionFiles';
import { type CodePolicies, codePolicies } from './codePolicies';
import { holdsOf, type KnownWorkspace } from './holds';
import { projectSettings } from '../projectSettings';
import { readTerraformFolder, type TerraformFolder } from '../terraformFolder';
import type { CliContext } from '../command';
import {
  choice,
  file,
  flag,
  host,
  list,
  optionalChoice,
  section,
  text,
  UsageError,
  type Values,
  wholeNumber,
} from '../option';
import { type ChosenIssuer, issuerFor, issuerOption } from './issuer';

/** What the roles are for. */
const subjectOptions = section('What the roles are for (taken from the cloud block of PATH where not given)', {
  organization: text('ORG', 'organization'),
  project: text('PROJECT', 'project, "Default Project" with the space; the token carries the real one'),
  workspace: list('NAME', 'workspace'),
  'workspace-id': text('ID', 'ws-…, kept as a tag: it tells a renamed workspace from another one'),
  hostname: host('HOST', 'app.terraform.io (default), app.eu.terraform.io, or a Terraform Enterprise host'),
  issuer: issuerOption,
  audience: text('AUDIENCE', 'default aws.workload.identity'),
  tag: text('TAG', 'a second configuration (TFC_AWS_PROVIDER_AUTH_TAG)'),
});

/** How AWS is asked. */
export const profileOptions = {
  profile: text(
    'NAME',
    'AWS profile, as the AWS CLI knows it (default: the keys of the environment, then AWS_PROFILE): static keys, SSO, credential_process, role_arn, web identity; endpoint_url and services work',
  ),
  region: text('REGION', "default: the profile's; GovCloud and China need one"),
} as const;

export const accountOptions = {
  ...profileOptions,
  account: text('ID', 'stop unless the profile belongs to this account'),
} as const;

export const journalOption = file(
  'DIR',
  "where intents and results are kept for undo (default: the user's state folder)",
);

const roleOptions = section('Roles', {
  roles: choice(['separate', 'single'], 'separate', 'a role each for plan and apply, or one for both'),
  'role-name': text(
    'N',
    'instead of tfc-ORG-WORKSPACE[-plan|-apply]; a name or an ARN. With separate roles --role-name N means N-plan and N-apply',
  ),
  'plan-role-name': text('N', 'the role of plans, as --role-name'),
  'apply-role-name': text('N', 'the role of applies, as --role-name'),
  path: text('/P/', 'path of the roles (default /)'),
  permissions: optionalChoice(
    ['code'],
    'inline policies with what runs are known to need, for plans and applies apart: the code of PATH, what the workspace holds, and the code that was applied last (see "tfc-oidc permissions"); a start, not a promise. Where the workspace can not be read, a role only gets more',
  ),
  'read-state': flag(
    'with --permissions code: also read the current state version, for the names in it. It holds secrets: types, names and ARNs alone are kept, in memory; without it the list of resources and the redacted plan are read',
  ),
  policy: file('FILE', 'permission policy, kept inline: a JSON file, or the JSON itself'),
  'plan-policy': file('FILE', 'as --policy, for plans'),
  'apply-policy': file('FILE', 'as --policy, for applies'),
  'policy-arn': list(
    'ARN',
    "managed policy; a name alone is one of AWS's own (ReadOnlyAccess, job-function/ViewOnlyAccess)",
  ),
  'plan-policy-arn': list('ARN', 'as --policy-arn, for plans'),
  'apply-policy-arn': list('ARN', 'as --policy-arn, for applies'),
  boundary: text('ARN', 'permissions boundary'),
  'max-session': wholeNumber('SECONDS', '3600 to 43200'),
  'aws-tag': list('KEY=VALUE', 'tag of provider and roles'),
  'trust-policy-quota': wholeNumber('N', "where the account's quota L-C07B4B0D was raised above 2048"),
  adopt: flag('change existing roles that this tool did not make'),
});

/** Options of plan, apply, export and configure. */
export const bindingOptions = {
  ...subjectOptions,
  ...section('In which account', accountOptions),
  ...roleOptions,
  ...section('Journal', { journal: journalOption }),
} as const;

export type BindingValues = Values<typeof bindingOptions>;

/** Everything that the options and the project say; the account itself is not asked. */
export interface BindingRequest {
  choices(accountId: string, partition: string): BindingChoices;
  readonly workspaces: readonly WorkspaceIdentity[];
  readonly tag: string | undefined;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly adopt: boolean;
  readonly ownedByCode: readonly CodeOwner[];
  /** The account that the profile must belong to. */
  readonly account: string | undefined;
  readonly issuer: ChosenIssuer;
  /** What was inferred and should be looked at. */
  notes(accountId: string, partition: string): readonly string[];
}

export async function bindingRequest(
  context: CliContext,
  values: BindingValues,
  positionals: readonly string[],
  /** Workspaces as HCP Terraform reports them: they may be in different projects. */
  reported?: readonly WorkspaceIdentity[],
  /** The same workspaces with their clients, where they were read. */
  read?: readonly KnownWorkspace[],
): Promise<BindingRequest> {
  const named = values.organization !== undefined && values.workspace.length > 0;
  const fromCode = values['permissions'] !== undefined && values.permissions === 'code';
  const folder =
    named && positionals.length === 0 && !fromCode ? undefined : await readTerraformFolder(context, positionals);
  const root = folder === undefined ? undefined : rootFor(folder.project.roots, values);
  const cloud = root?.cloud;
  const { organization, host } = await ownersOf(context, values, folder, cloud);
  if (organization === undefined) throw new UsageError('--organization is needed: the project does not name one');
  const names =
    values.workspace.length > 0 ? [...new Set(values.workspace)] : cloud === undefined ? [] : workspaceNames(cloud);
  if (names.length === 0) throw new UsageError('--workspace is needed: the project does not name one');
  const given = values.project;
  const project = given ?? (cloud?.project.state === 'known' ? cloud.project.value : undefined);
  if (project === undefined)
    throw new UsageError(
      '--project is needed: it is part of the subject, and only HCP Terraform knows it ("Default Project" is the first one\'s name)',
    );
  const workspaces = reported ?? names.map(w => workspaceIdentity(organization, project, w));
  const roles = values.roles;
  const audience = values.audience;
  const tag = values.tag;
  const boundary = values.boundary;
  const session = values['max-session'];
  const tags = awsTags(values);
  const quota = values['trust-policy-quota'];
  const shared = { inline: await policyFile(context, values.policy), attached: values['policy-arn'] };
  const permissions = async (use: 'plan' | 'apply'): Promise<{ inline?: PolicyJson; attached: readonly string[] }> => {
    const inline = (await policyFile(context, values[`${use}-policy`])) ?? shared.inline;
    const own = values[`${use}-policy-arn`];
    return { ...(inline !== undefined && { inline }), attached: own.length > 0 ? own : shared.attached };
  };
  const policies = {
    run: { ...(shared.inline !== undefined && { inline: shared.inline }), attached: shared.attached },
    plan: await permissions('plan'),
    apply: await permissions('apply'),
  };
  if (roles === 'single') {
    const apart = apartOptions.find(o => isGiven(values[o]));
    if (apart !== undefined)
      throw new UsageError(
        `--${apart} is for separate roles; with --roles single use --${apart.replace(/^(plan|apply)-/, '')}`,
      );
  }
  const workspaceId = values['workspace-id'];
  if (workspaceId !== undefined && (!/^ws-[A-Za-z0-9]+$/.test(workspaceId) || workspaces.length > 1))
    throw new UsageError(`--workspace-id takes the ws-… of the one workspace; it was "${workspaceId}"`);
  const { arns, ...chosen } = roleNames(values);
  const hostName = host === undefined ? defaultHostname : unwrap(hostname(host));
  const issuer = await issuerFor(context, values.issuer, hostName);
  const code = fromCode
    ? await policiesOfCode(
        context,
        codeRoot(folder?.project.roots ?? [], root, values),
        read ?? { hostname: hostName, cloud, organization, workspaces: workspaces.map(w => w.workspace) },
        values['read-state'],
      )
    : undefined;
  return {
    workspaces,
    tag,
    profile: values.profile,
    region: values.region,
    account: values.account,
    issuer,
    notes: (accountId, partition) => [
      ...issuer.notes,
      ...(code?.notes(accountId, partition) ?? []),
      ...(given === undefined
        ? [
            `The project "${project}" is the one of the cloud block. The token carries the project that the workspace is really in: check it in HCP Terraform.`,
          ]
        : []),
    ],
    adopt: values.adopt,
    ownedByCode:
      folder === undefined ? [] : folder.project.roots.flatMap(r => codeOwners(r, file => folder.name(file))),
    choices: (accountId, partition) => {
      const withCode = <T extends { readonly attached: readonly string[] }>(own: T, phase: 'plan' | 'apply'): T => {
        const policy = code?.policy(phase, accountId, partition);
        return policy === undefined ? own : { ...own, ...policy };
      };
      const elsewhere = arns.find(arn => !arn.startsWith(`arn:${partition}:iam::${accountId}:`));
      if (elsewhere !== undefined) throw new ProblemError(otherAccount(elsewhere, accountId, partition));
      return {
        hostname: hostName,
        ...(issuer.issuer !== undefined && { issuer: issuer.issuer }),
        workspaces,
        accountId,
        partition: unwrap(partitionName(partition)),
        audience: audience === undefined ? defaultAudience : unwrap(audienceName(audience)),
        roles,
        ...(tag !== undefined && { tag: unwrap(configurationTag(tag)) }),
        ...(workspaceId !== undefined && { workspaceId }),
        ...chosen,
        tags,
        ...(quota !== undefined && { trustPolicyQuota: quota }),
        ...(boundary !== undefined && { boundaryArn: boundary }),
        policies: {
          run: withArns(withCode(policies.run, 'apply'), partition),
          plan: withArns(withCode(policies.plan, 'plan'), partition),
          apply: withArns(withCode(policies.apply, 'apply'), partition),
        },
        ...(session !== undefined && { maxSessionDuration: session }),
      };
    },
  };
}

async function policiesOfCode(
  context: CliContext,
  root: Root,
  where: Parameters<typeof holdsOf>[1],
  readState: boolean,
): Promise<CodePolicies> {
  const sources = permissionSources(permissionFile);
  const holds = await holdsOf(context, where, { readState, switches: type => sources.switches(type) });
  return codePolicies(root, holds, sources);
}

/** AWS's own managed policies by their names, in the partition of the account. */
function withArns<T extends { readonly attached: readonly string[] }>(permissions: T, partition: string): T {
  const attached = permissions.attached.map(given =>
    /^[\w+=,.@/-]+$/.test(given) && !given.startsWith('arn:') ? awsManagedPolicyArn(partition, given) : given,
  );
  return { ...permissions, attached };
}

const otherAccount = (arn: string, accountId: string, partition: string) => ({
  code: 'other-account',
  message: `The role ${arn} is not in the account of the profile (${accountId}, ${partition}).`,
  nextStep: 'Choose a profile of the account of the role with --profile.',
});

/** What only separate roles take. */
const apartOptions = [
  'plan-role-name',
  'apply-role-name',
  'plan-policy',
  'apply-policy',
  'plan-policy-arn',
  'apply-policy-arn',
] as const;

const isGiven = (value: string | readonly string[] | undefined): boolean => value !== undefined && value.length > 0;

/** Role names as they were given; an ARN stands for its name, and for its path where no --path is given. */
function roleNames(values: BindingValues): Pick<BindingChoices, 'names' | 'path'> & { arns: readonly string[] } {
  const arns: string[] = [];
  let path = values.path;
  const nameOf = (option: 'role-name' | 'plan-role-name' | 'apply-role-name'): string | undefined => {
    const given = values[option];
    if (given === undefined || !given.startsWith('arn:')) return given;
    const match = /^arn:[a-z-]+:iam::\d{12}:role(\/(?:.*\/)?)([^/]+)$/.exec(given);
    if (match === null) throw new UsageError(`--${option} takes a role's name or ARN; it was "${given}"`);
    arns.push(given);
    path ??= match[1];
    return match[2];
  };
  const run = nameOf('role-name');
  const plan = nameOf('plan-role-name') ?? (run === undefined ? undefined : `${run}-plan`);
  const apply = nameOf('apply-role-name') ?? (run === undefined ? undefined : `${run}-apply`);
  if (plan !== undefined && plan === apply)
    throw new UsageError(`both roles would be called ${plan}; use --roles single`);
  return {
    arns,
    path: path ?? '/',
    names: {
      ...(run !== undefined && { run }),
      ...(plan !== undefined && { plan }),
      ...(apply !== undefined && { apply }),
    },
  };
}

function awsTags(values: BindingValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values['aws-tag'].map(given => {
      const at = given.indexOf('=');
      if (at < 1) throw new UsageError(`--aws-tag takes KEY=VALUE; it was "${given}"`);
      return [given.slice(0, at), given.slice(at + 1)];
    }),
  );
}

/** Where what is written is noted; a ProblemError `no-home` where there is no such place. */
export function journalDir(context: CliContext, values: { readonly journal: string | undefined }): string {
  const given = values.journal;
  if (given !== undefined) return path.resolve(context.cwd, given);
  return stateFolder(context.env, context.env['HOME'] ?? '', path);
}

/** Where earlier runs are read; `undefined` where there is no home folder, and so nothing was ever noted. */
export function journalToRead(
  context: CliContext,
  values: { readonly journal: string | undefined },
): string | undefined {
  try {
    return journalDir(context, values);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'no-home') return undefined;
    throw error;
  }
}

/** Organization and host: the options win, then the code, then tfc-oidc.json. */
async function ownersOf(
  context: CliContext,
  values: BindingValues,
  folder: TerraformFolder | undefined,
  cloud: Root['cloud'] | undefined,
): Promise<{ readonly organization: string | undefined; readonly host: string | undefined }> {
  const known = (value: Value<string> | undefined): string | undefined =>
    value?.state === 'known' ? value.value : undefined;
  // Code without a block, or none: what the repository says for all of it.
  const settings =
    cloud !== undefined ? undefined : (folder?.settings ?? (await projectSettings(context, context.cwd)));
  return {
    organization: values.organization ?? known(cloud?.organization) ?? settings?.defaults.organization,
    host: values.hostname ?? known(cloud?.hostname) ?? settings?.defaults.hostname,
  };
}

function rootFor(roots: readonly Root[], values: BindingValues): Root | undefined {
  const candidates = roots.filter(r => r.cloud.kind === 'cloud' || r.cloud.kind === 'remote');
  const wanted = values.workspace;
  const named = candidates.filter(r => workspaceNames(r.cloud).some(n => wanted.includes(n)));
  const found = named.length > 0 ? named : candidates;
  if (found.length > 1 && values.workspace.length === 0) {
    throw new UsageError(`PATH holds ${found.length} roots with a cloud block; name one of them, or give --workspace`);
  }
  return found[0];
}

function workspaceNames(cloud: Root['cloud']): readonly string[] {
  const name = workspaceOf(cloud);
  return name === undefined ? [] : [name];
}

/** The configuration whose code decides: the one of the cloud block, or the only one. */
function codeRoot(roots: readonly Root[], found: Root | undefined, values: BindingValues): Root {
  const files = (['policy', 'plan-policy', 'apply-policy'] as const).find(o => values[o] !== undefined);
  if (files !== undefined)
    throw new UsageError(`--permissions code writes the inline policies, and so does --${files}: give one of them`);
  const [only, ...others] = roots;
  const root = found ?? (others.length === 0 ? only : undefined);
  if (root === undefined)
    throw new UsageError(
      `--permissions code needs a PATH with one configuration; there ${roots.length === 0 ? 'is none' : `are ${roots.length}`}`,
    );
  return root;
}

/** A file's name, or the policy itself: then it begins with a brace. */
async function policyFile(context: CliContext, given: string | undefined): Promise<PolicyJson | undefined> {
  if (given === undefined) return undefined;
  const typed = given.trimStart().startsWith('{');
  let content = given;
  if (!typed) {
    try {
      content = await readFile(path.resolve(context.cwd, given), 'utf8');
    } catch {
      throw new ProblemError({
        code: 'unreadable-file',
        message: `The policy file ${given} can not be read.`,
        nextStep: 'Name a file that exists, or give the policy itself, beginning with "{".',
      });
    }
  }
  const value = plainJson(content);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProblemError({
      code: 'no-policy',
      message: `${typed ? 'The policy that was given' : given} holds no JSON object.`,
      nextStep: 'A policy is an object with Version and Statement.',
    });
  }
  return value as PolicyJson;
}
