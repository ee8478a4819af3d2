import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { permissions } from '../../../src/cli/commands/permissions';
import { status } from '../../../src/cli/commands/status';
import { undo } from '../../../src/cli/commands/undo';
import { ServerPair } from '../../support/binding/serverWorlds';
import type { CommandRun } from '../../support/runCommand';

/** The role before its first run, and after months of use, against the strict servers. */

let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
});
after(() => pair.close());

const name = 'tfc-acme-prod-apply';
const role = () => {
  const found = pair.aws.stored.roles.get(name);
  assert.ok(found);
  return found;
};
const policy = (...statements: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: readonly string[], more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource: '*',
  ...more,
});
const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

beforeEach(async () => {
  await pair.healthy();
  pair.aws.stored.scps.length = 0;
  pair.code('\nresource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n}\n');
  role().inline.clear();
  role().boundary = undefined;
});

const ask = (...args: readonly string[]): Promise<CommandRun> =>
  pair.run(permissions, 'project', '--role', name, '--profile', 'default', ...args);

interface Calls {
  readonly calls: readonly { readonly action: string; readonly state: string; readonly why: string }[];
}
async function simulated(): Promise<ReadonlyMap<string, string>> {
  const { out, err } = await ask('--simulate', '--format', 'json');
  assert.notEqual(out, '', err);
  return new Map((JSON.parse(out) as Calls).calls.map(c => [c.action, `${c.state}: ${c.why}`]));
}

