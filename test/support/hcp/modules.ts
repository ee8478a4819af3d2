import type { Document } from './documents';
import { exchange } from './exchange';
import type { Issuer } from './issuer';
import type { HcpState } from './state';

/** A module of the private registry with its test configuration (…/api-docs/private-registry/test-configuration). */
export interface ModuleState {
  readonly id: string;
  readonly organization: string;
  readonly name: string;
  readonly provider: string;
  enabled: boolean;
  oidcProvider: string | undefined;
  /** Never given out. */
  role: { readonly arn: string; readonly audience: string } | undefined;
  changes: number;
  readonly runs: TestRunState[];
}

export interface TestRunState {
  readonly id: string;
  status: string;
  result: string | null;
  /** When HCP Terraform made a token for it. */
  token: string | null;
  at: string;
  log: string;
}

/** The configuration as the API gives it: without the role. */
export const testConfigurationDocument = (module: ModuleState): Document => ({
  id: `modconf-${module.id}`,
  type: 'test-configurations',
  attributes: {
    'oidc-enabled': module.enabled,
    'oidc-provider': module.oidcProvider ?? null,
    'created-at': '2026-11-20T10:00:00.000Z',
    'updated-at': new Date(Date.UTC(2026, 10, 20, 10, 0, module.changes)).toISOString(),
  },
});

export const testRunDocument = (run: TestRunState, origin: string): Document => ({
  id: run.id,
  type: 'test-runs',
  attributes: {
    status: run.status,
    'test-status': run.result,
    'created-at': run.at,
    'oidc-token-generated-at': run.token,
    'log-read-url': `${origin}/archivist/${run.id}/test`,
  },
});

export const moduleOf = (
  state: HcpState,
  [registry, organization, name, provider]: readonly (string | undefined)[],
): ModuleState | undefined =>
  registry === 'private'
    ? state.modules.find(m => m.organization === organization && m.name === name && m.provider === provider)
    : undefined;

/** Why a PATCH is refused; `undefined`: it was carried out. */
export function changeTests(module: ModuleState, given: Document): string | undefined {
  const configuration = given['oidc-configuration'] as Record<string, unknown> | undefined;
  if (given['oidc-enabled'] === true) {
    if (!['aws', 'gcp', 'azure', 'vault'].includes(String(given['oidc-provider'])))
      return 'OIDC provider must be one of: aws, gcp, azure, vault';
    if (typeof configuration?.['role-arn'] !== 'string') return 'OIDC configuration is required when OIDC is enabled';
    const audience = configuration['audience'];
    module.role = {
      arn: configuration['role-arn'],
      audience: typeof audience === 'string' ? audience : 'aws.workload.identity',
    };
    module.oidcProvider = String(given['oidc-provider']);
  } else module.role = undefined;
  module.enabled = given['oidc-enabled'] === true;
  module.changes += 1;
  return undefined;
}

/**
 * Runs the tests of a module as HCP Terraform does: a token is made only where the test configuration says so, lives for ten minutes and
 * counts from half a minute before (…/dynamic-provider-credentials/workload-identity-tokens). Without one, or where STS refuses it, the
 * AWS provider has no credentials.
 */
export async function runTests(
  state: HcpState,
  issuer: Issuer,
  awsUrl: string,
  module: ModuleState,
): Promise<TestRunState> {
  const now = Date.now();
  const at = new Date(now).toISOString();
  const run: TestRunState = { id: state.id('trun'), status: 'finished', result: 'pass', token: null, at, log: '' };
  module.runs.push(run);
  const { role } = module;
  const fail = (summary: string, detail: string): TestRunState =>
    Object.assign(run, { result: 'fail', log: `Error: ${summary}\n\n${detail}\n` });
  if (!module.enabled || module.oidcProvider !== 'aws' || role === undefined)
    return fail(
      'No valid credential sources found',
      'Please see https://registry.terraform.io/providers/hashicorp/aws\nfor more information about providing credentials.\n\nError: failed to refresh cached credentials, no EC2 IMDS role found',
    );
  run.token = at;
  const subject = `organization:${module.organization}:module:${module.name}:operation:test_run`;
  const claims = { terraform_run_phase: 'plan', terraform_operation: 'test_run' };
  const token = issuer.sign(subject, role.audience, claims, now, { early: 30, lives: 600 });
  const answer = await exchange(awsUrl, { roleArn: role.arn, session: 'terraform-run', token });
  return answer.ok ? run : fail(answer.summary, answer.detail);
}
