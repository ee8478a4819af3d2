import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { credentialFacts, type VariableFacts } from '../../../../src/hcp/variables/credentials';
import { editDistance } from '../../../../src/core/editDistance';
import { knownName, meantName } from '../../../../src/hcp/variables/names';
import { effectiveVariables, type Variable } from '../../../../src/hcp/variables/precedence';

const arn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;

type Given = Readonly<
  Record<string, string | { readonly value?: string; readonly category?: 'terraform'; readonly set?: string }>
>;

/** A value that is not given is sensitive. */
function facts(given: Given, feeding?: ReadonlySet<string>): VariableFacts {
  const variables = Object.entries(given).map(([key, g]): Variable => {
    const it = typeof g === 'string' ? { value: g } : g;
    return {
      id: `var-${key}`,
      key,
      category: 'category' in it ? 'terraform' : 'env',
      value: it.value,
      sensitive: it.value === undefined,
      hcl: false,
      versionId: undefined,
      description: undefined,
      origin:
        'set' in it
          ? {
              from: 'varset',
              id: 'varset-1',
              name: it.set ?? '',
              priority: false,
              owner: 'organization',
              scope: 'global',
            }
          : { from: 'workspace' },
    };
  });
  return credentialFacts(effectiveVariables(variables), feeding);
}

describe('configurations', () => {
  test('a run role serves both phases; one from a variable set is as good', () => {
    const [only, ...rest] = facts({
      TFC_AWS_PROVIDER_AUTH: 'true',
      TFC_AWS_RUN_ROLE_ARN: { value: arn('run'), set: 'shared' },
    }).configurations;
    assert.equal(rest.length, 0);
    const role = { state: 'set', arn: arn('run'), variable: 'TFC_AWS_RUN_ROLE_ARN', origin: 'variable set shared' };
    assert.deepEqual(only, {
      tag: undefined,
      backing: 'native',
      enabled: 'yes',
      enabledValue: undefined,
      roles: { plan: role, apply: role },
      audience: 'aws.workload.identity',
    });
  });

  test('plan and apply roles without a run role', () => {
    const { roles } = facts({
      TFC_AWS_PROVIDER_AUTH: 'true',
      TFC_AWS_PLAN_ROLE_ARN: arn('plan'),
      TFC_AWS_APPLY_ROLE_ARN: {},
    }).configurations[0] ?? { roles: undefined };
    assert.equal(roles?.plan.state === 'set' ? roles.plan.arn : '', arn('plan'));
    assert.deepEqual(roles?.apply, { state: 'hidden', variable: 'TFC_AWS_APPLY_ROLE_ARN', origin: 'workspace' });
  });

  test('each tag falls back to its own run role, then to the defaults', () => {
    const found = facts({
      TFC_AWS_PROVIDER_AUTH: 'true',
      TFC_AWS_PROVIDER_AUTH_other_config: 'true',
      TFC_AWS_PROVIDER_AUTH_B: 'false',
      TFC_AWS_RUN_ROLE_ARN_B: arn('b-run'),
      TFC_AWS_APPLY_ROLE_ARN_B: '',
      TFC_DEFAULT_AWS_PLAN_ROLE_ARN: arn('default-plan'),
      TFC_DEFAULT_AWS_RUN_ROLE_ARN: arn('default-run'),
      TFC_DEFAULT_AWS_WORKLOAD_IDENTITY_AUDIENCE: 'mine',
    }).configurations;
    assert.deepEqual(
      found.map(c => [c.tag, c.enabled, c.enabledValue, c.audience]),
      [
        [undefined, 'yes', undefined, 'mine'],
        ['B', 'no', 'false', 'mine'],
        ['other_config', 'yes', undefined, 'mine'],
      ],
    );
    const arns = found.map(c => [c.roles.plan, c.roles.apply].map(r => (r.state === 'set' ? r.arn : r.state)));
    assert.deepEqual(arns, [
      [arn('default-plan'), arn('default-run')],
      [arn('b-run'), arn('b-run')],
      [arn('default-plan'), arn('default-run')],
    ]);
  });

  test('a role without the switch is a configuration that is off; only defaults make the default one', () => {
    assert.deepEqual(
      facts({ TFC_AWS_RUN_ROLE_ARN: arn('x') }).configurations.map(c => [c.enabled, c.enabledValue]),
      [['no', undefined]],
    );
    assert.equal(facts({ TFC_DEFAULT_AWS_RUN_ROLE_ARN: arn('x') }).configurations.length, 1);
    assert.equal(facts({ TFC_AWS_PROVIDER_AUTH: {} }).configurations[0]?.enabled, 'hidden');
  });

  test('Vault- and HVS-backed ones are recognised by their switch', () => {
    const found = facts({
      TFC_VAULT_BACKED_AWS_AUTH: 'true',
      TFC_VAULT_BACKED_AWS_AUTH_TYPE: 'assumed_role',
      TFC_VAULT_BACKED_AWS_RUN_ROLE_ARN: arn('vault'),
      TFC_HVS_BACKED_AWS_AUTH_B: 'true',
    });
    assert.deepEqual(
      found.configurations.map(c => [c.backing, c.tag, c.audience]),
      [
        ['vault', undefined, 'vault.workload.identity'],
        ['hvs', 'B', 'hcp.workload.identity'],
      ],
    );
    assert.deepEqual(found.suspicious, []);
  });
});

