import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readActions } from '../../../../src/iam/permissions/actions';
import { generatePermissions, type Permissions } from '../../../../src/iam/permissions/generate';
import { policyHcl } from '../../../../src/iam/permissions/hcl';
import { readMapping } from '../../../../src/iam/permissions/mapping';
import type { Phase } from '../../../../src/iam/permissions/need';
import { planWrites } from '../../../../src/iam/permissions/tables';
import { nodeFiles } from '../../../../src/node/files';
import { readProject } from '../../../../src/terraform/read';
import { projectOf } from '../../../support/lintFixtures';

const data = path.join(__dirname, '../../../../src/iam/permissions/data');
const fixtures = path.join(__dirname, '../../../fixtures/permissions');
const mappingFile = readFileSync(path.join(data, 'terraform.json.gz'));
const mapping = readMapping(mappingFile);
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

/** The policy of code that is written in the test; more files by name. */
async function ofCode(
  code: string,
  phase: Phase = 'apply',
  options: { guesses?: boolean; region?: string; files?: Record<string, string> } = {},
): Promise<Permissions> {
  const project = await projectOf({ 'main.tf': code, ...options.files });
  const root = project.roots.find(r => r.dir === '/p');
  assert.ok(root);
  return generatePermissions(root, mapping, {
    phase,
    place: { ...place, region: options.region },
    guesses: options.guesses ?? false,
  });
}

const all = (p: Permissions): readonly string[] => p.policy.Statement.flatMap(s => s.Action);
const resourcesOf = (p: Permissions, action: string): readonly string[] =>
  p.policy.Statement.filter(s => s.Action.includes(action)).flatMap(s => s.Resource);
const conditionsOf = (p: Permissions, action: string): readonly unknown[] =>
  p.policy.Statement.filter(s => s.Action.includes(action)).map(s => s.Condition);

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

test('names from variables, locals, functions and references become ARNs', async () => {
  const apply = await ofCode(`
    variable "stage" { default = "prod" }
    locals { names = { jobs = lower("JOBS") } }
    data "aws_caller_identity" "me" {}
    resource "aws_sqs_queue" "a" { name = "\${var.stage}-\${local.names.jobs}" }
    resource "aws_sqs_queue" "b" { name = format("%s-%s", var.stage, "b") }
    resource "aws_sqs_queue" "c" { name = join("-", [var.stage, "c"]) }
    resource "aws_sqs_queue_policy" "a" {
      queue_url = aws_sqs_queue.a.url
      policy    = "{}"
    }
    resource "aws_s3_bucket" "logs" { bucket = "logs-\${data.aws_caller_identity.me.account_id}" }
  `);
  const arn = 'arn:aws:sqs:*:111122223333:prod-';
  assert.deepEqual(resourcesOf(apply, 'sqs:CreateQueue'), [`${arn}b`, `${arn}c`, `${arn}jobs`]);
  assert.deepEqual(resourcesOf(apply, 's3:CreateBucket'), ['arn:aws:s3:::logs-111122223333']);
});

test('instances of for_each and count have their names', async () => {
  const apply = await ofCode(`
    locals { queues = { one = "first", two = "second" } }
    resource "aws_sqs_queue" "set" {
      for_each = toset(["a", "b"])
      name     = "set-\${each.key}"
    }
    resource "aws_sqs_queue" "map" {
      for_each = local.queues
      name     = each.value
    }
    resource "aws_sqs_queue" "count" {
      count = 2
      name  = "count-\${count.index}"
    }
    resource "aws_sqs_queue" "unknown" {
      for_each = var.names
      name     = "unknown-\${each.key}"
    }
    variable "names" {}
  `);
  assert.deepEqual(
    resourcesOf(apply, 'sqs:CreateQueue').map(a => a.split(':')[5]),
    ['count-0', 'count-1', 'first', 'second', 'set-a', 'set-b', 'unknown-*'],
  );
});

