import assert from 'node:assert/strict';
import test from 'node:test';
import { all, ofCode, resourcesOf } from '../../../support/permissions';

const here = { region: 'eu-central-1' };
const start = 'arn:aws:events:eu-central-1:111122223333:rule';

test('a rule has the name of a bus of its own in its ARN, in every way to name the bus', async () => {
  const rule = (bus: string): string => `resource "aws_cloudwatch_event_rule" "r" {
    name = "placed"
    ${bus}
    event_pattern = "{}"
  }`;
  const on = async (bus: string, more = ''): Promise<readonly string[]> =>
    resourcesOf(await ofCode(`${rule(bus)}\n${more}`, 'apply', here), 'events:PutRule');
  assert.deepEqual(await on(''), [`${start}/placed`]);
  assert.deepEqual(await on('event_bus_name = "default"'), [`${start}/placed`]);
  assert.deepEqual(await on('event_bus_name = "shop"'), [`${start}/shop/placed`]);
  const bus = 'resource "aws_cloudwatch_event_bus" "b" { name = "shop" }';
  assert.deepEqual(await on('event_bus_name = aws_cloudwatch_event_bus.b.name', bus), [`${start}/shop/placed`]);
  assert.deepEqual(await on('event_bus_name = var.bus', 'variable "bus" {}'), [`${start}/*/placed`, `${start}/placed`]);
});

test('waiters of an Auto Scaling group ask for the health behind what it is attached to', async () => {
  const group = (more: string): string =>
    `resource "aws_autoscaling_group" "g" {
      max_size = 1
      min_size = 1
      ${more}
    }`;
  const health = /Describe(?:Target|Instance)Health$/;
  const of = async (code: string): Promise<readonly string[]> =>
    all(await ofCode(code)).filter(action => health.test(action));
  assert.deepEqual(await of(group('')), []);
  assert.deepEqual(await of(group('target_group_arns = [var.t]')), ['elasticloadbalancing:DescribeTargetHealth']);
  assert.deepEqual(await of(group('load_balancers = ["x"]')), ['elasticloadbalancing:DescribeInstanceHealth']);
});

test('a replica key is made from the primary key’s Region', async () => {
  const found = await ofCode(`
    provider "aws" { region = "eu-central-1" }
    provider "aws" {
      alias  = "us"
      region = "us-east-1"
    }
    resource "aws_kms_key" "k" {
      provider     = aws.us
      multi_region = true
    }
    resource "aws_kms_replica_key" "r" { primary_key_arn = aws_kms_key.k.arn }`);
  assert.deepEqual(resourcesOf(found, 'kms:ReplicateKey'), ['arn:aws:kms:us-east-1:111122223333:key/*']);
});

test('literals name what an action is about: images, roles, functions, ids', async () => {
  const image = await ofCode(`resource "aws_lambda_function" "f" {
    function_name = "f"
    package_type  = "Image"
    role          = "arn:aws:iam::111122223333:role/f"
    image_uri     = "444455556666.dkr.ecr.us-east-1.amazonaws.com/team/app:1.0"
  }`);
  assert.deepEqual(resourcesOf(image, 'ecr:SetRepositoryPolicy'), [
    'arn:aws:ecr:us-east-1:444455556666:repository/team/app',
  ]);
  const nodes = await ofCode(
    `resource "aws_eks_node_group" "n" {
    cluster_name    = "prod"
    node_group_name = "n"
    node_role_arn   = "arn:aws:iam::111122223333:role/nodes"
    subnet_ids      = []
  }`,
    'apply',
    here,
  );
  assert.deepEqual(resourcesOf(nodes, 'eks:CreateNodegroup'), ['arn:aws:eks:eu-central-1:111122223333:cluster/prod']);
  assert.deepEqual(resourcesOf(nodes, 'iam:ListAttachedRolePolicies'), ['arn:aws:iam::111122223333:role/nodes']);
  const tag = await ofCode(
    `resource "aws_ec2_tag" "t" {
    resource_id = "subnet-0123456789abcdef0"
    key         = "a"
    value       = "b"
  }`,
    'apply',
    here,
  );
  assert.deepEqual(resourcesOf(tag, 'ec2:CreateTags'), [
    'arn:aws:ec2:eu-central-1:111122223333:subnet/subnet-0123456789abcdef0',
  ]);
});

test('a composite alarm wants every alarm, and a metric alarm its own', async () => {
  const found = await ofCode(`
    resource "aws_cloudwatch_composite_alarm" "c" {
      alarm_name = "both"
      alarm_rule = "ALARM(a)"
    }`);
  assert.deepEqual(resourcesOf(found, 'cloudwatch:PutCompositeAlarm'), ['*']);
  assert.deepEqual(resourcesOf(found, 'cloudwatch:DeleteAlarms'), ['*']);
});

test('a table with a replica is in the Regions of both; a rotated secret invokes its function', async () => {
  const table = await ofCode(
    `resource "aws_dynamodb_table" "t" {
      name     = "orders"
      hash_key = "id"
      replica { region_name = "us-east-1" }
    }`,
    'apply',
    here,
  );
  assert.deepEqual(resourcesOf(table, 'dynamodb:CreateTableReplica'), [
    'arn:aws:dynamodb:eu-central-1:111122223333:table/orders',
    'arn:aws:dynamodb:us-east-1:111122223333:table/orders',
  ]);
  const rotation = await ofCode(`resource "aws_secretsmanager_secret_rotation" "r" {
    secret_id           = "s"
    rotation_lambda_arn = "arn:aws:lambda:eu-central-1:111122223333:function:rotate"
  }`);
  assert.ok(
    resourcesOf(rotation, 'lambda:InvokeFunction').includes('arn:aws:lambda:eu-central-1:111122223333:function:rotate'),
  );
});

test('an archive is made of a bus: both are named', async () => {
  const found = await ofCode(
    `resource "aws_cloudwatch_event_bus" "b" { name = "shop" }
    resource "aws_cloudwatch_event_archive" "a" {
      name             = "orders"
      event_source_arn = aws_cloudwatch_event_bus.b.arn
    }`,
    'apply',
    here,
  );
  assert.deepEqual(resourcesOf(found, 'events:CreateArchive'), [
    'arn:aws:events:eu-central-1:111122223333:archive/orders',
    'arn:aws:events:eu-central-1:111122223333:event-bus/shop',
  ]);
});