describe('static credentials', () => {
  test('environment variables, by origin, and not when empty', () => {
    const { staticCredentials, region } = facts({
      AWS_ACCESS_KEY_ID: { value: 'AKIAIOSFODNN7EXAMPLE', set: 'legacy' },
      AWS_SECRET_ACCESS_KEY: {},
      AWS_PROFILE: '',
      AWS_REGION: 'eu-west-1',
      AWS_DEFAULT_REGION: 'us-east-1',
    });
    assert.deepEqual(staticCredentials, [
      { key: 'AWS_ACCESS_KEY_ID', category: 'env', origin: 'variable set legacy' },
      { key: 'AWS_SECRET_ACCESS_KEY', category: 'env', origin: 'workspace' },
    ]);
    assert.equal(region, 'eu-west-1');
  });

  test('Terraform variables that feed the provider: known from the code, else by name', () => {
    const given: Given = {
      aws_access_key: { value: 'x', category: 'terraform' },
      deploy_key: { category: 'terraform' },
      TF_VAR_deploy_key: 'x',
    };
    assert.deepEqual(
      facts(given).staticCredentials.map(s => s.key),
      ['aws_access_key'],
    );
    assert.deepEqual(
      facts(given, new Set(['deploy_key'])).staticCredentials.map(s => `${s.category} ${s.key}`),
      ['env TF_VAR_deploy_key', 'terraform deploy_key'],
    );
  });
});

