import { homedir } from 'node:os';
import type { Machine } from '../../binding/gather/localChain';
import { readSharedFiles } from '../../iam/identity';
import { nodeFiles } from '../../node/files';
import type { CliContext } from '../command';

/** What `aws` and `terraform` go by on this machine. */
export async function machineOf(context: CliContext): Promise<Machine> {
  const read = (file: string): Promise<string | undefined> => nodeFiles.read(file).catch(() => undefined);
  return { environment: context.env, sharedFiles: await readSharedFiles(context.env, { home: homedir(), read }) };
}
