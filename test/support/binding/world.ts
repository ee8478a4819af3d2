import { trustPolicy } from '../../../src/iam/policy/trust';
import { compact } from '../../../src/iam/policy/document';
import {
  defaultAudience,
  defaultHostname,
  organizationName,
  projectName,
  workspaceName,
} from '../../../src/oidc/names';
import { type Result, unwrap } from '../../../src/core/problem';
import {
  type AccountFacts,
  type BindingFacts,
  type ConfigurationFacts,
  known,
  type Phase,
  type RoleFacts,
  type VariableFacts,
  type WorkspaceFacts,
  workspaceNames,
} from '../../../src/binding/facts';

const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.problem.message);
  return result.value;
};

const account = '123456789012';
const roleArn = (phase: Phase): string => `arn:aws:iam::${account}:role/tfc-acme-prod-${phase}`;
const providerArn = `arn:aws:iam::${account}:oidc-provider/app.terraform.io`;
const now = Date.parse('2026-11-24T09:00:00Z');

export function trust(
  names: { organization?: string; project?: string; workspace?: string } = {},
  phases: readonly Phase[] = ['plan', 'apply'],
): string {
  return compact(
    must(
      trustPolicy({
        hostname: defaultHostname,
        partition: 'aws',
        accountId: account,
        audience: defaultAudience,
        identities: [
          {
            kind: 'workspace',
            organization: must(organizationName(names.organization ?? 'acme')),
            project: must(projectName(names.project ?? 'Default Project')),
            workspace: must(workspaceName(names.workspace ?? 'prod')),
          },
        ],
        phases,
      }),
    ),
  );
}

const workspace: WorkspaceFacts = {
  id: 'ws-1',
  ...unwrap(
    workspaceNames('app.terraform.io', {
      organization: 'acme',
      name: 'prod',
      project: { id: 'prj-1', name: 'Default Project' },
    }),
  ),
  executionMode: 'remote',
  executionModeFrom: 'workspace',
  agents: known([]),
  url: 'https://app.terraform.io/app/acme/workspaces/prod',
};

const configuration: ConfigurationFacts = {
  tag: undefined,
  backing: 'native',
  enabled: 'yes',
  enabledValue: undefined,
  roles: {
    plan: { state: 'set', arn: roleArn('plan'), variable: 'TFC_AWS_PLAN_ROLE_ARN', origin: 'workspace' },
    apply: { state: 'set', arn: roleArn('apply'), variable: 'TFC_AWS_APPLY_ROLE_ARN', origin: 'workspace' },
  },
  audience: 'aws.workload.identity',
};

export const variables: VariableFacts = {
  configurations: [configuration],
  staticCredentials: [],
  suspicious: [],
  region: 'eu-central-1',
};

export function role(phase: Phase, more: Partial<RoleFacts> = {}): RoleFacts {
  return {
    arn: roleArn(phase),
    name: `tfc-acme-prod-${phase}`,
    trustPolicy: trust({}, [phase]),
    createdAt: now - 86_400_000,
    managedBy: undefined,
    workspaceIdTag: 'ws-1',
    drifted: false,
    ...more,
  };
}

export function accountWith(
  roles: Partial<Record<Phase, RoleFacts | undefined>>,
  provider: { arn: string; audiences: readonly string[] } | undefined = {
    arn: providerArn,
    audiences: ['aws.workload.identity'],
  },
): AccountFacts {
  return {
    accountId: account,
    partition: 'aws',
    provider: known(provider),
    roles: new Map(
      (['plan', 'apply'] as const).map(phase => [roleArn(phase), known(phase in roles ? roles[phase] : role(phase))]),
    ),
  };
}

/** A binding in which everything is as it should be. */
export const healthy: BindingFacts = {
  code: {
    findings: [],
    providers: [
      { alias: undefined, location: { file: 'main.tf', span: { start: 0, end: 8 } }, mapsTo: { kind: 'none' } },
    ],
    declaresDynamicCredentials: undefined,
    managedRoles: [],
    regionSet: true,
    regions: [],
  },
  workspace: known(workspace),
  variables: known(variables),
  account: known(accountWith({})),
  issuer: known({ issuer: 'https://app.terraform.io', keys: 2, problem: undefined }),
  run: known(undefined),
  pastedError: undefined,
  trail: undefined,
  remembered: {
    workspaceId: 'ws-1',
    projectId: 'prj-1',
    organization: 'acme',
    project: 'Default Project',
    workspace: 'prod',
  },
  local: undefined,
  now,
};

const failed = (errorText: string, phase: Phase = 'plan'): BindingFacts['run'] =>
  known({
    id: 'run-1',
    status: 'errored',
    phase,
    errorText,
    at: now,
    url: 'https://app.terraform.io/app/acme/workspaces/prod/runs/run-1',
  });
const denied =
  'Error: Cannot assume IAM Role with web identity\n\nAccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity';
const at = { file: 'main.tf', span: { start: 0, end: 8 } };

