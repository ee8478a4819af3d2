import path from 'node:path';
import { ProblemError } from '../core/problem';
import type { Permissions } from '../binding/planDesired';
import type { CodeOwner } from '../binding/planModel';
import type { DesiredRole, PolicyJson } from '../binding/desired';
import { plainJson } from '../iam/policy/node';
import { roleNameOf } from '../iam/account/read';
import { configurationTag } from '../oidc/names';
import { literalString } from '../terraform/cloud';
import type { Root, Value } from '../terraform/model';
import { choice, type CliContext, many, type OptionValues, text, UsageError } from './command';
import { readInput } from './input';
import { unwrap } from './names';
import { readTerraformFolder } from './terraformFolder';

/** Options by which `plan` and `apply` say what is wanted for which workspace in which account. */
export const accountOptions = {
  profile: { type: 'string' },
  region: { type: 'string' },
  account: { type: 'string' },
  hostname: { type: 'string' },
  organization: { type: 'string' },
  project: { type: 'string' },
  workspace: { type: 'string' },
  'workspace-id': { type: 'string' },
  audience: { type: 'string' },
  tag: { type: 'string' },
  roles: { type: 'string' },
  'role-name': { type: 'string' },
  'plan-role-name': { type: 'string' },
  'apply-role-name': { type: 'string' },
  path: { type: 'string' },
  policy: { type: 'string' },
  'plan-policy': { type: 'string' },
  'apply-policy': { type: 'string' },
  'policy-arn': { type: 'string', multiple: true },
  'plan-policy-arn': { type: 'string', multiple: true },
  'apply-policy-arn': { type: 'string', multiple: true },
  boundary: { type: 'string' },
  'max-session-duration': { type: 'string' },
  'trust-policy-quota': { type: 'string' },
  'aws-tag': { type: 'string', multiple: true },
  adopt: { type: 'boolean' },
  'check-permissions': { type: 'boolean' },
  format: { type: 'string' },
} as const;

export const accountHelp = `What it is for (asked of the cloud block in PATH where not given; PATH defaults to the current folder):
  --organization ORG    organization, letter by letter
  --project PROJECT     project of the workspace; "Default Project" is the first one's name, with the space
  --workspace NAME      workspace
  --workspace-id ID     ws-…, kept as a tag: it tells a renamed workspace from another one
  --hostname HOST       issuer (default app.terraform.io; app.eu.terraform.io, or a Terraform Enterprise host)
  --audience A          audience of the token (default aws.workload.identity)
  --tag TAG             for a second configuration of the workspace (TFC_AWS_PROVIDER_AUTH_TAG)

Which account:
  --profile NAME        AWS profile (default: AWS_PROFILE, then the environment, then the default profile). Static keys,
                        SSO, credential_process, role_arn and web identity work; endpoint_url and services too
  --region REGION       region of the requests; needed for GovCloud and China where the profile names none
  --account ID          stop unless the profile belongs to this account

What the roles are:
  --roles separate|single    a role for each phase (default), or one for both
  --role-name NAME|ARN       of the single role; with separate roles NAME-plan and NAME-apply
  --plan-role-name, --apply-role-name NAME|ARN   of one of them
  --path /PATH/              IAM path (default /)
  --policy FILE              permission policy as JSON, put inline into each role
  --plan-policy, --apply-policy FILE             only into one of them
  --policy-arn ARN           managed policy attached to each role; may be given several times
  --plan-policy-arn, --apply-policy-arn ARN      only to one of them
  --boundary ARN             permissions boundary
  --max-session-duration S   seconds, 3600 to 43200
  --aws-tag KEY=VALUE        tag of provider and roles; may be given several times
  --trust-policy-quota N     where the account's quota L-C07B4B0D was raised above 2048
  --adopt                    also change existing roles that tfc-oidc did not make`;

export interface Asked {
  readonly organization: string;
  readonly project: string;
  readonly workspace: string;
  readonly hostname: string | undefined;
  /** Resources of the project at PATH that manage roles or providers. */
  readonly owners: readonly CodeOwner[];
  readonly notes: readonly string[];
}

/** Who the plan is for: options first, then the cloud block of the root at PATH. */
export async function askedFor(
  context: CliContext,
  values: OptionValues,
  positionals: readonly string[],
): Promise<Asked> {
  const given = {
    organization: text(values, 'organization'),
    project: text(values, 'project'),
    workspace: text(values, 'workspace'),
    hostname: text(values, 'hostname'),
  };
  const complete = given.organization !== undefined && given.project !== undefined && given.workspace !== undefined;
  if (complete && positionals.length === 0)
    return { ...given, ...(given as Required<typeof given>), owners: [], notes: [] } as Asked;
  const { project } = await readTerraformFolder(context, positionals);
  const owners = project.roots.flatMap(ownersIn);
  const roots = project.roots.filter(root => root.cloud.kind === 'cloud' || root.cloud.kind === 'remote');
  const [root, second] = roots;
  if (!complete && second !== undefined) {
    throw new UsageError(
      `${roots.length} roots have a cloud block; give the folder of one of them: ${roots.map(r => path.relative(context.cwd, r.dir) || '.').join(', ')}`,
    );
  }
  const cloud = second === undefined ? root?.cloud : undefined;
  const known = (value: Value<string> | undefined): string | undefined =>
    value?.state === 'known' ? value.value : undefined;
  const workspaces = cloud?.workspaces;
  const selected =
    workspaces?.by === 'name'
      ? workspaces.name
      : workspaces?.by === 'tags' || workspaces?.by === 'prefix'
        ? workspaces.selected
        : undefined;
  const need = (name: 'organization' | 'project' | 'workspace', fallback: string | undefined, why: string): string => {
    const value = given[name] ?? fallback;
    if (value === undefined || value === '') throw new UsageError(`--${name} is needed (${why})`);
    return value;
  };
  const projectName = need(
    'project',
    known(cloud?.project),
    'the subject of the token holds its name; the page of the workspace in HCP Terraform shows it',
  );
  const notes =
    given.project === undefined
      ? [
          `The project "${projectName}" is the one of the cloud block. The token carries the project that the workspace is really in: check it in HCP Terraform.`,
        ]
      : [];
  return {
    organization: need('organization', known(cloud?.organization), 'no cloud block names it'),
    project: projectName,
    workspace: need('workspace', known(selected), 'no cloud block names one workspace'),
    hostname: given.hostname ?? known(cloud?.hostname),
    owners,
    notes,
  };
}

