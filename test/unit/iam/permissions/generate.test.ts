import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readActions } from '../../../../src/iam/reference/actions';
import { generatePermissions, type Permissions } from '../../../../src/iam/needs/generate';
import { policyHcl } from '../../../../src/iam/needs/hcl';
import { readMapping } from '../../../../src/iam/needs/mapping';
import type { Phase } from '../../../../src/iam/needs/need';
import { planWrites } from '../../../../src/iam/needs/tables/calls';
import { nodeFiles } from '../../../../src/node/files';
import { readProject } from '../../../../src/terraform/read';
import { all, conditionsOf, mapping, ofCode, resourcesOf } from '../../../support/permissions';

const data = path.join(__dirname, '../../../../src/iam/data');
const fixtures = path.join(__dirname, '../../../fixtures/permissions');
const mappingFile = readFileSync(path.join(data, 'terraform.json.gz'));
const actions = readActions(readFileSync(path.join(data, 'actions.json.gz')));
const place = { partition: 'aws', region: 'eu-central-1', account: '111122223333' };
const configurations = readdirSync(fixtures).filter(name => existsSync(path.join(fixtures, name, 'main.tf')));

async function generate(name: string, phase: Phase): Promise<Permissions> {
  const folder = path.join(fixtures, name);
  const project = await readProject(nodeFiles, {}, folder, folder);
  const root = project.roots.find(r => r.dir === folder);
  assert.ok(root);
  return generatePermissions(root, mapping, { phase, place });
}

for (const name of configurations) {
  test(`${name}: each action exists, spelled as AWS does`, async () => {
    for (const phase of ['plan', 'apply'] as const) {
      assert.deepEqual(
        all(await generate(name, phase)).filter(a => actions.find(a)?.name !== a),
        [],
      );
    }
  });

  test(`${name}: a plan holds Read and List actions, and those of the written list`, async () => {
    const plan = await generate(name, 'plan');
    assert.deepEqual(
      all(plan).filter(
        a => !planWrites.has(a) && !/^(?:Read|List)(?:, (?:Read|List))*$/.test(actions.find(a)?.level ?? ''),
      ),
      [],
    );
  });

  test(`${name}: Sids are unique and valid, and no action has a wildcard`, async () => {
    const { policy } = await generate(name, 'apply');
    const sids = policy.Statement.map(s => s.Sid);
    assert.equal(new Set(sids).size, sids.length);
    for (const sid of sids) assert.match(sid, /^[A-Za-z0-9]+$/);
    for (const s of policy.Statement) assert.ok(!s.Action.some(a => a.includes('*')));
  });
}

test('the levels in the table of types are AWS’s own', () => {
  const letters = {
    read: 'Read',
    list: 'List',
    write: 'Write',
    tagging: 'Tagging',
    permissions: 'Permissions management',
  };
  for (const type of mapping.types) {
    for (const action of mapping.find(type)?.create ?? []) {
      const level = mapping.level(action);
      assert.ok(level !== undefined && actions.find(action)?.level.includes(letters[level]), action);
    }
  }
});