/** One broken world for each failure mode of docs/doctor.md, by its number. */
export const brokenWorlds: Readonly<Record<number, BindingFacts>> = {
  1: {
    ...healthy,
    account: known(accountWith({ plan: role('plan', { trustPolicy: trust().replaceAll('Default Project', '') }) })),
    run: failed(denied),
  },
  2: { ...healthy, workspace: known({ ...workspace, name: unwrap(workspaceName('production')) }), run: failed(denied) },
  3: {
    ...healthy,
    account: known(accountWith({ apply: role('apply', { trustPolicy: trust({}, ['plan']) }) })),
    run: failed(denied, 'apply'),
  },
  4: {
    ...healthy,
    account: known(
      accountWith({
        plan: role('plan', { trustPolicy: trust({}, ['plan']).replaceAll('app.terraform.io', 'tfe.acme.example') }),
      }),
    ),
    run: failed(denied),
  },
  5: {
    ...healthy,
    account: known({ ...accountWith({}), provider: known(undefined) }),
    run: failed('InvalidIdentityToken: No OpenIDConnect provider found in your account for https://app.terraform.io'),
  },
  6: {
    ...healthy,
    account: known(accountWith({}, { arn: providerArn, audiences: ['sts.amazonaws.com'] })),
    run: failed('InvalidIdentityToken: Incorrect token audience'),
  },
  7: {
    ...healthy,
    issuer: known({
      issuer: undefined,
      keys: 0,
      problem: 'https://app.terraform.io/.well-known/openid-configuration did not answer.',
    }),
  },
  8: { ...healthy, run: failed("OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint") },
  9: {
    ...healthy,
    variables: known({
      ...variables,
      configurations: [],
      suspicious: [
        {
          key: 'TFC_AWS_PROVIDER_AUTHENTICATION',
          origin: 'workspace',
          problem: 'misspelt',
          suggestion: 'TFC_AWS_PROVIDER_AUTH',
        },
      ],
    }),
    run: failed('Error: No valid credential sources found'),
  },
  10: {
    ...healthy,
    workspace: known({ ...workspace, executionMode: 'local' }),
    run: failed('Error: No valid credential sources found'),
  },
  11: {
    ...healthy,
    variables: known({
      ...variables,
      staticCredentials: [{ key: 'AWS_ACCESS_KEY_ID', category: 'env', origin: 'variable set "legacy"' }],
    }),
  },
  12: {
    ...healthy,
    variables: known({ ...variables, configurations: [configuration, { ...configuration, tag: 'ARCHIVE' }] }),
    code: {
      findings: [],
      providers: [
        { alias: undefined, location: at, mapsTo: { kind: 'none' } },
        { alias: 'archive', location: at, mapsTo: { kind: 'tag', tag: 'archive' } },
      ],
      declaresDynamicCredentials: at,
      managedRoles: [],
      regionSet: true,
      regions: [],
    },
  },
  13: {
    ...healthy,
    workspace: known({ ...workspace }),
    variables: known({ ...variables, configurations: [{ ...configuration, enabled: 'no' }] }),
    pastedError:
      'Error: No value for required variable\n\n  on main.tf line 11:\n  11: variable "tfc_aws_dynamic_credentials" {',
    code: {
      findings: [],
      providers: [{ alias: undefined, location: at, mapsTo: { kind: 'default' } }],
      declaresDynamicCredentials: at,
      managedRoles: [],
      regionSet: true,
      regions: [],
    },
  },
  14: {
    ...healthy,
    account: known(
      accountWith({
        plan: role('plan', { trustPolicy: trust({}, ['plan']).replace(/,"app\.terraform\.io:sub":"[^"]*"/, '') }),
      }),
    ),
    pastedError: 'MalformedPolicyDocument: the policy does not evaluate app.terraform.io:sub',
  },
  15: { ...healthy, pastedError: 'LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048' },
  16: {
    ...healthy,
    run: failed(
      'AccessDenied: User: arn:aws:sts::123456789012:assumed-role/tfc-acme-prod-plan/run is not authorized to perform: s3:GetBucketPolicy on resource: arn:aws:s3:::acme',
    ),
  },
  17: { ...healthy, run: failed('ExpiredToken: The security token included in the request is expired') },
  18: {
    ...healthy,
    account: known(accountWith({ plan: role('plan', { createdAt: now - 20_000 }) })),
    run: failed(denied),
  },
  19: {
    ...healthy,
    workspace: known({
      ...workspace,
      executionMode: 'agent',
      agents: known([{ name: 'agent-1', version: '1.6.2', status: 'idle' }]),
    }),
  },
  20: {
    ...healthy,
    account: known(accountWith({ plan: role('plan', { drifted: true, managedBy: 'the CloudFormation stack "iam"' }) })),
  },
  21: {
    ...healthy,
    run: failed('RegionDisabledException: STS is not activated in this region for account:123456789012'),
  },
  23: {
    ...healthy,
    run: failed(denied),
    pastedError: JSON.stringify({
      eventName: 'AssumeRoleWithWebIdentity',
      eventTime: '2026-11-24T08:59:00Z',
      eventSource: 'sts.amazonaws.com',
      awsRegion: 'eu-central-1',
      errorCode: 'AccessDenied',
      userIdentity: {
        type: 'WebIdentityUser',
        userName: 'system:serviceaccount:agents:runner',
        identityProvider: `arn:aws:iam::${account}:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE`,
      },
      requestParameters: { roleArn: roleArn('plan') },
    }),
  },
  24: {
    ...healthy,
    variables: known({ ...variables, configurations: [{ ...configuration, backing: 'vault' }] }),
    run: failed('Error: configuration for Vault authentication is required for Vault-backed AWS authentication'),
  },
  22: { ...healthy, run: failed('Error: failed to load shared config file, /home/tfc-agent/.tfc-aws-shared-config') },
};