describe('suspicious variables', () => {
  test('category, quotes, white space and values; never a sensitive value', () => {
    const { suspicious } = facts({
      TFC_AWS_PROVIDER_AUTH: { value: 'true', category: 'terraform' },
      TFC_AWS_PROVIDER_AUTH_A: '"true"',
      TFC_AWS_PROVIDER_AUTH_B: 'true\n',
      TFC_AWS_PROVIDER_AUTH_C: 'yes',
      TFC_AWS_PROVIDER_AUTH_D: {},
      TFC_AWS_RUN_ROLE_ARN_A: ` '${arn('a')}' `,
      TFC_AWS_RUN_ROLE_ARN_B: 'my-role',
      TFC_AWS_RUN_ROLE_ARN_C: arn('path/c'),
    });
    assert.deepEqual(
      suspicious.map(s => [s.key, s.problem, s.suggestion]),
      [
        ['TFC_AWS_PROVIDER_AUTH_A', 'quoted', 'true'],
        ['TFC_AWS_PROVIDER_AUTH_B', 'padded', 'true'],
        ['TFC_AWS_PROVIDER_AUTH_C', 'value', 'true'],
        ['TFC_AWS_RUN_ROLE_ARN_A', 'quoted', arn('a')],
        ['TFC_AWS_RUN_ROLE_ARN_B', 'value', 'the ARN of a role'],
        ['TFC_AWS_PROVIDER_AUTH', 'category', 'env'],
      ],
    );
  });

  for (const [wrong, meant] of [
    ['TFC_AWS_PROVIDER_AUTH_', 'TFC_AWS_PROVIDER_AUTH'],
    ['TFC_AWS_PROVIDER_AUTHENTICATION', 'TFC_AWS_PROVIDER_AUTH'],
    ['TFC_AWS_PROVDER_AUTH', 'TFC_AWS_PROVIDER_AUTH'],
    ['TF_AWS_PROVIDER_AUTH', 'TFC_AWS_PROVIDER_AUTH'],
    ['TFC_AWS_PROVDER_AUTH_prod', 'TFC_AWS_PROVIDER_AUTH_prod'],
    ['tfc_aws_run_role_arn', 'TFC_AWS_RUN_ROLE_ARN'],
    ['TFC_AWS_RUN_ROLE', 'TFC_AWS_RUN_ROLE_ARN'],
    ['TFC_AWS_RUN_ARN', 'TFC_AWS_RUN_ROLE_ARN'],
    ['TFC_AWS_ROLE_ARN', 'TFC_AWS_RUN_ROLE_ARN'],
    ['TFC_AWS_PLAN_ROLE_ARM', 'TFC_AWS_PLAN_ROLE_ARN'],
    ['TFC_DEFAULT_AWS_PROVIDER_AUTH', 'TFC_AWS_PROVIDER_AUTH'],
    ['TFC_DEFAULT_AWS_RUN_ROLE_ARN_B', 'TFC_AWS_RUN_ROLE_ARN_B'],
    ['TFC_AWS_RUN_ROLE_ARN_my-tag', 'TFC_AWS_RUN_ROLE_ARN_my_tag'],
    ['TFC_AWS_AUTH', 'TFC_AWS_PROVIDER_AUTH'],
    ['AWS_RUN_ROLE_ARN_prod', 'TFC_AWS_RUN_ROLE_ARN_prod'],
    ['TFC_PLAN_ROLE_ARN', 'TFC_AWS_PLAN_ROLE_ARN'],
    ['TFC_AWS_ROLE_ARN_APPLY', 'TFC_AWS_APPLY_ROLE_ARN'],
    ['TFC_AWS_AUDIENCE', 'TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE'],
    ['TFC_VAULT_BACKED_AWS_PROVIDER_AUTH_x', 'TFC_VAULT_BACKED_AWS_AUTH_x'],
    ['TFC_AWS_RUN_ROLE_ARN ', 'TFC_AWS_RUN_ROLE_ARN'],
    ['TFC_AWS_WORKLOAD_IDENTITY_AUDIANCE', 'TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE'],
  ] as const) {
    test(`${wrong} was meant to be ${meant}`, () => assert.equal(meantName(wrong), meant));
  }

  for (const right of [
    'TFC_GCP_PROVIDER_AUTH',
    'TFC_AZURE_PROVIDER_AUTH',
    'TFC_VAULT_PROVIDER_AUTH',
    'TFC_HCP_PROVIDER_AUTH',
    'TFC_KUBERNETES_PROVIDER_AUTH',
    'TFC_WORKLOAD_IDENTITY_AUDIENCE',
    'TFC_VAULT_BACKED_AWS_AUTH_TYPE',
    'TFC_VAULT_BACKED_AWS_AUTH_TYPE_B',
    'TFC_VAULT_BACKED_GCP_AUTH',
    'AWS_ROLE_ARN',
    'AWS_REGION',
    'aws_region',
    'role_arn',
    'DATABASE_URL',
    'TF_LOG',
    'AWS_AUTH',
    'TF_VAR_aws_role_arn',
    'CUSTOM_ROLE_ARN',
    'TFC_AWS_ACCOUNT_ID',
  ]) {
    test(`${right} is right or about something else`, () => assert.equal(meantName(right), undefined));
  }

  test('input variables may have any name; only TFC_* among them is suspicious', () => {
    const { suspicious } = facts({
      tfc_aws_audience: { value: 'x', category: 'terraform' },
      aws_run_role_arn: { value: 'x', category: 'terraform' },
      TFC_AWS_PROVDER_AUTH: { value: 'true', category: 'terraform' },
    });
    assert.deepEqual(
      suspicious.map(s => [s.key, s.problem]),
      [['TFC_AWS_PROVDER_AUTH', 'misspelt']],
    );
  });

  test('no right name is called misspelt, whatever its tag', () => {
    const names = [
      'TFC_AWS_PROVIDER_AUTH',
      'TFC_AWS_RUN_ROLE_ARN',
      'TFC_AWS_APPLY_ROLE_ARN',
      'TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.stringMatching(/^[A-Za-z0-9_]{1,20}$/), (name, tag) => {
        assert.deepEqual(knownName(`${name}_${tag}`)?.tag, tag);
        assert.equal(meantName(`${name}_${tag}`), undefined);
      }),
    );
  });

  test('editDistance is symmetric and zero only for equals', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        assert.equal(editDistance(a, b), editDistance(b, a));
        assert.equal(editDistance(a, b) === 0, a === b);
      }),
    );
  });
});
