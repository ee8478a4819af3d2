import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { parse as hclToJson } from '@cdktf/hcl2json';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import type { DesiredBinding } from '../../../../src/binding/desired/desired';
import { exportAwsCli } from '../../../../src/binding/export/awsCli';
import { exportCloudFormation } from '../../../../src/binding/export/cloudFormation';
import { unwrap } from '../../../../src/core/problem';
import {
  defaultAudience,
  defaultHostname,
  organizationName,
  projectName,
  workspaceName,
} from '../../../../src/oidc/names';
import { type Existing, nothing } from '../../../../src/binding/export/existing';
import { exportTerraform } from '../../../../src/binding/export/terraform';
import { blank, block, attribute, comment, type HclValue, printHcl } from '../../../../src/binding/export/hclPrinter';

const federated = 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io';
const trust = (phase: string): Record<string, unknown> => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: federated },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: {
          'app.terraform.io:aud': 'aws.workload.identity',
          'app.terraform.io:sub': `organization:acme:project:Default Project:workspace:o'hare:run_phase:${phase}`,
        },
      },
    },
  ],
});

const desired = (inline = 'read "$HOME" ${x} `id` %{y}'): DesiredBinding => ({
  account: {
    accountId: '123456789012',
    partition: 'aws',
    provider: {
      url: 'https://app.terraform.io',
      audiences: [defaultAudience],
      tags: { 'tfc-oidc:managed-by': 'configure-tfc-oidc' },
    },
    roles: (['plan', 'apply'] as const).map(use => ({
      use,
      name: `tfc-acme-prod-${use}`,
      path: '/tfc/',
      description: `Assumed by ${use} runs`,
      trustPolicy: trust(use),
      inlinePolicies: [
        {
          name: 'permissions',
          document: {
            Version: '2012-10-17',
            Statement: [{ Sid: 'Read', Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: inline }],
          },
        },
      ],
      attachedPolicyArns: use === 'plan' ? ['arn:aws:iam::aws:policy/ReadOnlyAccess'] : [],
      permissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/boundary',
      maxSessionDuration: 3600,
      tags: { 'tfc-oidc:managed-by': 'configure-tfc-oidc', team: "o'hare" },
    })),
  },
  inputs: [],
  testConfigurations: [],
  variables: [
    {
      hostname: defaultHostname,
      organization: unwrap(organizationName('acme')),
      scope: {
        type: 'workspace',
        name: unwrap(workspaceName('prod')),
        project: unwrap(projectName('Default Project')),
      },
      variables: [
        { key: 'TFC_AWS_PROVIDER_AUTH', value: 'true', description: 'Use dynamic credentials' },
        {
          key: 'TFC_AWS_PLAN_ROLE_ARN',
          value: 'arn:aws:iam::123456789012:role/tfc/tfc-acme-prod-plan',
          description: 'Plan',
        },
      ],
    },
  ],
});

const everything: Existing = {
  providerArn: federated,
  roles: [
    {
      name: 'tfc-acme-prod-plan',
      inlinePolicyNames: ['permissions'],
      attachedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    },
  ],
  variables: [{ key: 'TFC_AWS_PROVIDER_AUTH', id: 'var-1', scopeName: 'prod' }],
};

const terraform = ((): boolean => spawnSync('terraform', ['version']).status === 0)();

