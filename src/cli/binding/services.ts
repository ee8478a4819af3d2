import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { CodeFiles } from '../../binding/apply/code';
import { trustJudge } from '../../binding/checks/judge';
import { runChecks } from '../../binding/checks/table';
import { planRootCode } from '../../binding/code/planRoot';
import { type CommonSources, gatherBinding, notAsked } from '../../binding/gather/binding';
import { writtenPolicies, writtenValues } from '../../binding/gather/memory';
import { oldKeysOf } from '../../binding/gather/oldKeys';
import { permissionSources } from '../../binding/gather/permissionSources';
import { journalFolder } from '../../binding/journal/folder';
import { type JournalStore, readJournals } from '../../binding/journal/journal';
import { withLock } from '../../binding/journal/lock';
import type { Check } from '../../binding/check';
import { planStackWiring } from '../../binding/code/planWiring';
import { gatherDeployments } from '../../binding/gather/deployments';
import { gatherModuleTests } from '../../binding/gather/moduleTests';
import type { DeploymentPlace, ModulePlace } from '../../binding/place';
import { moduleName, organizationName } from '../../oidc/names';
import {
  type CheckedBinding,
  type CheckedMember,
  type OpenedAccount,
  readingClient,
  type SetupMember,
  type SetupServices,
  type UseCaseServices,
} from '../../binding/setup';
import { stackNamesOf } from '../../binding/stack/names';
import { fail, ok, unwrap } from '../../core/problem';
import { realWait } from '../../hcp/client/limiter';
import { noTokenProblem } from '../../hcp/tokens/report';
import { lintRoot } from '../../lint/lint';
import { permissionFile } from '../../node/permissionFiles';
import { thisProcess } from '../../node/thisProcess';
import type { Root } from '../../terraform/model';
import { readRoot } from '../../terraform/read';
import type { CliContext } from '../command';
import { filesAround } from '../files';
import { replaceable, replaceFile } from '../replaceFile';
import type { TerraformFolder } from '../terraformFolder';
import { HcpSessions } from './hcpSession';
import { fetchOf } from './http';
import { thisMachine } from '../../node/thisMachine';

export const journals = (dir: string): JournalStore => journalFolder(fs, dir, path.join);

/** The sources that every command asks; only a command that reads no AWS account leaves the host's discovery document alone. */
export async function commonSources(
  context: CliContext,
  journal: string | undefined,
  withAccount: boolean,
  readState = false,
  store: JournalStore | undefined = journal === undefined ? undefined : journals(journal),
): Promise<CommonSources> {
  const runs = store === undefined ? [] : await readJournals(store);
  return {
    issuer: withAccount ? fetchOf(context) : notAsked('The host is asked together with an AWS account (--profile).'),
    permissions: permissionSources(permissionFile),
    written: writtenPolicies(runs),
    ownValue: writtenValues(runs),
    machine: await thisMachine(context.env),
    oldKeys: store === undefined ? notAsked('There is no place where keys are remembered.') : oldKeysOf(store),
    roleUse: notAsked('What roles used is asked by status alone (--use).'),
    remembered: notAsked('The command line keeps no names: what the roles remember counts.'),
    cache: new Map(),
    readState,
  };
}

/** The code of a root with its findings, as use cases take it. */
export const codeOf = (context: CliContext, root: Root | undefined): SetupMember['code'] =>
  root && { root, findings: lintRoot(root, { environment: context.env }) };

/** What use cases of the command line work with; the journals and locks are in one folder. */
export function useCaseServices(
  context: CliContext,
  journal: string,
  store: JournalStore = journals(journal),
): UseCaseServices {
  const sessions = new HcpSessions(context);
  return {
    journals: store,
    locked: async (subject, work) => unwrap(await withLock(fs, journal, path.join, subject, thisProcess(), work)),
    // Opened when a change to a variable first needs it: most runs have none.
    client: async hostname => {
      const { found, client } = await sessions.find(hostname, undefined);
      return client === undefined ? fail(noTokenProblem(hostname, found)) : ok(client);
    },
    files: codeFiles,
    during: (_stage, _workspaces, work) => work(context.signal),
    now: Date.now,
    wait: context.time?.wait ?? realWait,
  };
}

