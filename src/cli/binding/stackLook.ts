import { lookForStack, type StackLook } from '../../binding/stack/look';
import { type GivenStackNames, stackHost } from '../../binding/stack/names';
import { readStores } from '../../binding/gather/stores';
import { knownValue, type Root } from '../../terraform/model';
import type { StoreReader } from '../../terraform/values';
import type { CliContext } from '../command';
import { filesAround } from '../files';
import { HcpSessions } from './hcpSession';
import { journalToRead } from './journalPlace';
import { journals } from './services';

/** The Stack of a folder, by options, environment and HCP Terraform. */
export async function stackLook(
  context: CliContext,
  root: Root,
  given: GivenStackNames & { readonly journal?: string | undefined },
  sessions: HcpSessions,
  namesAlone = false,
): Promise<StackLook> {
  const { host: files, boundary } = await filesAround(root.dir, context.env);
  const journal = journalToRead(context, { journal: given.journal });
  const store = journal === undefined ? undefined : journals(journal);
  const clientFor = async (hostname: string) => (await sessions.find(hostname, root.cloud)).client;
  return lookForStack(root, given, { clientFor, files, boundary, store }, context.signal, namesAlone);
}

/** What the variable sets behind the stores of a Stack hold, for the deployments or the role that are asked about, and why not more. */
export async function storesOf(
  context: CliContext,
  root: Root,
  given: Pick<GivenStackNames, 'hostname' | 'organization'> & {
    readonly deployment: readonly string[];
    readonly role: string | undefined;
  },
): Promise<{ readonly stores: StoreReader | undefined; readonly notes: readonly string[] }> {
  const names = (root.stack?.stores ?? []).map(store => `store.${store.type}.${store.name}`);
  const missing = (why: string) => ({
    stores: undefined,
    notes: [`The values of ${names.join(', ')} are not known: ${why}`],
  });
  const asked = given.deployment.length > 0 || given.role !== undefined;
  if (names.length === 0 || !asked) return { stores: undefined, notes: [] };
  const organization = given.organization ?? knownValue(root.cloud.organization);
  if (organization === undefined)
    return missing('name the organization of the variable sets (--organization, or TF_STACKS_ORGANIZATION_NAME).');
  const hostname = stackHost(root.cloud, given.hostname);
  const { client } = await new HcpSessions(context).find(hostname, root.cloud);
  if (client === undefined) return missing(`sign in to ${hostname} (terraform login ${hostname}).`);
  const stores = await readStores(root, client, organization, context.signal);
  const unread = (root.stack?.stores ?? []).flatMap(store => {
    const content = stores(store);
    return content?.state === 'unknown' ? [`store.${store.type}.${store.name} was not read: ${content.why}`] : [];
  });
  return { stores, notes: unread };
}
