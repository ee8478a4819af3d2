import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { readHolds } from '../../../src/binding/gather/holds';
import { permissionSources } from '../../../src/binding/gather/permissionSources';
import { configure } from '../../../src/cli/commands/configure';
import { exportBinding } from '../../../src/cli/commands/export';
import { permissions } from '../../../src/cli/commands/permissions';
import { repair } from '../../../src/cli/commands/repair';
import { status } from '../../../src/cli/commands/status';
import { permissionFile } from '../../../src/node/permissionFiles';
import { never } from '../../support/aws/world';
import { ServerPair } from '../../support/binding/serverWorlds';
import { connect } from '../../support/hcp/connect';
import type { StateFile } from '../../support/hcp/state';

/** Policies for roles count what the workspace holds, with the token that the product has: nothing that runs still need is taken away. */
let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
});
after(() => pair.close());
beforeEach(() => pair.healthy());
afterEach(() => assert.deepEqual(pair.hcp.violations, []));

const queues =
  '\nresource "aws_sqs_queue" "orders" {\n  name = "orders"\n}\nresource "aws_sns_topic" "news" {\n  name = "news"\n}\n';
const oneQueue = '\nresource "aws_sqs_queue" "orders" {\n  name = "orders"\n}\n';
const secret = 'hunter2-in-the-state';

const instance = (attributes: object): StateFile['resources'][number]['instances'] => [{ attributes }];
const topic = { id: 'arn:aws:sns:eu-central-1:000000000000:news', name: 'news', policy: secret };
const both: StateFile = {
  version: 4,
  resources: [
    { mode: 'managed', type: 'aws_sqs_queue', name: 'orders', instances: instance({ name: 'orders' }) },
    { mode: 'managed', type: 'aws_sns_topic', name: 'news', instances: instance(topic) },
    { mode: 'data', type: 'aws_iam_policy_document', name: 'd', instances: instance({ json: secret }) },
    { mode: 'managed', type: 'random_password', name: 'p', instances: instance({ result: secret }) },
  ],
};

const withCode = ['--profile', 'default', '--permissions', 'code', '--yes'];
const configured = (...more: readonly string[]) => pair.run(configure, 'project', ...withCode, ...more);

function policyOf(phase: 'plan' | 'apply'): string {
  const role = pair.aws.stored.roles.get(`tfc-acme-prod-${phase}`);
  return role?.inline.get('tfc-oidc-permissions') ?? '';
}

async function row(...more: readonly string[]): Promise<{ state: string; evidence: string; nextStep: string }> {
  const done = await pair.run(status, 'project', '--profile', 'default', '--format', 'json', ...more);
  const found: { phase?: string; state: string; evidence: readonly string[]; nextStep?: string }[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('id' in value && value.id === 'role-permissions') found.push(value as object as (typeof found)[number]);
    Object.values(value).forEach(visit);
  };
  visit(JSON.parse(done.out));
  const apply = found.find(f => f.phase === 'apply');
  return { state: apply?.state ?? '', evidence: apply?.evidence.join('\n') ?? '', nextStep: apply?.nextStep ?? '' };
}

/** Both were applied, and the role has a policy for both; then the topic left the code. */
async function topicLeftTheCode(): Promise<void> {
  pair.code(queues);
  pair.workspace.stateFile = both;
  const files = { 'main.tf': queues };
  const { id } = pair.hcp.state.configuration(pair.workspace, 'uploaded', { files });
  pair.hcp.state.run(pair.workspace, { configurationId: id });
  await configured();
  assert.match(policyOf('apply'), /sns:DeleteTopic/);
  pair.code(oneQueue);
}

