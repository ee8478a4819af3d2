import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readActions } from '../../../../src/iam/permissions/actions';
import { split } from '../../../../src/iam/permissions/fit';
import { generatePermissions, type Permissions } from '../../../../src/iam/permissions/generate';
import { policyHcl } from '../../../../src/iam/permissions/hcl';
import { readMapping } from '../../../../src/iam/permissions/mapping';
import type { Phase } from '../../../../src/iam/permissions/need';
import { policySize } from '../../../../src/iam/policy/document';
import { nodeFiles } from '../../../../src/node/files';
import { readProject } from '../../../../src/terraform/read';

const data = path.join(__dirname, '../../../../src/iam/permissions/data');
const fixtures = path.join(__dirname, '../../../fixtures/permissions');
const mappingFile = readFileSync(path.join(data, 'terraform.json.gz'));
const mapping = readMapping(mappingFile);
const actions = readActions(readFileSync(path.join(data, 'actions.json.gz')));
const place = { partition: 'aws', region: 'eu-central-1', account: '111122223333' };
const configurations = readdirSync(fixtures);

async function generate(name: string, phase: Phase): Promise<Permissions> {
  const folder = path.join(fixtures, name);
  const project = await readProject(nodeFiles, {}, folder, folder);
  const root = project.roots.find(r => r.dir === folder);
  assert.ok(root);
  return generatePermissions(root, mapping, { phase, place });
}

const all = (p: Permissions): readonly string[] => p.policy.Statement.flatMap(s => s.Action);
const resourcesOf = (p: Permissions, action: string): readonly string[] =>
  p.policy.Statement.filter(s => s.Action.includes(action)).flatMap(s => s.Resource);

for (const name of configurations) {
  test(`${name}: apply holds all that plan holds, and each action exists`, async () => {
    const plan = await generate(name, 'plan');
    const apply = await generate(name, 'apply');
    const wide = new Set(all(apply));
    assert.deepEqual(
      all(plan).filter(a => !wide.has(a)),
      [],
    );
    assert.deepEqual(
      all(apply).filter(a => actions.find(a)?.name !== a),
      [],
    );
  });

  test(`${name}: a plan writes nothing but its own state`, async () => {
    const plan = await generate(name, 'plan');
    const writes = plan.needs.filter(
      n => n.source !== 'backend' && !/^(?:Read|List)/.test(actions.find(n.action)?.level ?? ''),
    );
    assert.deepEqual(writes, []);
  });

  test(`${name}: Sids are unique and valid, and no action has a wildcard`, async () => {
    const { policy } = await generate(name, 'apply');
    const sids = policy.Statement.map(s => s.Sid);
    assert.equal(new Set(sids).size, sids.length);
    for (const sid of sids) assert.match(sid, /^[A-Za-z0-9]+$/);
    for (const s of policy.Statement) assert.ok(!s.Action.some(a => a.includes('*')));
  });
}

test('names from variables and references become ARNs', async () => {
  const apply = await generate('lambda-queue', 'apply');
  assert.deepEqual(resourcesOf(apply, 'sqs:CreateQueue'), ['arn:aws:sqs:eu-central-1:111122223333:orders-queue']);
  assert.deepEqual(resourcesOf(apply, 'iam:CreateRole'), ['arn:aws:iam::111122223333:role/orders-worker']);
});

test('a role is passed by its ARN to its service alone', async () => {
  const apply = await generate('lambda-queue', 'apply');
  const pass = apply.policy.Statement.filter(s => s.Action.includes('iam:PassRole'));
  assert.deepEqual(
    pass.map(s => [s.Resource, s.Condition]),
    [
      [
        ['arn:aws:iam::111122223333:role/orders-worker'],
        { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
      ],
    ],
  );
  assert.ok(!all(await generate('lambda-queue', 'plan')).includes('iam:PassRole'));
});

test('an unknown type is listed, and nothing is granted for it', async () => {
  const apply = await generate('lambda-queue', 'apply');
  assert.deepEqual(
    apply.unmapped.map(u => u.type),
    ['aws_made_up_thing'],
  );
  assert.deepEqual(
    apply.needs.filter(n => n.address.includes('made_up')),
    [],
  );
});

test('the state and its lock file are reached by their keys', async () => {
  const plan = await generate('lambda-queue', 'plan');
  assert.deepEqual(resourcesOf(plan, 's3:DeleteObject'), ['arn:aws:s3:::example-state/app/terraform.tfstate.tflock']);
  assert.deepEqual(resourcesOf(plan, 's3:ListBucket'), ['arn:aws:s3:::example-state']);
});

test('a bucket is emptied only where force_destroy asks for it', async () => {
  const apply = await generate('static-site', 'apply');
  assert.deepEqual(resourcesOf(apply, 's3:DeleteObjectVersion'), ['arn:aws:s3:::www.example.com/*']);
  assert.ok(!all(await generate('static-site', 'plan')).includes('s3:DeleteObject'));
});

test('each call of a module has its own names', async () => {
  const apply = await generate('modules', 'apply');
  assert.deepEqual(resourcesOf(apply, 'sqs:DeleteQueue'), [
    'arn:aws:sqs:eu-central-1:111122223333:alpha-events',
    'arn:aws:sqs:eu-central-1:111122223333:beta-events',
  ]);
  assert.ok(apply.notes.some(n => n.includes('module.registry')));
});

test('the type whose read the call graph lost has one by hand', async () => {
  assert.deepEqual(mapping.find('aws_route')?.read, []);
  assert.ok(all(await generate('vpc', 'plan')).includes('ec2:DescribeRouteTables'));
});

test('a policy above the quota is split into ones below it, with the same actions', () => {
  const names = mapping.types.flatMap(t => mapping.find(t)?.create ?? []).slice(0, 900);
  const Action = [...new Set(names)].sort();
  const parts = split({ Version: '2012-10-17', Statement: [{ Sid: 'All', Effect: 'Allow', Action, Resource: ['*'] }] });
  assert.ok(parts.length > 1);
  for (const part of parts) assert.ok(policySize(JSON.stringify(part)) <= 6144);
  assert.deepEqual(
    parts.flatMap(p => p.Statement.flatMap(s => s.Action)),
    Action,
  );
});

test('HCL escapes what Terraform would read as a template', () => {
  const text = policyHcl(
    [
      {
        Version: '2012-10-17',
        Statement: [{ Sid: 'A', Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['a${b}'] }],
      },
    ],
    'plan',
  );
  assert.match(text, /resources = \["a\$\$\{b\}"\]/);
});

test('the table of types is at most 150 KB', () => {
  assert.ok(mappingFile.length <= 150 * 1024);
});

test('a file of another shape is refused', () => {
  assert.throws(() => readMapping(gzipSync('{"types": {}}')), TypeError);
});
