import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { parse as hclToJson } from '@cdktf/hcl2json';
import { parse as parseYaml } from 'yaml';
import type { DesiredBinding } from '../../../src/binding/desired/desired';
import { exportAwsCli } from '../../../src/binding/export/awsCli';
import { unwrap } from '../../../src/core/problem';
import { type Audience, defaultHostname, organizationName, projectName, workspaceName } from '../../../src/oidc/names';
import { exportCloudFormation } from '../../../src/binding/export/cloudFormation';
import { nothing } from '../../../src/binding/export/existing';
import { exportTerraform } from '../../../src/binding/export/terraform';
import { hostileNames } from '../../support/hostile/mutate';

/** Strings of policies, descriptions and tags that would like to be more than strings, through each export and back. */

const names = hostileNames.filter(n => n !== '' && n !== '\ud800' && n !== '\u0000');

/** The audience too: no such one comes through its grammar, and the exports do not lean on that. */
const binding = (text: string): DesiredBinding => ({
  account: {
    accountId: '123456789012',
    partition: 'aws',
    provider: { url: 'https://app.terraform.io', audiences: [text as Audience], tags: { a: text } },
    roles: [
      {
        use: 'apply',
        name: 'tfc-acme-prod-apply',
        path: '/',
        description: text,
        trustPolicy: { Version: '2012-10-17', Statement: [{ Sid: text, Effect: 'Allow' }] },
        inlinePolicies: [{ name: 'permissions', document: { Version: '2012-10-17', Statement: [{ Resource: text }] } }],
        attachedPolicyArns: [],
        maxSessionDuration: 3600,
        tags: { team: text },
      },
    ],
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
      variables: [{ key: 'TFC_AWS_PROVIDER_AUTH', value: text, description: text }],
    },
  ],
});

for (const name of names) {
  const shown = JSON.stringify(name);
  test(`Terraform holds ${shown} as a string`, async () => {
    const json = (await hclToJson('x.tf', exportTerraform(binding(name), nothing))) as {
      resource: Record<string, Record<string, Record<string, unknown>[]>>;
    };
    const role = json.resource['aws_iam_role']?.['tfc_acme_prod_apply']?.[0];
    // HashiCorp's converter leaves templates as they are written.
    const literal = name.replaceAll('${', () => '$${').replaceAll('%{', '%%{');
    assert.ok([name, literal].includes(String(role?.['description'])), String(role?.['description']));
    assert.equal(json.resource['tfe_variable']?.['prod_tfc_aws_provider_auth']?.length, 1);
  });

  test(`CloudFormation holds ${shown} as a string`, () => {
    const text = unwrap(exportCloudFormation(binding(name), nothing));
    for (const version of ['1.1', '1.2'] as const) {
      const read = parseYaml(text, { version }) as {
        Resources: { ApplyRole: { Properties: { Description: string; Policies: { PolicyDocument: unknown }[] } } };
      };
      const { Properties } = read.Resources.ApplyRole;
      assert.equal(Properties.Description, name);
      assert.deepEqual(Properties.Policies[0]?.PolicyDocument, {
        Version: '2012-10-17',
        Statement: [{ Resource: name }],
      });
    }
  });

  test(`the AWS CLI script holds ${shown} as one argument, and runs nothing else`, () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-export-'));
    try {
      const log = path.join(dir, 'calls');
      writeFileSync(
        path.join(dir, 'aws'),
        `#!/bin/bash\nfor a in "$@"; do printf '%s\\0' "$a" >> '${log}'; done\ncase "$2" in\nget-caller-identity) echo 123456789012 ;;\nget-*) echo 'An error occurred (NoSuchEntity)' >&2; exit 254 ;;\nesac\n`,
        { mode: 0o755 },
      );
      const script = exportAwsCli(binding(name));
      const env = { PATH: `${dir}:${process.env['PATH'] ?? ''}` };
      const { status, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8', cwd: dir, env });
      assert.equal(status, 0, stderr);
      assert.deepEqual(readdirSync(dir).sort(), ['aws', 'calls'], 'nothing else was made');
      const words = spawnSync('cat', [log], { encoding: 'utf8' }).stdout.split('\0');
      assert.ok(
        words.some(w => w === name || w.includes(JSON.stringify(name).slice(1, -1))),
        `${shown} did not arrive`,
      );
      assert.equal(existsSync(path.join(dir, 'owned')), false);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
}

test('CloudFormation is not given what it would resolve, in whatever name or policy it stands', () => {
  for (const text of [
    '{{resolve:secretsmanager:prod/db:SecretString:password}}',
    'a {{resolve:ssm:/x}} b',
    '{{ resolve:ssm:/x }}',
    '{{RESOLVE:ssm-secure:x}}',
  ]) {
    const made = exportCloudFormation(binding(text), nothing);
    assert.equal(made.ok, false, text);
    assert.match(made.ok ? '' : made.problem.message, /"\{\{resolve:".*CloudFormation/);
    assert.doesNotMatch(made.ok ? '' : made.problem.message, /ssm|secretsmanager/);
  }
  const keyed = binding('x');
  const [role] = keyed.account.roles;
  assert.ok(role);
  const account = { ...keyed.account, roles: [{ ...role, tags: { '{{resolve:ssm:/x}}': 'a' } }] };
  assert.equal(exportCloudFormation({ ...keyed, account }, nothing).ok, false, 'a key of a tag');
  assert.equal(exportCloudFormation(binding('{{resolved}} ${resolve:x}'), nothing).ok, true);
});
