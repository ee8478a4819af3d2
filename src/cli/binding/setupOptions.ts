import { awsManagedPolicyArn, iamArn } from '../../oidc/arns';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BindingChoices } from '../../binding/desired/choices';
import type { PolicyJson } from '../../binding/desired/desired';
import { codeOwners } from '../../binding/gather/code';
import { bindingKinds } from '../../binding/place';
import type { CodeOwner } from '../../binding/plan/model';
import type { StackGroups } from '../../binding/stack/groups';
import { ProblemError, unwrap } from '../../core/problem';
import { plainJson } from '../../iam/policy/node';
import { audienceName, configurationTag, defaultAudience } from '../../oidc/names';
import { partitionName } from '../../oidc/partition';
import type { SubjectKind, WorkspaceIdentity } from '../../oidc/subject';
import type { Root } from '../../terraform/model';
import { type NamedBindings, namedBindings, subjectOptions } from './bindingNames';
import type { KnownWorkspace } from './holds';
import { policiesOfCode, withPolicies, withPolicy } from './codePolicies';
import type { CliContext } from '../command';
import { file, flag, list, optionalChoice, section, text, UsageError, type Values, wholeNumber } from '../option';
import { type ChosenIssuer, issuerFor } from './issuer';
import { groupsOf, onlyGroup } from './stackRoles';

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
  roles: optionalChoice(
    ['separate', 'single'],
    'a role each for plan and apply (default for workspaces), or one for both (deployments of a Stack and module tests have one)',
  ),
  'role-name': text(
    'N',
    'instead of tfc-ORG-WORKSPACE[-plan|-apply] or tfc-ORG-STACK-DEPLOYMENT; a name or an ARN. With separate roles --role-name N means N-plan and N-apply',
  ),
  'plan-role-name': text('N', 'the role of plans, as --role-name'),
  'apply-role-name': text('N', 'the role of applies, as --role-name'),
  path: text('/P/', 'path of the roles (default /)'),
  permissions: optionalChoice(
    ['code'],
    'inline policies with what runs are known to need, for plans and applies apart: the code of PATH, what the workspace holds, and the code that was applied last (see "tfc-oidc permissions"); a start, not a promise. Where the workspace cannot be read, a role only gets more',
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
export const setupOptions = {
  ...subjectOptions,
  ...section('In which account', accountOptions),
  ...roleOptions,
  ...section('Journal', { journal: journalOption }),
} as const;

export type SetupValues = Values<typeof setupOptions>;

/** Everything that the options and the project say; the account itself is not asked. */
export interface BindingRequest extends Pick<NamedBindings, 'identities' | 'folder' | 'root'> {
  choices(accountId: string, partition: string): BindingChoices;
  /** Of a Stack: its deployments by the role that they get. */
  groups(accountId: string, partition: string, shared: boolean): StackGroups;
  readonly kind: SubjectKind;
  readonly tag: string | undefined;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly adopt: boolean;
  readonly ownedByCode: readonly CodeOwner[];
  /** The account that the profile must belong to. */
  readonly account: string | undefined;
  readonly issuer: ChosenIssuer;
  /** What was inferred and should be looked at. `shared`: one role for all deployments of a Stack. */
  notes(accountId: string, partition: string, shared?: boolean): readonly string[];
}

export async function bindingRequest(
  context: CliContext,
  values: SetupValues,
  positionals: readonly string[],
  /** Workspaces as HCP Terraform reports them: they may be in different projects. */
  reported?: readonly WorkspaceIdentity[],
  /** The same workspaces with their clients, where they were read. */
  read?: readonly KnownWorkspace[],
): Promise<BindingRequest> {
  const fromCode = values.permissions === 'code';
  const named = await namedBindings(context, values, positionals, fromCode, reported, read);
  const { identities, hostname: hostName, folder, root } = named;
  const [kind = 'workspace'] = identities.map(i => i.kind);
  const roles = rolesOf(values, kind);
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
  if (workspaceId !== undefined && (!/^ws-[A-Za-z0-9]+$/.test(workspaceId) || identities.length > 1))
    throw new UsageError(`--workspace-id takes the ws-… of the one workspace; it was "${workspaceId}"`);
  const { arns, ...chosen } = roleNames(values);
  const issuer = await issuerFor(context, values.issuer, hostName);
  const code = fromCode
    ? await policiesOfCode(
        context,
        codeRoot(folder?.project.roots ?? [], root, values),
        named.holds,
        values['read-state'],
      )
    : undefined;
  const base = (accountId: string, partition: string): BindingChoices => {
    const elsewhere = arns.find(arn => !arn.startsWith(iamArn({ partition, accountId }, '')));
    if (elsewhere !== undefined) throw new ProblemError(otherAccount(elsewhere, accountId, partition));
    return {
      hostname: hostName,
      ...(issuer.issuer !== undefined && { issuer: issuer.issuer }),
      identities,
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
        run: withArns(policies.run, partition),
        plan: withArns(policies.plan, partition),
        apply: withArns(policies.apply, partition),
      },
      ...(session !== undefined && { maxSessionDuration: session }),
    };
  };
  const groups: BindingRequest['groups'] = (accountId, partition, shared) => {
    const { stores } = named;
    const found = groupsOf(base(accountId, partition), root, { inputs: values.input, shared, stores });
    return code === undefined ? found : withPolicies(found, root, stores, code);
  };
  return {
    ...named,
    kind,
    groups,
    tag,
    profile: values.profile,
    region: values.region,
    account: values.account,
    issuer,
    notes: (accountId, partition, shared = false) => [
      ...issuer.notes,
      ...(kind === 'stack' ? [] : (code?.().notes(accountId, partition) ?? [])),
      ...named.notes,
      ...(kind === 'stack' ? groups(accountId, partition, shared).notes : []),
    ],
    adopt: values.adopt,
    ownedByCode:
      folder === undefined ? [] : folder.project.roots.flatMap(r => codeOwners(r, file => folder.name(file))),
    choices: (accountId, partition) =>
      kind === 'stack'
        ? onlyGroup(groups(accountId, partition, false))
        : withPolicy(base(accountId, partition), code?.()),
  };
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

/** One role or two, as the kind of the binding allows; options that it has no use for are refused. */
function rolesOf(values: SetupValues, kind: SubjectKind): 'separate' | 'single' {
  const { noun, rolesApart, wiredIn } = bindingKinds[kind];
  if (rolesApart) {
    if (values.input.length > 0) throw new UsageError('--input is for the deployments of a Stack');
    return values.roles ?? 'separate';
  }
  if (values.roles === 'separate')
    throw new UsageError(`a ${noun} has one role for all of its tokens; leave --roles separate out`);
  const foreign = (['tag', 'workspace-id'] as const).find(o => values[o] !== undefined);
  if (foreign !== undefined)
    throw new UsageError(`--${foreign} is for workspaces; the role of a ${noun} is named in ${wiredIn}`);
  return 'single';
}

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
function roleNames(values: SetupValues): Pick<BindingChoices, 'names' | 'path'> & { arns: readonly string[] } {
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

function awsTags(values: SetupValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values['aws-tag'].map(given => {
      const at = given.indexOf('=');
      if (at < 1) throw new UsageError(`--aws-tag takes KEY=VALUE; it was "${given}"`);
      return [given.slice(0, at), given.slice(at + 1)];
    }),
  );
}

/** The configuration whose code decides: the one of the cloud block, or the only one. */
function codeRoot(roots: readonly Root[], found: Root | undefined, values: SetupValues): Root {
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
        message: `The policy file ${given} cannot be read.`,
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