/** `folder`: the project that the workspaces' roots are of. */
export function setupServices(
  context: CliContext,
  journal: string,
  folder: TerraformFolder | undefined,
  readState = false,
  store: JournalStore = journals(journal),
): SetupServices {
  return {
    ...useCaseServices(context, journal, store),
    check: async (members, opened, signal) => {
      const sources = await commonSources(context, journal, opened !== undefined, readState, store);
      return check(context, sources, members, opened, signal);
    },
    planWiring: async (root, choice, signal) => {
      const { host, boundary } = await filesAround(folder?.folder ?? root.dir, context.env);
      const files = { host, env: context.env, boundary };
      const findings = lintRoot(root, { environment: context.env });
      return planStackWiring(files, { root, findings }, choice, file => folder?.name(file.path) ?? file.path, signal);
    },
    planCode: async (roots, options, signal) => {
      const plans = [];
      for (const { code, tags } of roots) {
        const { host, boundary } = await filesAround(folder?.folder ?? code.root.dir, context.env);
        plans.push(
          await planRootCode(
            { host, env: context.env, boundary },
            code,
            { tags, fixes: !options.mappingOnly },
            file => folder?.name(file.path) ?? file.path,
            signal,
          ),
        );
      }
      return {
        changes: [...new Map(plans.flatMap(p => p.changes).map(c => [c.id, c])).values()],
        fixed: plans.flatMap(p => p.fixed),
        problems: plans.flatMap(p => p.problems),
      };
    },
  };
}

/** Reads each binding anew, and its root from the files as they are now: they may have been written a moment ago. */
async function check(
  context: CliContext,
  sources: CommonSources,
  members: readonly SetupMember[],
  opened: OpenedAccount | undefined,
  signal: AbortSignal,
): Promise<readonly CheckedBinding[]> {
  const out: CheckedBinding[] = [];
  for (const member of members) {
    const { place, code, hcp, issuerHost } = member;
    if ('module' in place) {
      out.push({ place, checks: await testsChecks(member, place, opened, signal) });
      continue;
    }
    if ('stack' in place) {
      out.push({ place, checks: await deploymentChecks(context, place, code, opened, signal, issuerHost) });
      continue;
    }
    const { facts, source } = await gatherBinding(
      {
        ...sources,
        ...place,
        ...(issuerHost !== undefined && { issuerHost }),
        code: code === undefined ? undefined : codeOf(context, await again(context, code.root, signal)),
        client: 'notAsked' in hcp ? { missing: hcp.notAsked } : readingClient(hcp),
        account: opened ?? { missing: 'No AWS profile was chosen (--profile).' },
        pastedError: undefined,
        cloudTrail: notAsked('CloudTrail is asked by the doctor alone (--cloudtrail).'),
        now: Date.now(),
      },
      signal,
    );
    const checked: CheckedMember = { place, facts, source, checks: runChecks(facts, trustJudge) };
    out.push(checked);
  }
  return out;
}

async function testsChecks(
  { tests, testRole, issuerHost }: SetupMember,
  place: ModulePlace,
  opened: OpenedAccount | undefined,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  if (tests === undefined || testRole === undefined || opened === undefined) return [];
  const identity = {
    kind: 'module-test',
    organization: unwrap(organizationName(place.organization)),
    module: unwrap(moduleName(place.module)),
  } as const;
  const { client, module } = tests;
  const { arn: roleArn, audience } = testRole;
  const issuer = issuerHost ?? place.hostname;
  const role = { arn: roleArn, audience };
  const sources = { identity, module, client, issuer, role, runs: [], account: opened };
  return (await gatherModuleTests(sources, signal)).checks;
}

async function deploymentChecks(
  context: CliContext,
  place: DeploymentPlace,
  code: SetupMember['code'],
  opened: OpenedAccount | undefined,
  signal: AbortSignal,
  issuer = place.hostname,
): Promise<readonly Check[]> {
  if (code === undefined) return [];
  const names = stackNamesOf(undefined, place);
  const stored = (code.root.stack?.stores.length ?? 0) > 0;
  const client = stored ? (await new HcpSessions(context).find(place.hostname, code.root.cloud)).client : undefined;
  const checked = await gatherDeployments(
    {
      root: await again(context, code.root, signal),
      chosen: [place.deployment],
      names: 'names' in names ? names.names : undefined,
      issuer,
      client,
      audience: undefined,
      permissions: permissionSources(permissionFile),
      accounts: opened === undefined ? { missing: 'No AWS profile was chosen (--profile).' } : [opened],
    },
    signal,
  );
  return checked.flatMap(c => c.checks);
}

async function again(context: CliContext, root: Root, signal: AbortSignal): Promise<Root> {
  const { host, boundary } = await filesAround(root.dir, context.env);
  return (await readRoot(host, context.env, root.dir, boundary, { signal })) ?? root;
}

/** The files that code changes touch; replaced at once or not at all, and only while they hold what was read. */
const codeFiles: CodeFiles = {
  async read(file) {
    try {
      return await fs.readFile(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  async write(file, text) {
    const now = await fs.readFile(file, 'utf8');
    await replaceFile(unwrap(await replaceable(path.dirname(file), file, now)), text);
  },
};
