import type { HcpClient } from '../../hcp/client/client';
import { latestTestRun, readTestConfiguration, type RegistryModule } from '../../hcp/registry/tests';
import { moduleTestSubject, type ModuleTestIdentity } from '../../oidc/subject';
import type { Check } from '../check';
import { trustJudge } from '../checks/judge';
import { moduleChecks } from '../checks/table';
import { type Fact, known, unread } from '../facts';
import type { OpenedAccount } from '../setup/model';
import { stackAccount } from './account';

/** What the checks of a module's tests are made from. */
export interface ModuleTestSources {
  readonly identity: ModuleTestIdentity;
  readonly module: RegistryModule;
  readonly client: HcpClient;
  /** The host that issues the tokens. */
  readonly issuer: string;
  readonly audience: string;
  readonly roleArn: string;
  readonly opened: OpenedAccount;
}

/** Everything about the tests of one module read anew, and all checks. Nothing is written. */
export async function gatherModuleTests(
  { identity, module, client, issuer, audience, roleArn, opened }: ModuleTestSources,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const fact = <T>(result: { ok: true; value: T } | { ok: false; problem: Parameters<typeof unread>[0] }): Fact<T> =>
    result.ok ? known(result.value) : unread(result.problem);
  const configuration = fact(await readTestConfiguration(client, module, signal));
  const run = fact(await latestTestRun(client, module, signal));
  const account = await stackAccount(opened, issuer, [roleArn], signal);
  const subject = moduleTestSubject(identity);
  return moduleChecks({ configuration, run, account, issuer, audience, roleArn, subject, judge: trustJudge });
}
