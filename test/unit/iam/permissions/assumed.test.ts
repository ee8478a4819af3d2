import assert from 'node:assert/strict';
import test from 'node:test';
import { generatePermissions } from '../../../../src/iam/needs/generate';
import { heldCode, readHeld } from '../../../../src/iam/needs/held';
import { projectOf } from '../../../support/lintFixtures';
import { all, mapping, ofCode, resourcesOf } from '../../../support/permissions';

const role = 'arn:aws:iam::444455556666:role/deploy';
const provider = (assumes: string, more = ''): string => `provider "aws" {
  region = "eu-central-1"
  ${more}
  ${assumes}
}
`;
const queue = 'resource "aws_sqs_queue" "q" {\n  name = "jobs"\n}\n';
const services = async (code: string, asked?: string, files = {}): Promise<readonly string[]> => {
  const found = await ofCode(code, 'apply', { role: asked, files });
  return [...new Set(all(found).map(action => action.split(':')[0] ?? ''))].sort();
};

test('what resources need, the role needs that their provider assumes; the run needs to assume it', async () => {
  const code = provider(`assume_role {\n    role_arn = "${role}"\n  }`) + queue;
  assert.deepEqual(await services(code), ['sts']);
  assert.deepEqual(await services(code, role), ['sqs']);
  const run = await ofCode(code, 'plan');
  assert.deepEqual(resourcesOf(run, 'sts:AssumeRole'), [role]);
  const { notes } = run;
  assert.ok(notes.some(note => note.includes('aws_sqs_queue.q needs') && note.includes(role)));
  // The role that is looked at is the run's own.
  assert.deepEqual(await services(code, 'arn:aws:iam::111122223333:role/tfc-run'), ['sts']);
});

test('modules have the providers that their callers give to them, at any depth', async () => {
  const code =
    provider('') +
    provider(`assume_role {\n    role_arn = "${role}"\n  }`, 'alias = "far"') +
    'module "far" {\n  source = "./m"\n  providers = { aws = aws.far }\n}\nmodule "near" {\n  source = "./n"\n}\n';
  const files = {
    'm/main.tf': 'module "deep" {\n  source = "../o"\n}\n',
    'o/main.tf': queue,
    'n/main.tf': 'resource "aws_sns_topic" "t" {\n  name = "news"\n}\n',
  };
  assert.deepEqual(await services(code, undefined, files), ['sns', 'sts']);
  assert.deepEqual(await services(code, role, files), ['sqs']);
});

test('a role that is perhaps none leaves the resources to the run', async () => {
  const of = (arn: string, more: string): Promise<readonly string[]> =>
    services(`${provider(`assume_role {\n    role_arn = ${arn}\n  }`)}${queue}${more}`);
  assert.deepEqual(await of('var.role', 'variable "role" {\n  default = null\n}\n'), ['sqs']);
  assert.deepEqual(await of('var.role', 'variable "role" {}\n'), ['sqs']);
  assert.deepEqual(await of('""', ''), ['sqs']);
  // Not known, and certainly one.
  assert.deepEqual(await of('"arn:aws:iam::${var.account}:role/deploy"', 'variable "account" {}\n'), []);
  // Beside keys, the role may go with them.
  const keys = 'profile = "admin"';
  assert.deepEqual(await services(provider(`assume_role {\n    role_arn = "${role}"\n  }`, keys) + queue), [
    'sqs',
    'sts',
  ]);
  const dynamic = `dynamic "assume_role" {\n    for_each = var.roles\n    content {\n      role_arn = assume_role.value\n    }\n  }`;
  const found = await ofCode(`${provider(dynamic)}${queue}variable "roles" {\n  default = []\n}\n`);
  assert.deepEqual([...new Set(all(found).map(a => a.split(':')[0]))], ['sqs']);
  assert.ok(found.notes.some(note => note.includes('may assume a role by a dynamic block')));
});

test('of a chain of roles, each needs to assume the next one, and the last one the rest', async () => {
  const last = 'arn:aws:iam::777788889999:role/last';
  const code = `${provider(`assume_role {\n    role_arn = "${role}"\n  }\n  assume_role {\n    role_arn = "${last}"\n  }`)}${queue}`;
  const resources = async (asked?: string): Promise<readonly string[]> =>
    (await ofCode(code, 'apply', { role: asked })).policy.Statement.flatMap(s =>
      s.Action.includes('sts:AssumeRole') ? s.Resource : s.Action.slice(0, 1),
    );
  assert.deepEqual(await resources(), [role]);
  assert.deepEqual(await resources(role), [last]);
  assert.deepEqual(await resources(last), ['sqs:CreateQueue']);
});

test('types that nothing is known of, and what a state holds, belong to the role of their provider too', async () => {
  const code = `${provider(`assume_role {\n    role_arn = "${role}"\n  }`)}${queue}resource "aws_no_such_thing" "x" {}\n`;
  assert.deepEqual((await ofCode(code)).unmapped, []);
  assert.equal((await ofCode(code, 'apply', { role })).unmapped.length, 1);
  const state = readHeld(
    JSON.stringify({
      version: 4,
      resources: ['q', 'gone'].map(name => ({
        mode: 'managed',
        type: 'aws_sqs_queue',
        name,
        instances: [{ attributes: { name: `held-${name}` } }],
      })),
    }),
    'state.json',
  );
  assert.ok(state.ok);
  const held = [await heldCode(state.value.resources, 'state.json')];
  const [root] = (await projectOf({ 'main.tf': code })).roots;
  assert.ok(root);
  const place = { partition: 'aws', region: undefined, account: '111122223333' };
  const found = generatePermissions(root, mapping, { phase: 'apply', place, held });
  // As which role the run made what the code no longer has is not known: it stays the run's.
  assert.deepEqual(
    found.needs.filter(n => n.source === 'state').map(n => n.address),
    found.needs.filter(n => n.source === 'state').map(() => 'aws_sqs_queue.gone'),
  );
  assert.ok(found.needs.some(n => n.source === 'state'));
});
