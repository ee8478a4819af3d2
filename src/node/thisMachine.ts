import { homedir } from 'node:os';
import type { Environment } from '../core/host';
import { readSharedFiles, type SharedFiles } from '../iam/identity';
import { nodeFiles } from './files';

/** What `aws` and `terraform` go by on this machine: an environment, and the two files of AWS profiles. */
export async function thisMachine(
  environment: Environment,
): Promise<{ readonly environment: Environment; readonly sharedFiles: SharedFiles }> {
  const read = (file: string): Promise<string | undefined> => nodeFiles.read(file).catch(() => undefined);
  return { environment, sharedFiles: await readSharedFiles(environment, { home: homedir(), read }) };
}