test('a role is passed by its ARN to its service alone', async () => {
  const apply = await generate('lambda-queue', 'apply');
  assert.deepEqual(resourcesOf(apply, 'iam:PassRole'), ['arn:aws:iam::111122223333:role/orders-worker']);
  assert.deepEqual(conditionsOf(apply, 'iam:PassRole'), [
    { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  ]);
  assert.ok(!all(await generate('lambda-queue', 'plan')).includes('iam:PassRole'));
});

test('the role of an instance profile is passed to EC2', async () => {
  const apply = await ofCode(`
    resource "aws_iam_role" "web" {
      name               = "web"
      path               = "/app/"
      assume_role_policy = "{}"
    }
    resource "aws_iam_instance_profile" "web" {
      name = "web"
      role = aws_iam_role.web.name
    }
    resource "aws_instance" "web" {
      ami                  = "ami-1"
      iam_instance_profile = aws_iam_instance_profile.web.name
    }
  `);
  assert.deepEqual(resourcesOf(apply, 'iam:PassRole'), ['arn:aws:iam::111122223333:role/app/web']);
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

test('a backend with workspaces, a table and a key', async () => {
  const plan = await ofCode(
    `terraform {
      backend "s3" {
        bucket         = "state"
        key            = "app"
        region         = "eu-west-1"
        dynamodb_table = "locks"
        kms_key_id     = "alias/state"
      }
    }
    locals { stage = terraform.workspace }`,
    'plan',
  );
  assert.deepEqual(resourcesOf(plan, 's3:GetObject'), ['arn:aws:s3:::state/app', 'arn:aws:s3:::state/env:/*/app']);
  assert.deepEqual(resourcesOf(plan, 'dynamodb:PutItem'), ['arn:aws:dynamodb:eu-west-1:111122223333:table/locks']);
  assert.deepEqual(resourcesOf(plan, 'kms:Decrypt'), ['arn:aws:kms:eu-west-1:111122223333:key/*']);
});

test('a state that is read as another role needs that role alone', async () => {
  const plan = await ofCode(
    `terraform {
      backend "s3" {
        bucket = "state"
        key    = "app"
        assume_role = { role_arn = "arn:aws:iam::444455556666:role/state" }
      }
    }
    data "terraform_remote_state" "hcp" {
      backend = "remote"
      config  = { organization = "example" }
    }
    data "terraform_remote_state" "other" {
      backend = "s3"
      config = {
        bucket      = "other"
        key         = "net"
        assume_role = { role_arn = "arn:aws:iam::444455556666:role/net" }
      }
    }`,
    'plan',
  );
  assert.deepEqual(all(plan), ['sts:AssumeRole']);
  assert.deepEqual(resourcesOf(plan, 'sts:AssumeRole'), [
    'arn:aws:iam::444455556666:role/net',
    'arn:aws:iam::444455556666:role/state',
  ]);
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

test('regions: the provider, its aliases, an argument; the region that was asked for does not beat a literal', async () => {
  const code = `
    provider "aws" { region = "eu-west-1" }
    provider "aws" {
      alias  = "us"
      region = "us-east-1"
    }
    resource "aws_sqs_queue" "a" { name = "here" }
    resource "aws_sqs_queue" "b" {
      provider = aws.us
      name     = "alias"
    }
    resource "aws_sqs_queue" "c" {
      region = "ap-south-1"
      name   = "argument"
    }
    module "m" {
      source    = "./m"
      providers = { aws = aws.us }
    }
  `;
  const files = { 'm/main.tf': 'resource "aws_sqs_queue" "m" { name = "module" }' };
  const apply = await ofCode(code, 'apply', { region: 'sa-east-1', files });
  assert.deepEqual(resourcesOf(apply, 'sqs:CreateQueue'), [
    'arn:aws:sqs:ap-south-1:111122223333:argument',
    'arn:aws:sqs:eu-west-1:111122223333:here',
    'arn:aws:sqs:us-east-1:111122223333:alias',
    'arn:aws:sqs:us-east-1:111122223333:module',
  ]);
  assert.ok(apply.notes.some(n => n.includes('sa-east-1')));
});

test('without a resource to name, the region limits; never for global services', async () => {
  const code = `
    resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
    resource "aws_cloudfront_cache_policy" "x" { name = "x" }
  `;
  const here = await ofCode(code, 'apply', { region: 'eu-west-1' });
  assert.deepEqual(conditionsOf(here, 'ec2:DescribeVpcs'), [{ StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }]);
  assert.deepEqual(conditionsOf(here, 'cloudfront:CreateCachePolicy'), [undefined]);
  const anywhere = await ofCode(code);
  assert.deepEqual(conditionsOf(anywhere, 'ec2:DescribeVpcs'), [undefined]);
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

test('roles to assume and refreshes that return secrets are pointed out', async () => {
  const roles = await generate('iam-roles', 'plan');
  assert.deepEqual(resourcesOf(roles, 'sts:AssumeRole'), ['arn:aws:iam::111122223333:role/terraform']);
  assert.ok(roles.notes.some(n => n.includes('role/terraform')));
  const secrets = await generate('kms', 'plan');
  assert.ok(secrets.notes.some(n => n.startsWith('aws_ssm_parameter.token')));
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