test('the Terraform export is read by HashiCorp’s parser and holds each resource', async () => {
  const json = (await hclToJson('x.tf', exportTerraform(desired(), nothing))) as {
    resource: Record<string, Record<string, Record<string, unknown>[]>>;
  };
  assert.deepEqual(Object.keys(json.resource).sort(), [
    'aws_iam_openid_connect_provider',
    'aws_iam_role',
    'aws_iam_role_policy',
    'aws_iam_role_policy_attachment',
    'tfe_variable',
  ]);
  const role = json.resource['aws_iam_role']?.['tfc_acme_prod_plan']?.[0];
  assert.match(String(role?.['assume_role_policy']), /aws_iam_openid_connect_provider\.app_terraform_io\.arn/);
  assert.match(String(role?.['assume_role_policy']), /workspace:o'hare:run_phase:plan/);
  assert.match(
    String(json.resource['aws_iam_role_policy']?.['tfc_acme_prod_plan_permissions']?.[0]?.['policy']),
    /\$\$\{x\}/,
  );
  assert.equal(
    json.resource['tfe_variable']?.['prod_tfc_aws_plan_role_arn']?.[0]?.['value'],
    '${aws_iam_role.tfc_acme_prod_plan.arn}',
  );
});

test('what exists is imported, and only that', async () => {
  const json = (await hclToJson('x.tf', exportTerraform(desired(), everything))) as {
    import: { id: string; to: string }[];
  };
  assert.deepEqual(
    json.import.map(i => i.id),
    [
      federated,
      'tfc-acme-prod-plan',
      'tfc-acme-prod-plan:permissions',
      'tfc-acme-prod-plan/arn:aws:iam::aws:policy/ReadOnlyAccess',
      'acme/prod/var-1',
    ],
  );
});

const formatted = (text: string): void => {
  const result = spawnSync('terraform', ['fmt', '-'], { input: text, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  assert.equal(result.stdout, text);
};

test('terraform fmt changes nothing', { skip: !terraform && 'no terraform binary' }, () => {
  formatted(exportTerraform(desired(), everything));
});

const value: fc.Arbitrary<HclValue> = fc.letrec<{ value: HclValue }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.constantFrom('${x}', '%{if}', '$${', 'a"b\\', '\\b', '\b\f', '\\\\f', 'ünï', 'x\ny'),
    fc.integer(),
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'long_key', 'app.terraform.io:sub', 'b c'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

test('any value is printed so that HashiCorp’s parser reads it back', async () => {
  await fc.assert(
    fc.asyncProperty(value, async data => {
      const text = printHcl([
        comment('c'),
        block('resource', ['x', 'y'], [attribute('v', data), blank, attribute('longer', 1)]),
      ]);
      const json = (await hclToJson('x.tf', text)) as { resource: { x: { y: { v: unknown }[] } } };
      // hcl2json shows a literal "${" as it is written in HCL, doubled.
      const doubled = JSON.parse(JSON.stringify(data), (_key, v: unknown) =>
        typeof v === 'string' ? v.replace(/([$%])\{/g, '$1$1{').normalize() : v,
      ) as unknown;
      assert.deepEqual(json.resource.x.y[0]?.v, doubled);
    }),
    { numRuns: 150 },
  );
});

test('CloudFormation: no aliases, and dates are strings in YAML 1.1 too', () => {
  const text = unwrap(exportCloudFormation(desired(), nothing));
  assert.doesNotMatch(text, /(?:^|\s)[&*]\w/);
  const old = parseYaml(text, { version: '1.1' }) as { AWSTemplateFormatVersion: unknown };
  assert.equal(old.AWSTemplateFormatVersion, '2010-09-09');
});

test('CloudFormation: YAML that other parsers read, with the provider referred to or left out', () => {
  const made = parseYaml(unwrap(exportCloudFormation(desired(), nothing))) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  assert.deepEqual(Object.keys(made.Resources), ['OidcProvider', 'PlanRole', 'ApplyRole']);
  assert.deepEqual(JSON.parse(JSON.stringify(made.Resources['PlanRole']?.Properties['AssumeRolePolicyDocument'])), {
    ...trust('plan'),
    Statement: [{ ...(trust('plan')['Statement'] as object[])[0], Principal: { Federated: { Ref: 'OidcProvider' } } }],
  });
  const adopted = parseYaml(unwrap(exportCloudFormation(desired(), everything))) as { Resources: object };
  assert.deepEqual(Object.keys(adopted.Resources), ['PlanRole', 'ApplyRole']);
});

/** An `aws` that writes down its arguments and answers as an account would. */
function runScript(
  script: string,
  account: string,
  roles: 'absent' | 'ours' | 'foreign' | 'denied',
): { status: number | null; calls: string[][]; stderr: string } {
  const dir = mkdtempSync(path.join(tmpdir(), 'export-'));
  try {
    const log = path.join(dir, 'calls');
    writeFileSync(log, '');
    writeFileSync(
      path.join(dir, 'aws'),
      `#!/bin/bash
for a in "$@"; do printf '%s\\0' "$a" >> '${log}'; done; printf '\\n\\0' >> '${log}'
case "$2" in
get-caller-identity) echo ${account} ;;
get-open-id-connect-provider) echo 'An error occurred (NoSuchEntity)' >&2; exit 254 ;;
get-role) ${roles === 'absent' ? "echo 'An error occurred (NoSuchEntity)' >&2; exit 254" : roles === 'denied' ? "echo 'An error occurred (AccessDenied)' >&2; exit 254" : 'echo {}'} ;;
list-role-tags) case "$*" in *tfc-oidc:workspace*) echo acme/other ;; *) echo ${roles === 'ours' ? 'configure-tfc-oidc' : 'None'} ;; esac ;;
esac
`,
    );
    chmodSync(path.join(dir, 'aws'), 0o755);
    const result = spawnSync('bash', ['--norc', '-c', script], {
      encoding: 'utf8',
      // Nothing else of this machine's: a .bashrc or BASH_ENV may put a real AWS CLI in front of the stand-in, and AWS_… would steer it.
      env: { PATH: `${dir}:${process.env['PATH'] ?? ''}` },
    });
    const calls = readFileSync(log, 'utf8')
      .split('\n\0')
      .filter(c => c !== '')
      .map(c => c.split('\0').slice(0, -1));
    return { status: result.status, calls, stderr: result.stderr };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('the AWS CLI script passes each document through the shell unharmed', () => {
  execFileSync('bash', ['-n'], { input: exportAwsCli(desired()) });
  const { status, calls, stderr } = runScript(exportAwsCli(desired()), '123456789012', 'absent');
  assert.equal(status, 0, stderr);
  const create = calls.filter(c => c[1] === 'create-role');
  assert.equal(create.length, 2);
  assert.deepEqual(
    JSON.parse(create[0]?.[(create[0]?.indexOf('--assume-role-policy-document') ?? 0) + 1] ?? ''),
    trust('plan'),
  );
  const policy = calls.find(c => c[1] === 'put-role-policy');
  assert.match(policy?.at(-1) ?? '', /read \\"\$HOME\\" \$\{x\} `id`/);
});

test('the script stops in another account and at a role that is not ours', () => {
  const elsewhere = runScript(exportAwsCli(desired()), '999999999999', 'absent');
  assert.equal(elsewhere.status, 1);
  assert.deepEqual(
    elsewhere.calls.map(c => c[1]),
    ['get-caller-identity'],
  );
  const foreign = runScript(exportAwsCli(desired()), '123456789012', 'foreign');
  assert.equal(foreign.status, 1);
  assert.equal(
    foreign.calls.some(c => /update|put|create-role|attach/.test(c[1] ?? '')),
    false,
  );
});

test('run again, the script updates what it made', () => {
  const again = runScript(exportAwsCli(desired()), '123456789012', 'ours');
  assert.equal(again.status, 0);
  for (const call of ['update-assume-role-policy', 'update-role', 'put-role-permissions-boundary', 'tag-role'])
    assert.equal(again.calls.filter(c => c[1] === call).length, 2, call);
  assert.equal(
    again.calls.some(c => c[1] === 'create-role'),
    false,
  );
});

test('the script leaves a role of another workspace alone, and stops where AWS refuses to say', () => {
  const made = desired();
  const other: DesiredBinding = {
    ...made,
    account: {
      ...made.account,
      roles: made.account.roles.map(r => ({ ...r, tags: { ...r.tags, 'tfc-oidc:workspace': 'acme/prod' } })),
    },
  };
  const writes = (calls: string[][]): string[] =>
    calls.map(c => c[1] ?? '').filter(c => /update|put|create-role|attach/.test(c));
  const foreign = runScript(exportAwsCli(other), '123456789012', 'ours');
  assert.equal(foreign.status, 1);
  assert.match(foreign.stderr, /was not made by this tool for this workspace/);
  assert.deepEqual(writes(foreign.calls), []);
  const denied = runScript(exportAwsCli(other), '123456789012', 'denied');
  assert.equal(denied.status, 1);
  assert.match(denied.stderr, /AccessDenied/);
  assert.deepEqual(writes(denied.calls), []);
});
