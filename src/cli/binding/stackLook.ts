import { lookForStack, type StackLook } from '../../binding/stack/look';
import type { GivenStackNames } from '../../binding/stack/names';
import type { Root } from '../../terraform/model';
import type { CliContext } from '../command';
import { filesAround } from '../files';
import type { HcpSessions } from './hcpSession';
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
