import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, ofCode, resourcesOf } from '../../../support/permissions';

/** Names as real configurations write them: maps, `for`, conditions, chains of locals, modules that are off. */
const start = 'arn:aws:sqs:*:111122223333:';
const queues = async (code: string, files: Record<string, string> = {}): Promise<readonly string[]> =>
  resourcesOf(await ofCode(code, 'apply', { files }), 'sqs:DeleteQueue').map(arn => arn.replace(start, ''));
const named = (value: string, more = ''): string => `${more}\nresource "aws_sqs_queue" "x" {\n  name = ${value}\n}\n`;

test('what an expression tells of a name', async () => {
  const cases: readonly (readonly [code: string, expected: readonly string[]])[] = [
    [named('"${local.b}-jobs"', 'locals {\n  a = "shop"\n  b = join("-", [local.a, "prod"])\n}'), ['shop-prod-jobs']],
    [named('var.short ? "a-jobs" : "b-jobs"', 'variable "short" {\n  default = false\n}'), ['b-jobs']],
    [named('true && "x" == "x" ? "yes-jobs" : "no-jobs"'), ['yes-jobs']],
    [named('coalesce(var.name, "else-jobs")', 'variable "name" {\n  default = null\n}'), ['else-jobs']],
    [named('try(local.o.missing, "tried-jobs")', 'locals {\n  o = { a = "b" }\n}'), ['tried-jobs']],
    [named('lookup({ a = "one-jobs" }, "a", "x")'), ['one-jobs']],
    [named('merge({ a = "one-jobs" }, { a = "two-jobs" }).a'), ['two-jobs']],
    [named('replace("my_jobs", "_", "-")'), ['my-jobs']],
    [named('trimsuffix("jobs.fifo", ".fifo")'), ['jobs']],
    [named('substr("jobs-of-mine", 0, 4)'), ['jobs']],
    [named('element(["a-jobs", "b-jobs"], 1)'), ['b-jobs']],
    [named('["a-jobs", "b-jobs"][0]'), ['a-jobs']],
    [named('replace("jobs", "/j/", "x")'), ['xobs']],
    [named('"x-${var.name}"', 'variable "name" {}'), ['x-*']],
    [named('signum(length(var.l)) == 1 ? "a-jobs" : "b-jobs"', 'variable "l" {\n  default = ["x"]\n}'), ['a-jobs']],
    // Only Terraform knows; an end that both have is known.
    [named('var.on ? "a-jobs" : "b-jobs"', 'variable "on" {}'), ['*-jobs']],
    [named('var.on ? "a-jobs" : "b-tasks"', 'variable "on" {}'), ['*']],
    [named('coalesce(var.name, "else-jobs")', 'variable "name" {}'), ['*']],
    [named('trimsuffix("jobs.fifo", var.end)', 'variable "end" {}'), ['*']],
    [named('local.a', 'locals {\n  a = "${local.b}${local.b}"\n  b = "${local.a}${local.a}"\n}'), ['*']],
  ];
  for (const [code, expected] of cases) assert.deepEqual(await queues(code), expected, code);
});

test('instances of maps that for, merge, keys and other resources make', async () => {
  const each = (collection: string, name: string, more = ''): string =>
    `${more}\nresource "aws_sqs_queue" "x" {\n  for_each = ${collection}\n  name = ${name}\n}\n`;
  const map = 'locals {\n  q = {\n    one = { fifo = true }\n    two = { fifo = false }\n  }\n}';
  assert.deepEqual(await queues(each('local.q', '"${each.key}${each.value.fifo ? ".fifo" : ""}"', map)), [
    'one.fifo',
    'two',
  ]);
  assert.deepEqual(await queues(each('{ for k, v in local.q : "q-${k}" => v if v.fifo }', 'each.key', map)), ['q-one']);
  assert.deepEqual(await queues(each('toset([for k, v in local.q : "l-${k}"])', 'each.value', map)), [
    'l-one',
    'l-two',
  ]);
  assert.deepEqual(await queues(each('toset(concat(["aaaa"], keys(local.q)))', 'each.key', map)), [
    'aaaa',
    'one',
    'two',
  ]);
  const chained = `${map}\nresource "aws_sns_topic" "t" {\n  for_each = local.q\n  name = "topic-\${each.key}"\n}`;
  assert.deepEqual(await queues(each('aws_sns_topic.t', '"of-${each.value.name}"', chained)), [
    'of-topic-one',
    'of-topic-two',
  ]);
  assert.deepEqual(await queues(each('local.q', '"on-${aws_sns_topic.t[each.key].name}"', chained)), [
    'on-topic-one',
    'on-topic-two',
  ]);
});

