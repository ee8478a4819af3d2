import { fail, ok, type Problem, ProblemError, type Result, unwrap } from '../../core/problem';
import { hostname } from '../../oidc/names';
import { workspacesOf } from '../../binding/gather/workspacesOf';
import { runChecks } from '../../binding/checks/table';
import type { Check } from '../../binding/check';
import { type GatheredBinding, gatherBinding, notAsked } from '../../binding/gather/binding';
import type { BindingFacts } from '../../binding/facts';
import { trustJudge } from '../../binding/checks/judge';
import { filterInWords, noWorkspaces } from '../../hcp/workspace/none';
import { listWorkspaces } from '../../hcp/workspace/read';
import { namesWorkspaces, type Root, type Value } from '../../terraform/model';
import type { OpenedAccount } from '../../binding/setup';
import { openAwsAccount } from './accounts';
import { codeOf, commonSources } from './services';
import { journalToRead } from './journalPlace';
import { HcpSessions } from './hcpSession';
import { issuerOption } from './issuer';
import { projectSettings } from '../projectSettings';
import type { TerraformFolder } from '../terraformFolder';
import { noTokenProblem } from '../../hcp/tokens/report';
import type { CliContext } from '../command';
import { file, flag, host, list, text, type Values } from '../option';

/** One workspace of one root, with all its checks. */
export interface CheckedBinding {
  readonly root: Root | undefined;
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string;
  readonly facts: BindingFacts;
  readonly source: GatheredBinding['source'];
  readonly checks: readonly Check[];
}

/** Which workspaces, instead of those that the code names. */
export const workspaceOptions = {
  organization: text('ORG', 'organization, instead of what the cloud blocks of PATH say'),
  workspace: list('NAME', 'workspace, instead of what the cloud blocks of PATH say'),
  hostname: host('HOST', 'host, instead of what the cloud blocks of PATH say'),
} as const;

export type WorkspaceValues = Values<typeof workspaceOptions>;

/** Options of status, doctor and prove-run. */
export const statusOptions = {
  ...workspaceOptions,
  profile: text('NAME', 'also read the AWS account: provider, roles, trust policies (nothing is written)'),
  region: text('REGION', "default: the profile's"),
  issuer: issuerOption,
  'read-state': flag(
    'also read the current state version, to tell by name what roles still need. It holds secrets: types, names and ARNs alone are kept, in memory',
  ),
  journal: file('DIR', 'where configure and apply kept what they wrote: tells whether a role was changed since'),
} as const;

type StatusValues = Values<typeof statusOptions>;

/** Reads every binding of a project, or those that the options name. Progress goes to standard error. */
export async function checkBindings(
  context: CliContext,
  values: StatusValues,
  folder: TerraformFolder | undefined,
  more: { readonly pastedError?: string; readonly cloudTrail?: boolean; readonly use?: boolean } = {},
): Promise<readonly CheckedBinding[]> {
  const sessions = new HcpSessions(context);
  const account = await openIfAsked(context, values);
  const withAccount = !('missing' in account);
  const sources = await commonSources(context, journalToRead(context, values), withAccount, values['read-state']);
  const out: CheckedBinding[] = [];
  for (const target of await targets(context, values, folder, sessions)) {
    context.signal.throwIfAborted();
    context.progress(`Reading ${target.organization}/${target.workspace} …\n`);
    const { found, client } = await sessions.find(target.hostname, target.root?.cloud);
    const { facts, source } = await gatherBinding(
      {
        ...sources,
        ...(more.use === true && { roleUse: 'asked' as const }),
        ...target,
        ...(values.issuer !== undefined && { issuerHost: unwrap(hostname(values.issuer)) }),
        code: codeOf(context, target.root),
        client: client ?? { missing: noTokenProblem(target.hostname, found).message },
        account,
        pastedError: more.pastedError,
        cloudTrail: more.cloudTrail === true ? 'asked' : notAsked('CloudTrail is asked with --cloudtrail.'),
        now: Date.now(),
      },
      context.signal,
    );
    out.push({ ...target, facts, source, checks: runChecks(facts, trustJudge) });
  }
  return out;
}

/** The account of --profile; without one its checks say so. */
export async function openIfAsked(
  context: CliContext,
  values: StatusValues,
): Promise<OpenedAccount | { readonly missing: string }> {
  const profile = values.profile;
  if (profile === undefined) return { missing: 'No AWS profile was chosen (--profile).' };
  return openAwsAccount(context, { profile, region: values.region, account: undefined });
}

