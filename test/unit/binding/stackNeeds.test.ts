import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { codeOfDeployment, codeOfGroup } from '../../../src/binding/stack/needs';
import { wiringOf } from '../../../src/binding/stack/wiring';
import { askedCode } from '../../../src/cli/permissionCode';
import { generatePermissions } from '../../../src/iam/needs/generate';
import { readMapping } from '../../../src/iam/needs/mapping';
import { permissionFile } from '../../../src/node/permissionFiles';
import { rootOf } from '../../support/root';

const provider = (name: string, role: string, more = ''): string =>
  `provider "aws" "${name}" {\n${more}  config {\n    assume_role_with_web_identity {\n      role_arn           = ${role}\n      web_identity_token = var.token\n    }\n  }\n}\n`;
const component = (name: string, by: string): string =>
  `component "${name}" {\n  source = "./${name}"\n  inputs = { name = var.name }\n  providers = { aws = provider.aws.${by} }\n}\n`;
const arn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;

const files = {
  'main.tfcomponent.hcl': [
    provider('apps', 'var.apps'),
    provider('logs', 'var.logs'),
    provider('regions', 'each.value', '  for_each = var.regions\n'),
    component('queue', 'apps'),
    component('bucket', 'logs'),
    component('topic', 'regions["eu"]'),
    'variable "apps" {\n  type = string\n}\nvariable "logs" {\n  type = string\n}\nvariable "name" {\n  type = string\n}\n',
    'variable "regions" {\n  type = map(string)\n}\nvariable "token" {\n  type = string\n  ephemeral = true\n}\n',
  ].join('\n'),
  'main.tfdeploy.hcl': ['prod', 'test']
    .map(
      name =>
        `deployment "${name}" {\n  inputs = {\n    name    = "acme-${name}"\n    apps    = "${arn('apps')}"\n    logs    = "${arn(`logs-${name}`)}"\n    regions = { eu = "${arn('eu')}" }\n    token   = identity_token.aws.jwt\n  }\n}\n`,
    )
    .join('\n'),
  'queue/main.tf': 'variable "name" {}\nresource "aws_sqs_queue" "this" {\n  name = var.name\n}\n',
  'bucket/main.tf': 'variable "name" {}\nresource "aws_s3_bucket" "this" {\n  bucket = var.name\n}\n',
  'topic/main.tf': 'variable "name" {}\nresource "aws_sns_topic" "this" {\n  name = var.name\n}\n',
};

describe('what a deployment of a Stack needs', () => {
  const mapping = readMapping(permissionFile('terraform.json.gz'));
  const needs = async (asked: Parameters<typeof askedCode>[1]) => {
    const { root, more, inputs, notes } = askedCode(await rootOf(files), asked);
    const place = { partition: 'aws', region: 'eu-central-1', account: '123456789012' };
    const { policy } = generatePermissions(root, mapping, { phase: 'apply', place, inputs, applied: more });
    return { resources: new Set(policy.Statement.flatMap(s => s.Resource)), notes };
  };

  test('is that of the components whose providers assume the role, with the values of the deployment', async () => {
    const { resources, notes } = await needs({ deployment: ['prod'], role: arn('apps') });
    assert.deepEqual([...resources], ['arn:aws:sqs:eu-central-1:123456789012:acme-prod']);
    assert.match(notes.join('\n'), /deployment "prod"[\s\S]*Left out[^.]*component\.bucket, component\.topic/);
  });

  test('of a provider with keys counts for each key', async () => {
    const { resources } = await needs({ deployment: ['prod'], role: 'eu' });
    assert.deepEqual([...resources], ['arn:aws:sns:eu-central-1:123456789012:acme-prod']);
  });

  test('of a role that two deployments share is what both need', async () => {
    const { resources } = await needs({ deployment: [], role: arn('apps') });
    assert.deepEqual(
      [...resources].sort(),
      ['prod', 'test'].map(name => `arn:aws:sqs:eu-central-1:123456789012:acme-${name}`),
    );
  });

  test('of all roles is all of the deployment', async () => {
    const { resources } = await needs({ deployment: ['test'], role: undefined });
    const all = [...resources].join(' ');
    for (const part of ['sqs', 's3:::acme-test', 'sns']) assert.ok(all.includes(part), all);
    assert.ok(!all.includes('acme-prod'), all);
  });

  test('is refused where no provider assumes the role, or there is no such deployment', async () => {
    const root = await rootOf(files);
    assert.throws(
      () => askedCode(root, { deployment: ['test'], role: 'logs-prod' }),
      /no provider of deployment "test"/,
    );
    assert.throws(() => askedCode(root, { deployment: ['qa'], role: undefined }), /there are prod, test/);
  });

  test('counts components whose role is not known here', async () => {
    const open = {
      ...files,
      'main.tfdeploy.hcl': 'deployment "prod" {\n  inputs = { apps = upstream_input.x.y }\n}\n',
    };
    const root = await rootOf(open);
    const [deployment] = root.stack?.deployments ?? [];
    assert.ok(deployment);
    const { leftOut } = codeOfDeployment(root, wiringOf(root, deployment), arn('apps'));
    assert.ok(!leftOut.includes('component.queue'), leftOut.join());
  });

  test('of the role of a group is that of the providers that have it, or get it by their input', async () => {
    const root = await rootOf(files);
    const left = (role: string | undefined, inputs: readonly string[]) =>
      codeOfGroup(root, undefined, [{ deployment: 'prod', arn: role, inputs }]).flatMap(code => code.leftOut);
    assert.deepEqual(left(arn('apps'), ['apps']), ['component.bucket', 'component.topic']);
    // Chosen by its input, whatever role the code names today.
    assert.deepEqual(left(undefined, ['logs']), ['component.queue', 'component.topic']);
    assert.deepEqual(left(arn('eu'), []), ['component.queue', 'component.bucket']);
  });

  test('of a new role is that of the providers without one', async () => {
    const root = await rootOf({
      ...files,
      'main.tfdeploy.hcl': files['main.tfdeploy.hcl'].replaceAll(/^ +logs .*$/gm, ''),
    });
    const codes = codeOfGroup(root, undefined, [{ deployment: 'test', arn: undefined, inputs: ['logs'] }]);
    assert.deepEqual(
      codes.flatMap(code => code.leftOut),
      ['component.queue', 'component.topic'],
    );
  });
});
