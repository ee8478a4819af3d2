import { homedir } from 'node:os';
import type { Machine } from '../../binding/gather/localChain';
import { readSharedFiles } from '../../iam/identity';
import { nodeFiles } from '../../node/files';

/** What `aws` and `terraform` go by on this machine. */
export async function machineOf(environment: NodeJS.ProcessEnv): Promise<Machine> {
  const read = (file: string): Promise<string | undefined> => nodeFiles.read(file).catch(() => undefined);
  return { environment, sharedFiles: await readSharedFiles(environment, { home: homedir(), read }) };
}
