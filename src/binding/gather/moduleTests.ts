import type { HcpClient } from '../../hcp/client/client';
import {
  latestTestRun,
  readTestConfiguration,
  type RegistryModule,
  type TestConfiguration,
  type TestRun,
} from '../../hcp/registry/tests';
import { moduleTestSubject, type ModuleTestIdentity } from '../../oidc/subject';
import type { Result } from '../../core/problem';
import type { Check } from '../check';
import { trustJudge } from '../checks/judge';
import type { TestsRole } from '../checks/moduleTests';
import { moduleChecks } from '../checks/table';
import { type Fact, known, unknown, unread } from '../facts';
import { type JournalRun, runsAbout } from '../journal/journal';
import { writtenRole } from '../plan/tests';
import type { OpenedAccount } from '../setup/model';
import { stackAccount } from './account';

/** What the checks of a module's tests are made from. */
export interface ModuleTestSources {
  readonly identity: ModuleTestIdentity;
  readonly module: RegistryModule;
  /** Or why nothing can be asked of HCP Terraform. */
  readonly client: HcpClient | { readonly missing: string };
  /** The host that issues the tokens. */
  readonly issuer: string;
  /** The role that was named; undefined: the one that this machine wrote. */
  readonly role: TestsRole | undefined;
  /** Everything that this machine did. */
  readonly runs: readonly JournalRun[];
  readonly account: OpenedAccount | { readonly missing: string };
}

/** The tests of one registry module, with all their checks. */
export interface CheckedTests {
  readonly identity: ModuleTestIdentity;
  readonly module: RegistryModule;
  readonly role: Fact<TestsRole>;
  /** Their latest run. */
  readonly run: Fact<TestRun | undefined>;
  /** When the role or the test configuration was written last from here. */
  readonly lastWrite: number | undefined;
  readonly checks: readonly Check[];
}

/** Everything about the tests of one module read anew, and all checks. Nothing is written. */
export async function gatherModuleTests(sources: ModuleTestSources, signal: AbortSignal): Promise<CheckedTests> {
  const { identity, module, issuer, runs } = sources;
  const configuration = await asked(sources, client => readTestConfiguration(client, module, signal));
  const run = await asked(sources, client => latestTestRun(client, module, signal));
  const role = roleOf(sources, configuration);
  const account =
    'missing' in sources.account
      ? unknown(sources.account.missing)
      : known(await stackAccount(sources.account, issuer, role.state === 'known' ? [role.value.arn] : [], signal));
  const subject = moduleTestSubject(identity);
  const checks = moduleChecks({ configuration, run, account, issuer, role, subject, judge: trustJudge });
  const { organization, module: name } = identity;
  const lastWrite = runsAbout(runs, { organization, module: name }).at(-1)?.at;
  return { identity, module, role, run, lastWrite, checks };
}

async function asked<T>(
  { client }: ModuleTestSources,
  ask: (client: HcpClient) => Promise<Result<T>>,
): Promise<Fact<T>> {
  if ('missing' in client) return unknown(client.missing);
  const answer = await ask(client);
  return answer.ok ? known(answer.value) : unread(answer.problem);
}

function roleOf({ role, module, runs }: ModuleTestSources, configuration: Fact<TestConfiguration>): Fact<TestsRole> {
  if (role !== undefined) return known(role);
  const written =
    configuration.state === 'known' ? writtenRole({ module, configuration: configuration.value }, runs) : undefined;
  return written === undefined
    ? unknown(
        'HCP Terraform does not tell which role is set, and it was not set from this machine, or was changed since.',
        'Name the role that is set (--role).',
      )
    : known(written);
}
