import { gatherDeployments } from '../../binding/gather/deployments';
import { readStores } from '../../binding/gather/stores';
import type { CodeOfWorkspaces, KeyDeployment, StoredValue } from '../../binding/keys';
import type { StackLook } from '../../binding/stack/look';
import type { HcpClient } from '../../hcp/client/client';
import { firstDeploymentRunSince, listStacks } from '../../hcp/stacks/read';
import type { Root, SourceFile } from '../../terraform/model';
import type { OpenedAccount } from '../../binding/setup';
import type { CliContext } from '../command';
import type { TerraformFolder } from '../terraformFolder';
import type { HcpSessions } from './hcpSession';
import { stackLook } from './stackLook';

/** Where `tfc-oidc keys` looks. */
export interface KeyLook {
  readonly hostname: string;
  /** All workspaces of it; undefined: those that the code names. */
  readonly organization: string | undefined;
  readonly folder: TerraformFolder | undefined;
  readonly opened: OpenedAccount | undefined;
  readonly journal: string;
}

/** What the Stacks of a folder have to do with old keys. */
export interface StackKeys {
  readonly code: ReadonlyMap<Root, Omit<CodeOfWorkspaces, 'root'>>;
  readonly deployments: ReadonlyMap<string, KeyDeployment>;
  /** Ids of the Stacks whose code was looked at. */
  readonly known: ReadonlySet<string>;
}

/** The deployments of each Stack of the folder, with what the variable sets behind its stores hold. */
export async function stackKeys(context: CliContext, look: KeyLook, sessions: HcpSessions): Promise<StackKeys> {
  const code = new Map<Root, Omit<CodeOfWorkspaces, 'root'>>();
  const deployments = new Map<string, KeyDeployment>();
  const known = new Set<string>();
  for (const root of look.folder?.project.roots ?? []) {
    const { stack } = root;
    if (stack === undefined) continue;
    const { organization, hostname, journal } = look;
    const found = await stackLook(context, root, { organization, hostname: given(root, hostname), journal }, sessions);
    if (found.known !== undefined) known.add(found.known.id);
    const { names } = found;
    // Without its names nothing tells whose keys they are; where they stand is told all the same.
    if (names === undefined) continue;
    const nameOf = (deployment: string): string => `${names.organization}/${names.stack}/${deployment}`;
    for (const { name } of stack.deployments)
      deployments.set(`${names.hostname}/${nameOf(name)}`, deploymentOf(root, name, found, look));
    code.set(root, {
      workspaces: stack.deployments.map(d => nameOf(d.name)),
      deploymentAt: (file, offset) => {
        const inside = stack.deployments.find(d => isInside(d, file, offset));
        return inside && nameOf(inside.name);
      },
      stored: await storedIn(root, found, context.signal),
    });
  }
  return { code, deployments, known };
}

/** The host that the environment names wins over the default of an option. */
const given = (root: Root, hostname: string): string | undefined =>
  root.cloud.hostname.state === 'known' ? undefined : hostname;

const isInside = (
  { file: own, block }: { readonly file: SourceFile; readonly block: { readonly start: number; readonly end: number } },
  file: SourceFile,
  offset: number,
): boolean => own.path === file.path && block.start <= offset && offset < block.end;

function deploymentOf(root: Root, name: string, { known, names, ...found }: StackLook, look: KeyLook): KeyDeployment {
  return {
    runs:
      known === undefined
        ? undefined
        : {
            workspaceId: undefined,
            firstSince: (since, signal) => firstDeploymentRunSince(known.client, known.id, name, since, signal),
          },
    checks: async signal => {
      const accounts =
        look.opened === undefined ? { missing: 'No AWS profile was chosen (--profile).' } : [look.opened];
      const { client, hostname: issuer } = found;
      const audience = undefined;
      const checked = await gatherDeployments(
        { root, chosen: [name], names, issuer, audience, accounts, client, known },
        signal,
      );
      return checked.flatMap(c => c.checks);
    },
  };
}

async function storedIn(
  root: Root,
  { client, names }: StackLook,
  signal: AbortSignal,
): Promise<readonly StoredValue[]> {
  const stores = root.stack?.stores ?? [];
  if (client === undefined || names === undefined || stores.length === 0) return [];
  const read = await readStores(root, client, names.organization, signal);
  return stores.flatMap(store => {
    const content = read(store);
    const address = `store.${store.type}.${store.name}`;
    return content?.state === 'known'
      ? [...content.values].map(([key, value]) => ({ store: address, key, value }))
      : [];
  });
}

/** Stacks of the organization whose code was not looked at: a key may stand there too. */
export async function otherStacks(
  client: HcpClient,
  organization: string,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const all = await listStacks(client, organization, signal);
  // A host without Stacks has none.
  if (!all.ok) return all.problem.status === 404 ? [] : [`The Stacks of ${organization}: ${all.problem.message}`];
  return all.value
    .filter(stack => !known.has(stack.id))
    .map(stack => `Stack ${organization}/${stack.name}: its code was not looked at (give its folder as PATH).`);
}
