import type { Document } from './documents';
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
  readonly runs: { readonly id: string; status: string; result: string | null; token: string | null; at: string }[];
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

export const testRunDocument = (run: ModuleState['runs'][number]): Document => ({
  id: run.id,
  type: 'test-runs',
  attributes: {
    status: run.status,
    'test-status': run.result,
    'created-at': run.at,
    'oidc-token-generated-at': run.token,
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
