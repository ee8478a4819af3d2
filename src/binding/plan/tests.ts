import type { RegistryModule, TestConfiguration } from '../../hcp/registry/tests';
import type { TestsChange } from '../change';
import type { JournalRun } from '../journal/journal';

/** A test configuration as it was read, and where it is written. */
export interface ReadTests {
  readonly hostname: string;
  readonly module: RegistryModule;
  readonly configuration: TestConfiguration;
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
  const name = `${module.organization}/${module.name}/${module.provider}`;
  const id = `tests:${name}`;
  const last = runs
    .flatMap(r => r.steps)
    .findLast(s => s.change.kind === 'tests' && s.change.id === id && s.state === 'done');
  const change = last?.change.kind === 'tests' ? last.change : undefined;
  const outcome = last?.outcome;
  const sameTime =
    typeof outcome === 'object' && outcome !== null && 'updatedAt' in outcome && outcome.updatedAt === updatedAt;
  if (enabled && sameTime && change?.roleArn === wanted.roleArn && change.audience === wanted.audience)
    return undefined;
  const text = (lines: readonly string[]): string => lines.join('\n');
  return {
    kind: 'tests',
    id,
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
