import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { type BindingFacts, known } from '../../../src/binding/facts';
import { tellsOfRefusal, withRefusals } from '../../../src/binding/gather/permissions';
import { permissionSources } from '../../../src/binding/gather/permissionSources';
import { configure } from '../../../src/cli/commands/configure';
import { doctor } from '../../../src/cli/commands/doctor';
import { permissions } from '../../../src/cli/commands/permissions';
import { status } from '../../../src/cli/commands/status';
import { permissionFile } from '../../../src/node/permissionFiles';
import { accountId, never } from '../../support/aws/world';
import { healthy } from '../../support/binding/world';
import { ServerPair } from '../../support/binding/serverWorlds';

/** The roles' policies beside what the code needs, and beside what a run was refused: status and doctor through both servers. */
let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
});
after(() => pair.close());
beforeEach(async () => {
  await pair.healthy();
  pair.code('\nresource "aws_sqs_queue" "orders" {\n  name = "orders"\n}\n');
});

interface Told {
  readonly id: string;
  readonly phase?: string;
  readonly state: string;
  readonly evidence: readonly string[];
  readonly nextStep?: string;
}

async function told(id: string): Promise<readonly Told[]> {
  const done = await pair.run(status, 'project', '--profile', 'default', '--format', 'json');
  const found: Told[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('id' in value && value.id === id) found.push(value as Told);
    Object.values(value).forEach(visit);
  };
  visit(JSON.parse(done.out));
  return found;
}

const stored = (phase: 'plan' | 'apply') => {
  const found = pair.aws.stored.roles.get(`tfc-acme-prod-${phase}`);
  assert.ok(found);
  return found;
};

async function needed(phase: 'plan' | 'apply'): Promise<string> {
  const done = await pair.run(permissions, 'project', '--phase', phase, '--account', accountId, '--format', 'json');
  return JSON.stringify((JSON.parse(done.out) as { policy: object }).policy);
}

test('a role without a policy lacks all that the code needs; with the generated one it lacks nothing', async () => {
  const before = await told('role-permissions');
  assert.deepEqual(
    before.map(c => `${c.phase ?? ''} ${c.state}`),
    ['plan warning', 'apply warning'],
  );
  assert.match(before[1]?.evidence[0] ?? '', /^\d+ actions missing/);
  assert.match(before[1]?.evidence.join('\n') ?? '', /sqs:CreateQueue/);
  for (const phase of ['plan', 'apply'] as const) stored(phase).inline.set('tfc-oidc-permissions', await needed(phase));
  assert.deepEqual(
    (await told('role-permissions')).map(c => c.state),
    ['ok', 'ok'],
  );
});

test('what is no longer needed is said of our roles, and only reported of others', async () => {
  for (const phase of ['plan', 'apply'] as const) stored(phase).inline.set('tfc-oidc-permissions', await needed(phase));
  stored('apply').inline.set(
    'more',
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: '*' }] }),
  );
  const [, ours] = await told('role-permissions');
  assert.equal(ours?.state, 'warning');
  assert.match(ours.evidence[0] ?? '', /^1 action no longer needed/);
  assert.match(ours.nextStep ?? '', /configure/);
  stored('apply').tags.delete('tfc-oidc:managed-by');
  const [, theirs] = await told('role-permissions');
  assert.equal(theirs?.state, 'ok');
});

test('where a module was not read nothing is called superfluous, and configure says what it leaves out', async () => {
  for (const phase of ['plan', 'apply'] as const) stored(phase).inline.set('tfc-oidc-permissions', await needed(phase));
  pair.code('\nmodule "orders" {\n  source = "./orders"\n}\nresource "aws_sns_topic" "news" {\n  name = "news"\n}\n');
  const [, apply] = await told('role-permissions');
  assert.match(apply?.evidence[0] ?? '', /^\d+ actions missing \(/);
  assert.match(apply?.evidence.join('\n') ?? '', /not counted: module\.orders could not be read/);
  const done = await pair.run(configure, 'project', '--profile', 'default', '--permissions', 'code', '--yes');
  assert.match(done.out + done.err, /module\.orders could not be read.*The policy leaves out/);
});

test('the doctor names the statement that lacks what the run was refused', async () => {
  stored('apply').inline.set(
    'own',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Sid: 'Queues', Effect: 'Allow', Action: 'sqs:*', Resource: 'arn:aws:sqs:*:*:other' }],
    }),
  );
  const resource = `arn:aws:sqs:eu-central-1:${accountId}:orders`;
  pair.fail(
    `Error: creating SQS Queue (orders): operation error SQS: CreateQueue, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: arn:aws:sts::${accountId}:assumed-role/tfc-acme-prod-apply/run-1 is not authorized to perform: sqs:CreateQueue on resource: ${resource} because no identity-based policy allows the sqs:CreateQueue action`,
    'apply',
  );
  const [check] = await told('role-allows-refused');
  assert.equal(check?.state, 'wrong');
  assert.match(check.evidence[0] ?? '', /own, statement 1 \(Queues\).*the resource is lacking/);
  const done = await pair.run(doctor, 'project', '--profile', 'default');
  assert.match(done.out, /Queues/);
  stored('apply').inline.set('own', await needed('apply'));
  assert.equal((await told('role-allows-refused'))[0]?.state, 'ok');
});