test('what left the code stays allowed while it exists, and goes once it is gone', async () => {
  await topicLeftTheCode();
  const before = await row();
  assert.equal(before.state, 'ok', before.evidence);
  assert.match(before.evidence, /Counted beside the code: 2 resources that exist/);
  const done = await configured();
  assert.match(policyOf('apply'), /sns:DeleteTopic/, done.out);
  assert.match(policyOf('plan'), /sns:GetTopicAttributes/);
  // The list gives no names: those of the topic are in the code that was applied last.
  assert.match(policyOf('apply'), /:news"/);

  pair.workspace.stateFile = { version: 4, resources: both.resources.slice(0, 1) };
  const { id } = pair.hcp.state.configuration(pair.workspace, 'uploaded', { files: { 'main.tf': oneQueue } });
  pair.hcp.state.run(pair.workspace, { configurationId: id });
  const gone = await row();
  assert.equal(gone.state, 'warning');
  assert.match(gone.evidence, /No longer needed: .*sns:/);
  await configured();
  assert.doesNotMatch(policyOf('apply'), /sns:/);
});

test('names come from the redacted plan of the last run, and no code is downloaded then', async () => {
  pair.workspace.stateFile = both;
  pair.code(oneQueue);
  const change = (type: string, name: string, attributes: object) => ({
    address: `${type}.${name}`,
    mode: 'managed' as const,
    type,
    change: { actions: ['no-op'], before: attributes, after: attributes, before_sensitive: { policy: true } },
  });
  pair.hcp.state.run(pair.workspace, {
    status: 'planned_and_finished',
    plan: {
      resource_changes: [change('aws_sqs_queue', 'orders', { name: 'before' }), change('aws_sns_topic', 'news', topic)],
    },
  });
  pair.hcp.seen.length = 0;
  await configured();
  // The queue's name changed in the code: the run that replaces it deletes the one that is there.
  assert.match(policyOf('apply'), /:before"/);
  assert.match(policyOf('apply'), /:orders"/);
  assert.match(policyOf('apply'), /:news"/);
  assert.ok(pair.hcp.seen.every(s => !s.path.includes('/configuration-versions/')));
});

test('where the workspace cannot be read a role only gets more, and status calls nothing superfluous', async () => {
  await topicLeftTheCode();
  pair.workspace.mayReadState = false;
  const found = await row();
  assert.equal(found.state, 'ok');
  assert.match(found.evidence, /What is no longer needed is not known: What the workspace holds could not be read/);
  pair.code('\nresource "aws_sqs_queue" "other" {\n  name = "other"\n}\n');
  const done = await configured();
  assert.match(done.out, /What a role allows already stays in its policy/);
  for (const part of [/:other"/, /:orders"/, /:news"/, /sns:DeleteTopic/]) assert.match(policyOf('apply'), part);
  // A second time there is nothing to do.
  const again = await configured();
  assert.match(again.out, /nothing|unchanged|already/i);
  const plan = await pair
    .run(repair, 'role-permissions', 'project', '--profile', 'default')
    .catch((e: unknown) => String(e));
  assert.doesNotMatch(JSON.stringify(plan), /Replace inline policy/);
});

test('with a yes to it the state version gives the names; none of its values is kept, printed or written', async () => {
  await topicLeftTheCode();
  pair.workspace.runs = [];
  pair.workspace.mayDownloadState = true;
  const open = await row();
  assert.match(open.evidence, /names of what the workspace holds are not known/);
  const read = await row('--read-state');
  assert.match(read.evidence, /by the current state version/);
  const done = await configured('--read-state');
  assert.match(policyOf('apply'), /:news"/);
  const printed = await pair.run(permissions, 'project', '--read-state', '--format', 'json');
  assert.match(printed.out, /sns:DeleteTopic/);
  assert.doesNotMatch(
    [done.out, done.err, printed.out, printed.err, policyOf('apply'), policyOf('plan')].join('\n'),
    new RegExp(secret),
  );
  for (const file of filesBelow(pair.aws.home)) assert.ok(!readFileSync(file, 'utf8').includes(secret), file);
});

test('permissions --remote counts the workspace too; a token that may not is an incomplete answer', async () => {
  await topicLeftTheCode();
  const done = await pair.run(permissions, 'project', '--remote', '--format', 'json');
  assert.match(done.out, /sns:DeleteTopic/);
  const alone = await pair.run(permissions, 'project', '--format', 'json');
  assert.doesNotMatch(alone.out, /sns:DeleteTopic/);
  pair.workspace.mayReadState = false;
  const blind = await pair.run(permissions, 'project', '--remote', '--format', 'json');
  assert.equal(blind.code, 2);
  assert.match(blind.out, /What the workspace holds could not be read/);
});

test('export has the same policy as configure', async () => {
  await topicLeftTheCode();
  const done = await pair.run(
    exportBinding,
    ...['project', '--as', 'terraform', '--profile', 'default', '--permissions', 'code'],
  );
  assert.match(done.out, /sns:DeleteTopic/, done.err);
});

test('the full plan is asked for only where somebody agreed to it', async () => {
  pair.workspace.stateFile = both;
  const change = { actions: ['no-op'], before: topic, after: topic };
  pair.hcp.state.run(pair.workspace, {
    plan: { resource_changes: [{ address: 'aws_sns_topic.news', mode: 'managed', type: 'aws_sns_topic', change }] },
  });
  pair.hcp.faults.push({ path: /json-output-redacted/, status: 404 }, { path: /current-state-version/, status: 404 });
  pair.workspace.mayDownloadState = true;
  const sources = permissionSources(permissionFile);
  const asked = async (consent: boolean): Promise<readonly string[]> => {
    pair.hcp.seen.length = 0;
    const switches = (type: string): readonly string[] => sources.switches(type);
    await readHolds({ client: connect(pair.hcp), workspaceId: pair.workspace.id, consent, switches }, never);
    return pair.hcp.seen.map(s => s.path).filter(p => /json-output(?:$|\?)|current-state|hosted_state/.test(p));
  };
  assert.deepEqual(await asked(false), []);
  assert.ok((await asked(true)).some(p => p.endsWith('/json-output')));
  pair.hcp.faults.length = 0;
});

function filesBelow(dir: string): readonly string[] {
  return readdirSync(dir).flatMap(name => {
    const file = path.join(dir, name);
    return statSync(file).isDirectory() ? filesBelow(file) : [file];
  });
}

test('configure shows what the policy is not least privilege for, with the line and what would end it, and else says that it is', async () => {
  pair.code(
    '\nvariable "name" {}\nresource "aws_iam_role" "any" {\n  name               = var.name\n  assume_role_policy = "{}"\n}\n',
  );
  const wide = await pair.run(configure, 'project', '--profile', 'default', '--permissions', 'code');
  assert.match(
    wide.out,
    /not least privilege: .*iam:UpdateAssumeRolePolicy on arn:aws:iam::\d+:role\/\*.*aws_iam_role\.any \(main\.tf:\d+\).*Write the names/,
  );
  assert.doesNotMatch(wide.out, /The policy is least privilege/);
  pair.code(oneQueue);
  const narrow = await pair.run(configure, 'project', '--profile', 'default', '--permissions', 'code');
  assert.match(narrow.out, /The policy is least privilege by all that is known/);
  pair.workspace.mayReadState = false;
  const blind = await pair.run(configure, 'project', '--profile', 'default', '--permissions', 'code');
  assert.doesNotMatch(blind.out, /The policy is least privilege/);
});
