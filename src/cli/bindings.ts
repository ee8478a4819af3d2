import { unwrap } from '../core/problem';
import { runChecks } from '../binding/checks/table';
import type { Check } from '../binding/check';
import { gatherBinding } from '../binding/gather/binding';
import { permissionSources } from '../binding/permissionSources';
import { permissionFile } from '../node/permissionFiles';
import type { BindingFacts } from '../binding/facts';
import { trustJudge } from '../binding/judge';
import { lintRoot } from '../lint/lint';
import { listWorkspaces } from '../hcp/workspace/read';
import type { VarsetCache } from '../hcp/variables/read';
import type { Root } from '../terraform/model';
import { readJournals } from '../binding/journal';
import { writtenPolicies } from '../binding/gather/memory';
import { journals, openAwsAccount, type OpenedAccount } from './binding';
import { journalDir } from './bindingOptions';
import { type CliContext, many, type OptionValues, text } from './command';
import { HcpSessions } from './hcpSession';
import type { TerraformFolder } from './terraformFolder';
import { noTokenProblem } from '../hcp/tokens/report';

/** One workspace of one root, with all its checks. */
export interface CheckedBinding {
  readonly root: Root | undefined;
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string;
  readonly facts: BindingFacts;
  readonly checks: readonly Check[];
}

export const statusOptions = {
  organization: { type: 'string' },
  workspace: { type: 'string', multiple: true },
  hostname: { type: 'string' },
  profile: { type: 'string' },
  region: { type: 'string' },
  journal: { type: 'string' },
  format: { type: 'string' },
} as const;

export const statusHelp = `  --organization ORG --workspace NAME (several) --hostname HOST    instead of what the cloud blocks of PATH say
  --profile NAME        also read the AWS account: provider, roles, trust policies (nothing is written)
  --region REGION       default: the profile's
  --journal DIR         where configure and apply kept what they wrote: tells whether a role was changed since`;

/** Reads every binding of a project, or those that the options name. Progress goes to standard error. */
export async function checkBindings(
  context: CliContext,
  values: OptionValues,
  folder: TerraformFolder | undefined,
  more: { readonly pastedError?: string; readonly cloudTrail?: boolean } = {},
): Promise<readonly CheckedBinding[]> {
  const sessions = new HcpSessions(context);
  const account = await openIfAsked(context, values);
  const cache: VarsetCache = new Map();
  const permissions = permissionSources(permissionFile);
  const written = writtenPolicies(await readJournals(journals(journalDir(context, values))));
  const out: CheckedBinding[] = [];
  for (const target of await targets(context, values, folder, sessions)) {
    context.signal.throwIfAborted();
    context.err(`Reading ${target.organization}/${target.workspace} …\n`);
    const { found, client } = await sessions.find(target.hostname, target.root?.cloud);
    const { facts } = await gatherBinding(
      {
        ...target,
        code:
          target.root === undefined
            ? undefined
            : { root: target.root, findings: lintRoot(target.root, { environment: context.env }) },
        client: client ?? { missing: noTokenProblem(target.hostname, found).message },
        account,
        cache,
        permissions,
        ...more,
        // Asked only where the answer is part of a check.
        ...('missing' in account ? {} : { fetch }),
        written,
        environment: context.env,
        now: Date.now(),
      },
      context.signal,
    );
    out.push({ ...target, facts, checks: runChecks(facts, trustJudge) });
  }
  return out;
}

async function openIfAsked(
  context: CliContext,
  values: OptionValues,
): Promise<OpenedAccount | { readonly missing: string }> {
  const profile = text(values, 'profile');
  if (profile === undefined) return { missing: 'No AWS profile was chosen (--profile).' };
  return openAwsAccount(context, { profile, region: text(values, 'region'), account: undefined });
}

export interface Target {
  readonly root: Root | undefined;
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string;
}

export async function targets(
  context: CliContext,
  values: OptionValues,
  folder: TerraformFolder | undefined,
  sessions: HcpSessions,
): Promise<readonly Target[]> {
  const organization = text(values, 'organization');
  const wanted = many(values, 'workspace');
  const host = text(values, 'hostname');
  const roots = folder?.project.roots.filter(r => r.cloud.kind === 'cloud' || r.cloud.kind === 'remote') ?? [];
  if (organization !== undefined && wanted.length > 0) {
    const root = roots.length === 1 ? roots[0] : undefined;
    return wanted.map(workspace => ({ root, hostname: host ?? hostOf(root), organization, workspace }));
  }
  const out: Target[] = [];
  for (const root of roots) {
    const named =
      organization ?? (root.cloud.organization.state === 'known' ? root.cloud.organization.value : undefined);
    if (named === undefined) continue;
    const hostname = host ?? hostOf(root);
    const names = await namesOf(context, root, named, hostname, sessions);
    out.push(
      ...names
        .filter(n => wanted.length === 0 || wanted.includes(n))
        .map(workspace => ({ root, hostname, organization: named, workspace })),
    );
  }
  return out;
}

function hostOf(root: Root | undefined): string {
  return root?.cloud.hostname.state === 'known' ? root.cloud.hostname.value : 'app.terraform.io';
}

/** The workspaces of a root: one by name, or all that fit its tags or prefix. */
async function namesOf(
  context: CliContext,
  root: Root,
  organization: string,
  hostname: string,
  sessions: HcpSessions,
): Promise<readonly string[]> {
  const w = root.cloud.workspaces;
  if (w.by === 'nothing') return [];
  if (w.by === 'name') return w.name.state === 'known' ? [w.name.value] : [];
  const client = await sessions.open(hostname, root.cloud);
  const filter =
    w.by === 'tags'
      ? w.tags.state === 'known'
        ? { tags: w.tags.value }
        : undefined
      : w.prefix.state === 'known'
        ? { prefix: w.prefix.value }
        : undefined;
  if (filter === undefined) return [];
  return unwrap(await listWorkspaces(client, organization, filter, context.signal)).map(found => found.name);
}