test('a boundary, a policy of the organization and a Deny show before a run fails', async () => {
  role().inline.set('p', policy(allow(['s3:*'])));
  assert.match((await simulated()).get('s3:CreateBucket') ?? '', /^allowed/);
  role().boundary = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
  assert.match((await simulated()).get('s3:CreateBucket') ?? '', /^refused: The role's permissions boundary/);
  role().boundary = undefined;
  pair.aws.stored.scps.push(policy(allow(['s3:Get*', 's3:List*'])));
  assert.match(
    (await simulated()).get('s3:CreateBucket') ?? '',
    /^refused: A policy of the AWS organization .* which statement/,
  );
  pair.aws.stored.scps.length = 0;
  role().inline.set('d', policy({ Effect: 'Deny', Action: 's3:CreateBucket', Resource: '*' }));
  const denied = await ask('--simulate');
  assert.equal(denied.code, 1);
  assert.match(denied.out, /refused {2}s3:CreateBucket on .*: A Deny of a policy/);
});

test('in an organization nothing is called allowed: policies with conditions are not simulated, and may refuse', async () => {
  role().inline.set('p', policy(allow(['s3:*'])));
  const elsewhere = { Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-central-1' } } };
  const { scps } = pair.aws.stored;
  scps.push(policy({ Effect: 'Deny', Action: '*', Resource: '*', ...elsewhere }), policy(allow(['*'])));
  assert.match(
    (await simulated()).get('s3:CreateBucket') ?? '',
    /^unknown: .* does not simulate those with conditions/,
  );
  scps.splice(0, Infinity, policy(allow(['*'], elsewhere)));
  const told = await ask('--simulate');
  assert.equal(told.code, 0);
  assert.match(told.out, /IAM would allow 0, refuse 0/);
  assert.match(told.out, /unknown {2}s3:\S.*: The role's policies and .* without conditions allow it\./);
  scps.splice(0, Infinity, policy(allow(['s3:Get*'])));
  assert.match((await simulated()).get('s3:CreateBucket') ?? '', /^refused/, 'one without conditions is simulated');
});

test('an Allow beside a Deny whose condition the call brings is unknown', async () => {
  role().inline.set('p', policy(allow(['s3:*'])));
  const tagged = { Condition: { StringEquals: { 'aws:RequestTag/team': 'web' } } };
  role().inline.set('d', policy({ Effect: 'Deny', Action: 's3:CreateBucket', Resource: '*', ...tagged }));
  assert.match((await simulated()).get('s3:CreateBucket') ?? '', /^unknown: It depends on aws:RequestTag\/team/);
});

test('what hangs on the call itself is unknown, and what a run is known to bring is handed in', async () => {
  const inRegion = { Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } } };
  role().inline.set('p', policy(allow(['s3:*'], inRegion)));
  assert.match((await simulated()).get('s3:CreateBucket') ?? '', /^allowed/);
  role().inline.set('p', policy(allow(['s3:*'], { Condition: { StringEquals: { 'aws:RequestTag/team': 'web' } } })));
  const open = await ask('--simulate');
  assert.equal(open.code, 0);
  assert.match(open.out, /unknown {2}s3:CreateBucket on .*: It depends on aws:RequestTag\/team/);
  pair.aws.server.addCaller(pair.aws.stored, 'AKIAIOSFODNN7EXAMPLE', { deny: ['iam:SimulatePrincipalPolicy'] });
  await assert.rejects(() => ask('--simulate'), /cannot be asked of IAM/);
  pair.aws.server.addCaller(pair.aws.stored, 'AKIAIOSFODNN7EXAMPLE');
});

/** Months of use: buckets were listed, EC2 was never touched. */
function months(): void {
  pair.aws.stored.roles.set(name, { ...role(), createDate: ago(200) });
  Object.assign(role(), { activity: new Map([['s3:ListAllMyBuckets', { date: ago(3), region: 'eu-central-1' }]]) });
  role().inline.set(
    'tfc-oidc-permissions',
    policy(
      allow(['s3:CreateBucket', 's3:DeleteBucket', 's3:ListAllMyBuckets', 's3:PutBucketPolicy', 's3:GetObject']),
      allow(['ec2:RunInstances', 'ec2:DescribeInstances']),
    ),
  );
}
const applied = ['--applied', 'project'];

test('granted, used and needed by the code are told apart, and the smaller policy is a difference', async () => {
  months();
  const before = role().inline.get('tfc-oidc-permissions');
  const { code, out } = await ask('--compare-with-use', ...applied);
  assert.equal(code, 1);
  assert.match(out, /Used in the last 90 days, as far as AWS tells: 1 \(s3:ListAllMyBuckets\)/);
  assert.match(out, /Needed by the code and not used yet: \d+ \(.*s3:CreateBucket/);
  assert.match(out, /not needed by the code: 3 \(.*ec2:RunInstances/);
  assert.match(out, /AWS does not tell .*: s3/);
  assert.match(out, /-.*"ec2:RunInstances"/);
  assert.equal(role().inline.get('tfc-oidc-permissions'), before);
  const done = await ask('--compare-with-use', ...applied, '--yes');
  assert.equal(done.code, 0, done.out + done.err);
  assert.deepEqual(
    (
      JSON.parse(role().inline.get('tfc-oidc-permissions') ?? '{}') as { Statement: { Action: string[] }[] }
    ).Statement.map(s => s.Action),
    [['s3:CreateBucket', 's3:DeleteBucket', 's3:ListAllMyBuckets', 's3:GetObject']],
  );
  assert.equal((await pair.run(undo, '--profile', 'default', '--yes')).code, 0);
  assert.equal(role().inline.get('tfc-oidc-permissions'), before);
});

test('nothing is taken from a young role, or by the code alone', async () => {
  months();
  pair.aws.server.log.length = 0;
  const alone = await ask('--compare-with-use', '--yes');
  assert.match(alone.out, /was not looked at: give --remote/);
  pair.aws.stored.roles.set(name, { ...role(), createDate: ago(20) });
  const young = await ask('--compare-with-use', ...applied, '--yes');
  assert.match(young.out, /says something after 90 days only/);
  assert.deepEqual(
    pair.aws.server.writes().filter(w => w === 'PutRolePolicy'),
    [],
  );
});

test('status says how many actions nobody used for 90 days, where it may ask', async () => {
  months();
  const told = async (...args: readonly string[]): Promise<string> =>
    (await pair.run(status, 'project', '--profile', 'default', ...args)).out;
  assert.match(
    await told('--use'),
    /Use of role tfc-acme-prod-apply[\s\S]*3 actions granted, unused for 90 days and not needed by the code/,
  );
  assert.doesNotMatch(await told(), /Use of role/);
  pair.aws.server.addCaller(pair.aws.stored, 'AKIAIOSFODNN7EXAMPLE', {
    deny: ['iam:GenerateServiceLastAccessedDetails'],
  });
  assert.match(await told('--use'), /iam:GenerateServiceLastAccessedDetails/);
  pair.aws.server.addCaller(pair.aws.stored, 'AKIAIOSFODNN7EXAMPLE');
});