test('modules in the style of the registry: prefixes, null names, objects with optional members', async () => {
  const module = {
    'm/main.tf': `
      variable "create" { default = true }
      variable "name" { default = null }
      variable "use_name_prefix" { default = false }
      variable "queues" { default = {} }
      resource "aws_sqs_queue" "this" {
        count       = var.create ? 1 : 0
        name        = var.use_name_prefix ? null : var.name
        name_prefix = var.use_name_prefix ? "\${var.name}-" : null
      }
      resource "aws_sqs_queue" "more" {
        for_each = { for k, v in var.queues : k => v if try(v.create, true) }
        name     = coalesce(try(each.value.name, null), "\${var.name}-\${each.key}")
      }
      output "name" { value = try(aws_sqs_queue.this[0].name, null) }`,
  };
  const call = (body: string): string => `module "m" {\n  source = "./m"\n  name = "shop"\n  ${body}\n}\n`;
  assert.deepEqual(await queues(call(''), module), ['shop']);
  assert.deepEqual(await queues(call('use_name_prefix = true'), module), ['shop-*']);
  const several = 'create = false\n  queues = { a = {}, b = { name = "other" }, c = { create = false } }';
  assert.deepEqual(await queues(call(several), module), ['other', 'shop-a']);
  const used = 'resource "aws_sqs_queue" "dlq" {\n  name = "${module.m.name}-dlq"\n}\n';
  assert.deepEqual(await queues(call('') + used, module), ['shop', 'shop-dlq']);
});

test('what the code itself switches off is left out; what the workspace may switch on is not', async () => {
  const off = await ofCode(
    'resource "aws_sqs_queue" "a" {\n  count = 0\n  name = "a-jobs"\n}\nresource "aws_sns_topic" "b" {\n  for_each = toset([])\n  name = "b"\n}\n',
  );
  assert.deepEqual(all(off), []);
  assert.match(off.notes.join('\n'), /Left out, .*: aws_sqs_queue\.a, aws_sns_topic\.b\./);
  const code = 'resource "aws_sqs_queue" "a" {\n  count = var.on ? 1 : 0\n  name = "a-jobs"\n}\n';
  assert.deepEqual(await queues(`variable "on" {\n  default = false\n}\n${code}`), ['a-jobs']);
  assert.deepEqual(await queues(`variable "on" {}\n${code}`), ['a-jobs']);
});

test('a removed block deletes what the state still holds', async () => {
  const code = 'removed {\n  from = aws_sqs_queue.old\n}\n';
  assert.deepEqual(await queues(code), ['*']);
  const apply = all(await ofCode(code));
  assert.deepEqual([...apply].sort(), ['sqs:DeleteQueue', 'sqs:GetQueueAttributes']);
  assert.deepEqual(all(await ofCode(code, 'plan')), ['sqs:GetQueueAttributes']);
  const kept = 'removed {\n  from = aws_sqs_queue.old\n  lifecycle {\n    destroy = false\n  }\n}\n';
  assert.deepEqual(all(await ofCode(kept)), []);
});

test('the account is that of the role that the provider assumes', async () => {
  const code =
    'provider "aws" {\n  alias = "far"\n  region = "us-east-1"\n  assume_role {\n    role_arn = "arn:aws:iam::444455556666:role/deploy"\n  }\n}\nresource "aws_sqs_queue" "x" {\n  provider = aws.far\n  name = "far-jobs"\n}\nresource "aws_sqs_queue" "y" {\n  name = "near-jobs"\n}\n';
  const queues = async (role?: string): Promise<readonly string[]> =>
    resourcesOf(await ofCode(code, 'apply', { role }), 'sqs:DeleteQueue');
  assert.deepEqual(await queues('arn:aws:iam::444455556666:role/deploy'), [
    'arn:aws:sqs:us-east-1:444455556666:far-jobs',
  ]);
  assert.deepEqual(await queues(), ['arn:aws:sqs:*:111122223333:near-jobs']);
});
