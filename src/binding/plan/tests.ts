import type { RegistryModule, TestConfiguration } from '../../hcp/registry/tests';
import type { TestsChange } from '../change';
import type { JournalRun } from '../journal/journal';

/** A test configuration as it was read, and where it is written. */
export interface ReadTests {
  readonly hostname: string;
  readonly module: RegistryModule;
  readonly configuration: TestConfiguration;
}

const fullName = ({ organization, name, provider }: RegistryModule): string => `${organization}/${name}/${provider}`;
const idOf = (module: RegistryModule): string => `tests:${fullName(module)}`;

/** The role that this machine wrote into a test configuration, where nobody changed it since; HCP Terraform never tells it. */
export function writtenRole(
  { module, configuration }: Pick<ReadTests, 'module' | 'configuration'>,
  runs: readonly JournalRun[],
): { readonly arn: string; readonly audience: string } | undefined {
  const last = runs
    .flatMap(r => r.steps)
    .findLast(s => s.change.kind === 'tests' && s.change.id === idOf(module) && s.state === 'done');
  const outcome = last?.outcome;
  const same =
    typeof outcome === 'object' &&
    outcome !== null &&
    'updatedAt' in outcome &&
    outcome.updatedAt === configuration.updatedAt;
  return last?.change.kind === 'tests' && configuration.enabled && same
    ? { arn: last.change.roleArn, audience: last.change.audience }
    : undefined;
}

/**
 * The change that gives the tests of a module their role; `undefined` where this machine wrote just that and nobody changed it since. What
 * role is set cannot be read, so nothing else can tell.
 */
export function planTests(
  { hostname, module, configuration }: ReadTests,
  wanted: { readonly roleArn: string; readonly audience: string },
  runs: readonly JournalRun[],
): TestsChange | undefined {
  const { enabled, oidcProvider, updatedAt } = configuration;
  const name = fullName(module);
  const written = writtenRole({ module, configuration }, runs);
  if (written?.arn === wanted.roleArn && written.audience === wanted.audience) return undefined;
  const text = (lines: readonly string[]): string => lines.join('\n');
  return {
    kind: 'tests',
    id: idOf(module),
    title: `Give the tests of module ${name} the role ${wanted.roleArn}`,
    before: text([
      `oidc-enabled: ${enabled}`,
      ...(enabled ? [`oidc-provider: ${oidcProvider ?? ''}`, 'role-arn: (HCP Terraform does not tell it)'] : []),
    ]),
    after: text([
      'oidc-enabled: true',
      'oidc-provider: aws',
      `role-arn: ${wanted.roleArn}`,
      `audience: ${wanted.audience}`,
    ]),
    language: 'plaintext',
    destructive: enabled,
    undoable: !enabled,
    ...(enabled && { undoNote: 'Which role was set before cannot be read, so it cannot be restored.' }),
    hostname,
    module,
    roleArn: wanted.roleArn,
    audience: wanted.audience,
    expected: { updatedAt },
  };
}
