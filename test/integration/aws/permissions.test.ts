import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { denied } from '../../../src/cli/commands/denied';
import { lintPolicy } from '../../../src/cli/commands/lintPolicy';
import { ProblemError } from '../../../src/core/problem';
import { accountId, never, openWorld, type World } from '../../support/aws/world';
import { type CommandRun, runCommand } from '../../support/runCommand';

/** `denied` and `lint-policy --aws` with the real SDK against the IAM, STS and Access Analyzer of the test server. */
let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());
beforeEach(async () => {
  world.server.log.length = 0;
  world.server.faults.clear();
  world.server.store.pageSize = 100;
  world.stored.roles.clear();
  world.stored.policies.clear();
  await role();
});

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const policy = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement }, null, 2);
const inline = policy({ Sid: 'Site', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::site/*' });

async function send(
  ...[operation, input]: [Parameters<World['account']['send']>[0], Record<string, unknown>]
): Promise<void> {
  const reply = await world.account.send(operation, input, never);
  assert.ok(reply.ok, JSON.stringify(reply));
}

async function role(): Promise<void> {
  await send('CreateRole', { RoleName: 'tfc-apply', Path: '/tf/', AssumeRolePolicyDocument: trust });
  await send('PutRolePolicy', { RoleName: 'tfc-apply', PolicyName: 'own', PolicyDocument: inline });
  const arn = `arn:aws:iam::${accountId}:policy/more`;
  world.stored.policies.set(arn, {
    name: 'more',
    path: '/',
    arn,
    id: 'ANPA00000000000000001',
    document: policy({ Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' }),
  });
  await send('AttachRolePolicy', { RoleName: 'tfc-apply', PolicyArn: arn });
  await send('AttachRolePolicy', {
    RoleName: 'tfc-apply',
    PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess',
  });
}

const message = (
  action: string,
  resource: string,
  reason = `because no identity-based policy allows the ${action} action`,
): string =>
  `User: arn:aws:sts::${accountId}:assumed-role/tfc-apply/run-x is not authorized to perform: ${action} on resource: "${resource}" ${reason}`;

async function run(text: string, ...args: readonly string[]): Promise<CommandRun> {
  writeFileSync(path.join(world.home, 'error.txt'), text);
  return runCommand(denied, ['error.txt', '--format', 'json', ...args], { cwd: world.home, env: world.env });
}

interface Reported {
  readonly role: string;
  readonly decision: string;
  readonly lacks: readonly string[];
  readonly change: {
    readonly policy: string;
    readonly diff: string;
    readonly document: { Statement: unknown[] };
  } | null;
}
const reported = (done: CommandRun): readonly Reported[] =>
  (JSON.parse(done.out) as { denials: readonly Reported[] }).denials;

test("denied reads the role's inline and attached policies and changes an inline one", async () => {
  const done = await run(message('s3:PutObject', 'arn:aws:s3:::site/x'), '--profile', 'default');
  assert.equal(done.code, 1);
  const [denial] = reported(done);
  assert.ok(denial?.change);
  assert.equal(denial.role, `arn:aws:iam::${accountId}:role/tf/tfc-apply`);
  assert.equal(denial.decision, 'implicit-deny');
  assert.equal(denial.change.policy, 'own');
  assert.equal(denial.change.document.Statement.length, 2);
  assert.match(denial.change.diff, /^\+.*"Resource": "arn:aws:s3:::site\/x"$/m);
  assert.deepEqual(world.server.writes(), ['CreateRole', 'PutRolePolicy', 'AttachRolePolicy', 'AttachRolePolicy']);
});

test('an attached Deny, and a read that an AWS policy allows', async () => {
  const two = `${message('s3:DeleteBucket', 'arn:aws:s3:::site')}\n${message('s3:ListBucket', 'arn:aws:s3:::site')}`;
  const [deletes, lists] = reported(await run(two, '--profile', 'default'));
  assert.equal(deletes?.decision, 'explicit-deny');
  assert.match(deletes.lacks[0] ?? '', /policy\/more, statement 1 denies/);
  assert.equal(lists?.decision, 'allow');
  assert.deepEqual(
    world.server.calls('iam').filter(c => c === 'GetRole'),
    ['GetRole'],
  );
});

test('an encoded message is decoded by STS', async () => {
  world.server.encodedMessages.set('encoded-message-0123456789', {
    allowed: false,
    explicitDeny: false,
    context: {
      principal: { arn: `arn:aws:sts::${accountId}:assumed-role/tfc-apply/run-x` },
      action: 'ec2:RunInstances',
      resource: 'arn:aws:ec2:eu-west-1:123456789012:instance/*',
      conditions: { items: [] },
    },
  });
  const text =
    'You are not authorized to perform this operation. Encoded authorization failure message: encoded-message-0123456789';
  const [denial] = reported(await run(text, '--profile', 'default'));
  assert.equal(denial?.decision, 'implicit-deny');
  assert.match(JSON.stringify(denial.change), /ec2:RunInstances/);
  const [blind] = reported(await run(text));
  assert.equal(blind?.decision, null);
});

test('a missing role, another account, and a refusal of the reading itself are said', async () => {
  const code = async (text: string): Promise<string> => {
    try {
      await run(text, '--profile', 'default');
    } catch (error) {
      if (error instanceof ProblemError) return error.problem.code;
    }
    return 'nothing';
  };
  const text = message('s3:PutObject', 'arn:aws:s3:::site/x');
  assert.equal(await code(text.replace('tfc-apply', 'gone')), 'no-such-role');
  assert.equal(await code(text.replace(accountId, '999999999999')), 'other-account');
  world.server.faults.add({ action: 'GetPolicyVersion', kind: 'refuse' });
  assert.equal(await code(text), 'AccessDenied');
});

interface Linted {
  readonly findings: readonly {
    readonly source: string;
    readonly code: string;
    readonly severity: string;
    readonly range: { readonly start: { readonly line: number } };
  }[];
}

test('lint-policy --aws puts what Access Analyzer says beside our findings, page by page', async () => {
  world.server.store.pageSize = 1;
  const text = `\n{\n  "Statement": [\n    {\n      "Effect": "Allow",\n      "Action": ["iam:PassRole", "s3:NotReal"],\n      "Resource": "*"\n    }\n  ]\n}\n`;
  writeFileSync(path.join(world.home, 'policy.json'), text);
  const done = await runCommand(lintPolicy, ['policy.json', '--aws', '--profile', 'default', '--format', 'json'], {
    cwd: world.home,
    env: world.env,
  });
  const findings = (JSON.parse(done.out) as Linted).findings.filter(f => f.source === 'aws');
  assert.deepEqual(findings.map(f => `${f.range.start.line} ${f.severity} ${f.code}`).sort(), [
    '1 warning MISSING_VERSION',
    '5 error INVALID_ACTION',
    '6 warning PASS_ROLE_WITH_STAR_IN_RESOURCE',
  ]);
  assert.deepEqual(world.server.calls('access-analyzer'), ['ValidatePolicy', 'ValidatePolicy', 'ValidatePolicy']);
});

test('without --aws nothing is sent; of Terraform code only what is known as a whole', async () => {
  writeFileSync(
    path.join(world.home, 'main.tf'),
    `data "aws_iam_policy_document" "known" {
  statement {
    actions   = ["iam:PassRole"]
    resources = ["*"]
  }
}
data "aws_iam_policy_document" "open" {
  statement {
    actions   = ["s3:GetObject"]
    resources = [var.arn]
  }
}
`,
  );
  const lint = (...args: readonly string[]): Promise<CommandRun> =>
    runCommand(lintPolicy, ['main.tf', '--format', 'json', ...args], { cwd: world.home, env: world.env });
  await lint();
  assert.deepEqual(
    world.server.log.filter(e => e.service === 'access-analyzer' || e.service === 'sts'),
    [],
  );
  const done = await lint('--aws');
  assert.deepEqual(world.server.calls('access-analyzer'), ['ValidatePolicy']);
  assert.ok((JSON.parse(done.out) as Linted).findings.some(f => f.source === 'aws'));
});
