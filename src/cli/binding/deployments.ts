import { type CheckedDeployment, gatherDeployments } from '../../binding/gather/deployments';
import type { OpenedAccount } from '../../binding/setup';
import type { Root } from '../../terraform/model';
import type { CliContext } from '../command';
import type { TerraformFolder } from '../terraformFolder';
import { unwrap } from '../../core/problem';
import { hostname as hostName } from '../../oidc/names';
import { permissionSources } from '../../binding/gather/permissionSources';
import { permissionFile } from '../../node/permissionFiles';
import { openAccount } from './accounts';
import { HcpSessions } from './hcpSession';
import { issuerFor } from './issuer';
import type { StackLook } from '../../binding/stack/look';
import { stackLook } from './stackLook';

interface StackAsked {
  /** Only these deployments; none for all of them. */
  readonly chosen: readonly string[];
  readonly look: StackLook;
  /** The host that issues the tokens, where it is another one. */
  readonly issuer?: string | undefined;
  /** Left out where that of the tokens is taken. */
  readonly audience: string | undefined;
  /** One for each account that is read. */
  readonly profiles: readonly string[];
  readonly region: string | undefined;
  /** An error text that somebody pasted. */
  readonly pastedError?: string | undefined;
}

/** Runs every check of the deployments of one Stack. With profiles their accounts are read; nothing is written. */
export async function checkDeployments(
  context: CliContext,
  root: Root,
  { profiles, region, look, issuer, ...asked }: StackAsked,
): Promise<readonly CheckedDeployment[]> {
  const accounts: OpenedAccount[] = [];
  for (const profile of profiles) accounts.push(await openAccount(context, { profile, region, account: undefined }));
  return gatherDeployments(
    {
      ...asked,
      ...look,
      root,
      issuer: issuer ?? look.hostname,
      namesProblem: look.problem,
      permissions: permissionSources(permissionFile),
      accounts: profiles.length === 0 ? { missing: 'No AWS profile was chosen (--profile).' } : accounts,
    },
    context.signal,
  );
}
/** The host whose tokens they are: the one that was named, or that its discovery document names. What is to be said of it goes to standard error. */
async function issuerOf(context: CliContext, given: string | undefined, hostname: string): Promise<string | undefined> {
  const { issuer, notes } = await issuerFor(context, given, unwrap(hostName(hostname)));
  for (const note of notes) context.err(`${note}\n`);
  return issuer;
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
    readonly journal: string | undefined;
    readonly issuer: string | undefined;
  },
  folder: TerraformFolder,
  pastedError?: string,
): Promise<readonly CheckedDeployment[]> {
  if (values.workspace.length > 0) return [];
  const { organization, hostname, profile, region, journal } = values;
  const sessions = new HcpSessions(context);
  const out: CheckedDeployment[] = [];
  for (const root of stacksIn(folder)) {
    const look = await stackLook(context, root, { organization, hostname, journal }, sessions);
    out.push(
      ...(await checkDeployments(context, root, {
        chosen: [],
        look,
        issuer: profile === undefined ? values.issuer : await issuerOf(context, values.issuer, look.hostname),
        audience: undefined,
        profiles: profile === undefined ? [] : [profile],
        region,
        pastedError,
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
