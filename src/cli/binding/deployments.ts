import { trustJudge } from '../../binding/checks/judge';
import { providerUrlHost } from '../../binding/checks/arn';
import type { Check } from '../../binding/check';
import type { StackNames } from '../../binding/checks/stack/underCheck';
import { stackChecks } from '../../binding/checks/table';
import { type AccountFacts, type Fact, known, unknown } from '../../binding/facts';
import { stackAccount } from '../../binding/gather/account';
import { stackHost, stackNamesOf } from '../../binding/stack/names';
import { rolesOf, type StackWiring, wiringOf } from '../../binding/stack/wiring';
import type { Root } from '../../terraform/model';
import type { CliContext } from '../command';
import type { TerraformFolder } from '../terraformFolder';
import { openAccount } from './binding';

/** One deployment of one Stack, with all its checks. */
export interface CheckedDeployment {
  readonly root: Root;
  readonly wiring: StackWiring;
  readonly checks: readonly Check[];
}

interface StackAsked {
  /** Only these deployments; none for all of them. */
  readonly chosen: readonly string[];
  readonly names: StackNames | undefined;
  readonly hostname: string;
  /** Left out where that of the tokens is taken. */
  readonly audience: string | undefined;
  /** One for each account that is read. */
  readonly profiles: readonly string[];
  readonly region: string | undefined;
}

/** Runs every check of the deployments of one Stack. With profiles their accounts are read; nothing is written. */
export async function checkDeployments(
  context: CliContext,
  root: Root,
  asked: StackAsked,
): Promise<readonly CheckedDeployment[]> {
  const wirings = (root.stack?.deployments ?? [])
    .filter(d => asked.chosen.length === 0 || asked.chosen.includes(d.name))
    .map(deployment => wiringOf(root, deployment));
  const accounts = await accountsOf(context, asked, wirings);
  const { audience, names } = asked;
  const issuer = providerUrlHost(asked.hostname);
  return wirings.map(wiring => ({
    root,
    wiring,
    checks: stackChecks({ root, wiring, audience, names, issuer, accounts, judge: trustJudge }),
  }));
}

async function accountsOf(
  context: CliContext,
  { profiles, region, hostname }: StackAsked,
  wirings: readonly StackWiring[],
): Promise<Fact<readonly AccountFacts[]>> {
  if (profiles.length === 0) return unknown('No AWS profile was chosen (--profile).');
  const arns = [...new Set(wirings.flatMap(rolesOf))];
  const accounts: AccountFacts[] = [];
  for (const profile of profiles) {
    const opened = await openAccount(context, { profile, region, account: undefined });
    accounts.push(await stackAccount(opened, hostname, arns, context.signal));
  }
  return known(accounts);
}

/** The Stacks of a folder, for commands that take workspaces and Stacks. */
const stacksIn = (folder: TerraformFolder): readonly Root[] =>
  folder.project.roots.filter(root => root.stack !== undefined);

/** Every deployment of the Stacks of a folder; none where the options name workspaces. */
export async function checkStacks(
  context: CliContext,
  values: {
    readonly organization: string | undefined;
    readonly workspace: readonly string[];
    readonly hostname: string | undefined;
    readonly profile: string | undefined;
    readonly region: string | undefined;
  },
  folder: TerraformFolder,
): Promise<readonly CheckedDeployment[]> {
  if (values.workspace.length > 0) return [];
  const { organization, hostname, profile, region } = values;
  const out: CheckedDeployment[] = [];
  for (const root of stacksIn(folder)) {
    const found = stackNamesOf(root.cloud, { organization, hostname });
    out.push(
      ...(await checkDeployments(context, root, {
        chosen: [],
        names: 'names' in found ? found.names : undefined,
        hostname: stackHost(root.cloud, hostname),
        audience: undefined,
        profiles: profile === undefined ? [] : [profile],
        region,
      })),
    );
  }
  return out;
}

/** Why status and doctor have nothing to say of a folder. */
export function nothingHere(folder: TerraformFolder): string {
  const names = stacksIn(folder).map(root => folder.name(root.dir));
  if (names.length === 0) return 'No cloud block names a workspace here, and there is no Stack.\n';
  return `The Stack in ${names.join(', ')} has no deployment block: nothing runs, and nothing gets AWS credentials. Write a deployment into a *.tfdeploy.hcl file.\n`;
}