test('a role is passed by its ARN to its service alone', async () => {
  const apply = await generate('lambda-queue', 'apply');
  assert.deepEqual(resourcesOf(apply, 'iam:PassRole'), ['arn:aws:iam::111122223333:role/orders-worker']);
  assert.deepEqual(conditionsOf(apply, 'iam:PassRole'), [
    { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  ]);
  assert.ok(!all(await generate('lambda-queue', 'plan')).includes('iam:PassRole'));
});

test('an unknown type is listed, and nothing is granted for it', async () => {
  const apply = await generate('modules', 'apply');
  assert.deepEqual(
    apply.unmapped.map(u => u.type),
    ['aws_made_up_thing'],
  );
  assert.deepEqual(
    apply.needs.filter(n => n.address.includes('made_up')),
    [],
  );
});

test('a data source that nothing is known of is unmapped, unless guesses are asked for', async () => {
  const type = mapping.types.find(t => mapping.dataSource(t) === undefined && (mapping.find(t)?.read.length ?? 0) > 0);
  assert.ok(type);
  const code = `data "${type}" "x" {}`;
  const careful = await ofCode(code, 'plan');
  assert.deepEqual([careful.unmapped.map(u => u.type), careful.needs], [[type], []]);
  const guessed = await ofCode(code, 'plan', { guesses: true });
  assert.deepEqual(guessed.unmapped, []);
  assert.ok(guessed.needs.length > 0);
  for (const need of guessed.needs) assert.deepEqual([need.source, need.confidence], ['same-name-resource', 'low']);
});

test('a data source that asks AWS nothing is mapped, and needs nothing', async () => {
  const plan = await ofCode('data "aws_iam_policy_document" "x" {}\ndata "aws_partition" "x" {}', 'plan');
  assert.deepEqual([plan.needs, plan.unmapped], [[], []]);
});

test('the state and its lock file are reached by their keys; a plan does not write the state', async () => {
  const plan = await generate('lambda-queue', 'plan');
  const state = 'arn:aws:s3:::example-state/app/terraform.tfstate';
  assert.deepEqual(resourcesOf(plan, 's3:DeleteObject'), [`${state}.tflock`]);
  assert.deepEqual(resourcesOf(plan, 's3:PutObject'), [`${state}.tflock`]);
  assert.deepEqual(resourcesOf(plan, 's3:ListBucket'), ['arn:aws:s3:::example-state']);
  assert.ok(resourcesOf(await generate('lambda-queue', 'apply'), 's3:PutObject').includes(state));
});

test('a bucket is emptied only where force_destroy asks for it', async () => {
  const apply = await generate('static-site', 'apply');
  assert.deepEqual(resourcesOf(apply, 's3:DeleteObjectVersion'), ['arn:aws:s3:::www.example.com/*']);
  assert.ok(!all(await generate('static-site', 'plan')).includes('s3:DeleteObject'));
  const kept = await ofCode('resource "aws_s3_bucket" "x" {\n bucket = "data"\n force_destroy = false\n}');
  assert.ok(!all(kept).includes('s3:DeleteObject'));
});

test('tag actions only where tags or default_tags are set', async () => {
  const tagged = async (more: string): Promise<boolean> =>
    all(await ofCode(`resource "aws_sqs_queue" "x" {\n name = "jobs"\n ${more}\n}`)).includes('sqs:TagQueue');
  assert.equal(await tagged(''), false);
  assert.equal(await tagged('tags = {}'), false);
  assert.equal(await tagged('tags = { a = "b" }'), true);
  const byProvider = await ofCode(`
    provider "aws" {
      default_tags { tags = { a = "b" } }
    }
    resource "aws_sqs_queue" "x" { name = "jobs" }
  `);
  assert.ok(all(byProvider).includes('sqs:TagQueue'));
});

test('attachments are limited to the policies that the code names', async () => {
  const apply = await generate('eks', 'apply');
  const statement = apply.policy.Statement.find(
    s => s.Action.includes('iam:AttachRolePolicy') && s.Resource.some(r => r.endsWith('prod-nodes')),
  );
  assert.deepEqual(statement?.Condition, {
    ArnEquals: {
      'iam:PolicyARN': [
        'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
        'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy',
      ],
    },
  });
});

test('refreshes that return secrets are pointed out', async () => {
  const secrets = await generate('kms', 'plan');
  assert.ok(secrets.notes.some(n => n.startsWith('aws_ssm_parameter.token')));
});

test('each call of a module has its own names', async () => {
  const apply = await generate('modules', 'apply');
  assert.deepEqual(resourcesOf(apply, 'sqs:DeleteQueue'), [
    'arn:aws:sqs:eu-central-1:111122223333:alpha-events',
    'arn:aws:sqs:eu-central-1:111122223333:beta-events',
  ]);
  assert.ok(apply.unread.some(u => u.message.includes('module.registry')));
});

test('the type whose read the call graph lost has one by hand', async () => {
  assert.deepEqual(mapping.find('aws_route')?.read, []);
  assert.ok(all(await ofCode('resource "aws_route" "x" {}', 'plan')).includes('ec2:DescribeRouteTables'));
});

test('HCL escapes what Terraform would read as a template, and writes lists of values', () => {
  const text = policyHcl(
    [
      {
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'A',
            Effect: 'Allow',
            Action: ['s3:GetObject'],
            Resource: ['a${b}'],
            Condition: { StringEquals: { 'aws:RequestedRegion': ['x', 'y'] } },
          },
        ],
      },
    ],
    'plan',
  );
  assert.match(text, /resources = \["a\$\$\{b\}"\]/);
  assert.match(text, /values {3}= \["x", "y"\]/);
});

test('what the command loads is at most 150 KB', () => {
  assert.ok(mappingFile.length <= 150 * 1024);
});

test('a file of another shape is refused', () => {
  assert.throws(() => readMapping(gzipSync('{"types": {}}')), TypeError);
});