function ownersIn(root: Root): readonly CodeOwner[] {
  return root.modules.flatMap(module =>
    module.resources.flatMap((resource): readonly CodeOwner[] => {
      const kind =
        resource.type === 'aws_iam_role'
          ? 'role'
          : resource.type === 'aws_iam_openid_connect_provider'
            ? 'provider'
            : undefined;
      if (kind === undefined || resource.mode !== 'resource') return [];
      const name = literalString(resource.body, kind === 'role' ? 'name' : 'url', resource.file);
      if (name.state !== 'known') return [];
      const file = path.relative(root.dir, resource.file.path) || resource.file.path;
      return [
        {
          kind,
          name: name.value.replace(/^https:\/\//, '').replace(/\/$/, ''),
          where: `${resource.type}.${resource.name} in ${file}`,
        },
      ];
    }),
  );
}

/** Role names as they were given; an ARN stands for its name, and its path where no --path is given. */
export function roleNames(values: OptionValues): { names: Partial<Record<DesiredRole['use'], string>>; path: string } {
  let found = text(values, 'path');
  const nameOf = (option: string): string | undefined => {
    const given = text(values, option);
    if (given === undefined || !given.startsWith('arn:')) return given;
    const match = /^arn:[a-z-]+:iam::\d{12}:role(\/(?:.*\/)?)[^/]+$/.exec(given);
    if (match === null) throw new UsageError(`--${option} takes a role's name or ARN; it was "${given}"`);
    found ??= match[1];
    return roleNameOf(given);
  };
  const both = nameOf('role-name');
  const plan = nameOf('plan-role-name') ?? (both === undefined ? undefined : `${both}-plan`);
  const apply = nameOf('apply-role-name') ?? (both === undefined ? undefined : `${both}-apply`);
  return {
    names: {
      ...(both === undefined ? {} : { run: both }),
      ...(plan === undefined ? {} : { plan }),
      ...(apply === undefined ? {} : { apply }),
    },
    path: found ?? '/',
  };
}

export async function permissionsOf(
  context: CliContext,
  values: OptionValues,
): Promise<Readonly<Record<DesiredRole['use'], Permissions>>> {
  const read = async (option: string): Promise<PolicyJson | undefined> => {
    const file = text(values, option);
    if (file === undefined) return undefined;
    const { name, text: content } = await readInput(context, [file], 'permission policy');
    const value = plainJson(content);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ProblemError({
        code: 'no-policy',
        message: `${name} is no policy: it is not a JSON object.`,
        nextStep: 'Give a permission policy as IAM takes it.',
      });
    }
    return value as PolicyJson;
  };
  const common = await read('policy');
  const plan = (await read('plan-policy')) ?? common;
  const apply = (await read('apply-policy')) ?? common;
  const arns = many(values, 'policy-arn');
  const planArns = many(values, 'plan-policy-arn');
  const applyArns = many(values, 'apply-policy-arn');
  if (choice(values, 'roles', ['separate', 'single'], 'separate') === 'single') {
    const apart = [
      'plan-policy',
      'apply-policy',
      'plan-policy-arn',
      'apply-policy-arn',
      'plan-role-name',
      'apply-role-name',
    ];
    const given = apart.find(option => values[option] !== undefined);
    if (given !== undefined)
      throw new UsageError(
        `--${given} is for separate roles; with --roles single use --${given.replace(/^(plan|apply)-/, '')}`,
      );
  }
  return {
    run: { inline: common, arns },
    plan: { inline: plan, arns: [...arns, ...planArns] },
    apply: { inline: apply, arns: [...arns, ...applyArns] },
  };
}

export function integer(values: OptionValues, name: string): number | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  if (!/^\d{1,6}$/.test(given)) throw new UsageError(`--${name} takes a whole number; it was "${given}"`);
  return Number(given);
}

export function awsTags(values: OptionValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    many(values, 'aws-tag').map(given => {
      const at = given.indexOf('=');
      if (at < 1) throw new UsageError(`--aws-tag takes KEY=VALUE; it was "${given}"`);
      return [given.slice(0, at), given.slice(at + 1)];
    }),
  );
}

export function tagOf(values: OptionValues) {
  const given = text(values, 'tag');
  return given === undefined ? {} : { tag: unwrap(configurationTag(given)) };
}
