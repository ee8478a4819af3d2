import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unwrap } from '../../../src/core/problem';
import {
  configurationTag,
  deploymentName,
  hostname,
  issuerHost,
  issuerUrl,
  moduleName,
  organizationName,
  projectName,
  stackName,
  workspaceName,
} from '../../../src/oidc/names';
import { oidcProviderArn, parseOidcProviderArn } from '../../../src/oidc/arns';
import { partitionOfRegion } from '../../../src/oidc/partition';
import { moduleTestSubject, parseSubject, stackSubject, workspaceSubject } from '../../../src/oidc/subject';

const organization = unwrap(organizationName('acme'));
const project = unwrap(projectName('Default Project'));

test('the three grammars are built and read back', () => {
  const workspace = workspaceSubject({ organization, project, workspace: unwrap(workspaceName('prod')) }, 'apply');
  assert.equal(workspace, 'organization:acme:project:Default Project:workspace:prod:run_phase:apply');
  assert.equal(parseSubject(workspace)?.segments['project'], 'Default Project');
  const module = moduleTestSubject({ organization, module: unwrap(moduleName('vpc')) });
  assert.equal(module, 'organization:acme:module:vpc:operation:test_run');
  assert.equal(parseSubject(module)?.kind, 'module-test');
  assert.equal(parseSubject('organization:acme:workspace:prod:run_phase:plan')?.kind, 'without-project');
  assert.equal(parseSubject('repo:acme/app:ref:refs/heads/main'), undefined);
});

test('a Stack subject may have 127 characters and not one more', () => {
  const make = (length: number): ReturnType<typeof stackSubject> => {
    const rest = 'organization:acme:project:Default Project:stack:s:deployment::operation:plan'.length;
    const deployment = unwrap(deploymentName('d'.repeat(length - rest)));
    return stackSubject({ organization, project, stack: unwrap(stackName('s')), deployment }, 'plan');
  };
  assert.equal(unwrap(make(127)).length, 127);
  const long = make(128);
  assert.ok(!long.ok);
  assert.equal(long.problem.code, 'subject-too-long');
});

test('names with wildcards, colons or blanks at their ends are refused', () => {
  for (const bad of ['', '*', 'a?', 'a:b', 'a b', 'ünï']) {
    assert.ok(!organizationName(bad).ok, bad);
    assert.ok(!workspaceName(bad).ok, bad);
  }
  for (const bad of ['', ' web', 'web ', 'a:b', 'web*']) assert.ok(!projectName(bad).ok, bad);
  assert.ok(!configurationTag('TYPE').ok);
  assert.ok(!configurationTag('A-B').ok);
  assert.ok(configurationTag('other_config').ok);
});

test('issuers have no scheme, slash or port for AWS', () => {
  const host = unwrap(hostname('https://TFE.Acme.com:8443/'));
  assert.equal(issuerHost(host), 'tfe.acme.com');
  assert.equal(issuerUrl(host), 'https://tfe.acme.com');
  for (const bad of ['', 'a b', 'host/path', '*.terraform.io']) assert.ok(!hostname(bad).ok, bad);
});

test('regions tell the partition, and provider ARNs are read back', () => {
  const cases = {
    'eu-west-1': 'aws',
    'us-gov-west-1': 'aws-us-gov',
    'cn-north-1': 'aws-cn',
    'eusc-de-east-1': 'aws-eusc',
  };
  for (const [region, partition] of Object.entries(cases)) assert.equal(partitionOfRegion(region), partition);
  const arn = oidcProviderArn('aws-cn', '123456789012', 'app.terraform.io');
  assert.deepEqual(parseOidcProviderArn(arn), {
    partition: 'aws-cn',
    account: '123456789012',
    host: 'app.terraform.io',
  });
  assert.equal(parseOidcProviderArn('arn:aws:iam::12:oidc-provider/x'), undefined);
});