test('a profile that may not read policies leaves it unknown, and code without resources asks nothing', async () => {
  const arn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
  stored('plan').attached.push(arn);
  pair.aws.server.faults.add({ action: 'GetPolicyVersion', kind: 'refuse' });
  assert.deepEqual(
    (await told('role-permissions')).map(c => c.state),
    ['unknown', 'warning'],
  );
  pair.aws.server.faults.clear();
  pair.code();
  pair.aws.server.log.length = 0;
  assert.deepEqual(await told('role-permissions'), []);
  assert.ok(!pair.aws.server.calls('iam').includes('GetPolicy'));
});

test('configure --permissions code gives each role what its phase needs, and the check is content', async () => {
  const done = await pair.run(configure, 'project', '--profile', 'default', '--permissions', 'code', '--yes');
  assert.equal(done.code, 0, done.err + done.out);
  for (const phase of ['plan', 'apply'] as const) {
    const [policy = '{}'] = [...stored(phase).inline.values()];
    assert.deepEqual(JSON.parse(policy), JSON.parse(await needed(phase)));
  }
  assert.deepEqual(
    (await told('role-permissions')).map(c => c.state),
    ['ok', 'ok'],
  );
  await assert.rejects(
    pair.run(configure, 'project', '--profile', 'default', '--permissions', 'code', '--policy', '{}'),
    /--policy: give one of them/,
  );
});

test('configure --permissions code takes back what the code no longer needs', async () => {
  await pair.run(configure, 'project', '--profile', 'default', '--permissions', 'code', '--yes');
  pair.code('\nresource "aws_sns_topic" "news" {\n  name = "news"\n}\nresource "aws_no_such" "x" {}\n');
  assert.match((await told('role-permissions'))[1]?.evidence[0] ?? '', /actions missing, \d+ no longer needed/);
  const done = await pair.run(configure, 'project', '--profile', 'default', '--permissions', 'code', '--yes');
  assert.match(done.out + done.err, /aws_no_such/);
  assert.deepEqual(
    (await told('role-permissions')).map(c => c.state),
    ['ok', 'ok'],
  );
});

test('the doctor reads a text that is given to it, and in the editor one that comes after the checks', async () => {
  stored('apply').inline.set('own', await needed('apply'));
  const text = `User: arn:aws:sts::${accountId}:assumed-role/tfc-acme-prod-apply/run-1 is not authorized to perform: sns:Publish on resource: arn:aws:sns:eu-central-1:${accountId}:news because no identity-based policy allows the sns:Publish action`;
  writeFileSync(path.join(pair.aws.home, 'error.txt'), text);
  const done = await pair.run(doctor, 'project', '--profile', 'default', '--error', 'error.txt');
  assert.match(done.out, /sns:Publish on arn:aws:sns:[^ ]+ was refused: No statement names sns:Publish/);

  const arn = `arn:aws:iam::${accountId}:role/tfc-acme-prod-apply`;
  const facts = healthy;
  assert.ok(facts.account.state === 'known');
  const asked: BindingFacts = {
    ...facts,
    pastedError: text,
    account: known({ ...facts.account.value, roles: new Map([[arn, known(undefined)]]) }),
  };
  assert.equal(tellsOfRefusal(asked), true);
  const read = await withRefusals(asked, pair.aws.account, permissionSources(permissionFile), never);
  const found = read.account.state === 'known' ? read.account.value.permissions?.get(arn) : undefined;
  assert.ok(found?.state === 'known');
  assert.deepEqual(
    found.value.refused.map(r => [r.action, r.allowedNow]),
    [['sns:Publish', false]],
  );
  assert.equal(await withRefusals(facts, pair.aws.account, permissionSources(permissionFile), never), facts);
});