export interface Target {
  readonly root: Root | undefined;
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string;
}

/**
 * The workspaces that the options name, or else the cloud blocks of PATH. A block that leaves open which they are is told, and is the
 * answer where there is no other one: an empty list comes only from a PATH without any such block.
 */
export async function targets(
  context: CliContext,
  values: WorkspaceValues,
  folder: TerraformFolder | undefined,
  sessions: HcpSessions,
): Promise<readonly Target[]> {
  const wanted = values.workspace;
  const roots = folder?.project.roots.filter(namesWorkspaces) ?? [];
  // What code says wins over tfc-oidc.json, which is in its blocks already where they say nothing.
  const { organization, host } = roots.length === 0 ? await ownersOf(context, values, folder) : ownersIn(values, {});
  if (organization !== undefined && wanted.length > 0) {
    const root = roots.length === 1 ? roots[0] : undefined;
    return wanted.map(workspace => ({ root, hostname: host ?? hostOf(root), organization, workspace }));
  }
  const out: Target[] = [];
  const open: Problem[] = [];
  const others: string[] = [];
  for (const root of roots) {
    const found = await named(context, root, { organization, host, wanted }, sessions);
    if (found.ok) {
      const chosen = found.value.filter(t => wanted.length === 0 || wanted.includes(t.workspace));
      out.push(...chosen);
      if (chosen.length === 0) others.push(...found.value.map(t => t.workspace));
    } else {
      const where = folder?.name(root.dir) ?? root.dir;
      open.push(where === '.' ? found.problem : { ...found.problem, message: `${where}: ${found.problem.message}` });
    }
  }
  if (out.length > 0) for (const problem of open) context.err(`Left out: ${problem.message}\n`);
  else if (open[0] !== undefined) throw new ProblemError(open[0]);
  else if (others.length > 0)
    throw new ProblemError({
      code: 'workspace-not-in-code',
      message: `The cloud block of PATH is for ${listed(others)}; ${wanted.join(', ')} is not among them.`,
      nextStep: 'Choose one of them with --workspace, or name the organization too (--organization).',
    });
  return out;
}

/** What options say, and tfc-oidc.json behind them. */
async function ownersOf(
  context: CliContext,
  values: WorkspaceValues,
  folder: TerraformFolder | undefined,
): Promise<ReturnType<typeof ownersIn>> {
  const settings = folder === undefined ? await projectSettings(context, context.cwd) : folder.settings;
  return ownersIn(values, settings?.defaults ?? {});
}

const ownersIn = (
  { organization, hostname }: WorkspaceValues,
  defaults: { readonly organization?: string; readonly hostname?: string },
) => ({ organization: organization ?? defaults.organization, host: hostname ?? defaults.hostname });

const listed = (names: readonly string[]): string =>
  names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;

function hostOf(root: Root | undefined): string {
  return root?.cloud.hostname.state === 'known' ? root.cloud.hostname.value : 'app.terraform.io';
}

/** The workspaces of one root, with what the options say in place of its block. */
async function named(
  context: CliContext,
  root: Root,
  given: {
    readonly organization: string | undefined;
    readonly host: string | undefined;
    readonly wanted: readonly string[];
  },
  sessions: HcpSessions,
): Promise<Result<readonly Target[]>> {
  const option = (value: string): Value<string> => ({ state: 'known', value, source: { kind: 'config' } });
  const found = workspacesOf({
    ...root.cloud,
    ...(given.organization !== undefined && { organization: option(given.organization) }),
    ...(given.host !== undefined && { hostname: option(given.host) }),
    ...(root.cloud.workspaces.by === 'nothing' &&
      given.wanted[0] !== undefined && { workspaces: { by: 'name', name: option(given.wanted[0]) } }),
  });
  if (!found.ok) return found;
  const { hostname, organization, which } = found.value;
  const target = (workspace: string): Target => ({ root, hostname, organization, workspace });
  if (root.cloud.workspaces.by === 'nothing') return ok(given.wanted.map(target));
  if (which.by === 'name') return ok([target(which.name)]);
  const client = await sessions.open(hostname, root.cloud);
  const list = await listWorkspaces(client, organization, which.filter, context.signal);
  if (!list.ok) return list;
  if (list.value.length > 0) return ok(list.value.map(w => target(w.name)));
  return fail(await noWorkspaces(client, organization, filterInWords(which.filter), context.signal));
}
