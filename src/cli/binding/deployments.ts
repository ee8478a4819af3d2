import type { StackNames } from '../../binding/checks/stack/underCheck';
import { type CheckedDeployment, gatherDeployments } from '../../binding/gather/deployments';
import type { OpenedAccount } from '../../binding/setup';
import { stackHost, stackNamesOf } from '../../binding/stack/names';
import type { Root } from '../../terraform/model';
import type { CliContext } from '../command';
import type { TerraformFolder } from '../terraformFolder';
import { openAccount } from './binding';

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
  { profiles, region, hostname, ...asked }: StackAsked,
): Promise<readonly CheckedDeployment[]> {
  const accounts: OpenedAccount[] = [];
  for (const profile of profiles) accounts.push(await openAccount(context, { profile, region, account: undefined }));
  return gatherDeployments(
    {
      ...asked,
      root,
      issuer: hostname,
      accounts: profiles.length === 0 ? { missing: 'No AWS profile was chosen (--profile).' } : accounts,
    },
    context.signal,
  );
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
