import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, conditionsOf, ofCode, resourcesOf } from '../../../support/permissions';

/** Actions that AWS asks for beside those of the call itself: each was missing, or on the wrong resource, before. */
const account = '111122223333';
const region = 'eu-central-1';
const code = (text: string, phase: 'plan' | 'apply' = 'apply') =>
  ofCode(`provider "aws" {\n  region = "${region}"\n}\n${text}`, phase);
const has = (found: readonly string[], ...wanted: readonly string[]): void =>
  assert.deepEqual(
    wanted.filter(action => !found.includes(action)),
    [],
  );

test('deleting a database makes a last snapshot, unless the code says no', async () => {
  const database = (more: string): string =>
    `resource "aws_db_instance" "x" {\n  identifier = "orders"\n  engine = "postgres"\n  instance_class = "db.t4g.micro"\n  ${more}\n}\n`;
  const apply = await code(database('final_snapshot_identifier = "orders-last"'));
  const rds = `arn:aws:rds:${region}:${account}:`;
  assert.deepEqual(resourcesOf(apply, 'rds:CreateDBSnapshot'), [`${rds}db:orders`, `${rds}snapshot:orders-last`]);
  has(resourcesOf(apply, 'rds:AddTagsToResource'), `${rds}snapshot:orders-last`);
  const skipped = all(await code(database('skip_final_snapshot = true')));
  assert.ok(!skipped.includes('rds:CreateDBSnapshot') && !skipped.includes('rds:AddTagsToResource'));
  const asked = await code(`variable "skip" {}\n${database('skip_final_snapshot = var.skip')}`);
  assert.deepEqual(resourcesOf(asked, 'rds:CreateDBSnapshot'), [`${rds}db:orders`, `${rds}snapshot:*`]);
  const plan = all(await code(database(''), 'plan'));
  assert.ok(!plan.includes('rds:CreateDBSnapshot'));
  for (const type of ['aws_rds_cluster', 'aws_docdb_cluster', 'aws_neptune_cluster']) {
    const cluster = await code(
      `resource "${type}" "x" {\n  cluster_identifier = "shop"\n  final_snapshot_identifier = "shop-last"\n}\n`,
    );
    assert.deepEqual(resourcesOf(cluster, 'rds:CreateDBClusterSnapshot'), [
      `${rds}cluster-snapshot:shop-last`,
      `${rds}cluster:shop`,
    ]);
  }
  const each = await code(
    'resource "aws_db_instance" "x" {\n  for_each = toset(["a", "b"])\n  identifier = each.key\n  final_snapshot_identifier = "${each.key}-last"\n}\n',
  );
  has(resourcesOf(each, 'rds:CreateDBSnapshot'), `${rds}snapshot:a-last`, `${rds}snapshot:b-last`);
});

test('a cluster is restored from a cluster snapshot, by name; from an instance’s by ARN alone', async () => {
  const cluster = async (snapshot: string): Promise<readonly string[]> => {
    const found = await code(
      `data "aws_db_cluster_snapshot" "d" {}\nresource "aws_db_cluster_snapshot" "s" {\n  db_cluster_snapshot_identifier = "monday"\n}\nresource "aws_rds_cluster" "x" {\n  cluster_identifier  = "shop"\n  skip_final_snapshot = true\n  snapshot_identifier = ${snapshot}\n}\n`,
    );
    return resourcesOf(found, 'rds:RestoreDBClusterFromSnapshot').filter(r => r.includes('snapshot'));
  };
  const rds = `arn:aws:rds:${region}:${account}:`;
  assert.deepEqual(await cluster('"nightly"'), [`${rds}cluster-snapshot:nightly`]);
  assert.deepEqual(await cluster('aws_db_cluster_snapshot.s.id'), [`${rds}cluster-snapshot:monday`]);
  assert.deepEqual(await cluster('data.aws_db_cluster_snapshot.d.id'), [`${rds}cluster-snapshot:*`]);
  assert.deepEqual(await cluster(`"${rds}snapshot:old"`), [`${rds}snapshot:old`]);
  const instance = await code(
    'resource "aws_db_instance" "x" {\n  identifier = "a"\n  skip_final_snapshot = true\n  snapshot_identifier = "old"\n}\n',
  );
  has(resourcesOf(instance, 'rds:RestoreDBInstanceFromDBSnapshot'), `${rds}snapshot:old`, `${rds}db:a`);
});

test('logs that are delivered need what the destination asks for', async () => {
  const group = 'resource "aws_cloudwatch_log_group" "x" {\n  name = "api"\n}\n';
  const wanted = [
    ...['logs:CreateLogDelivery', 'logs:GetLogDelivery', 'logs:UpdateLogDelivery', 'logs:DeleteLogDelivery'],
    ...['logs:ListLogDeliveries', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'],
  ];
  for (const type of ['aws_apigatewayv2_stage', 'aws_api_gateway_stage']) {
    const stage = (more: string): string => `${group}resource "${type}" "x" {\n  ${more}\n}\n`;
    const logging = await code(
      stage('access_log_settings {\n    destination_arn = aws_cloudwatch_log_group.x.arn\n    format = "x"\n  }'),
    );
    has(all(logging), ...wanted);
    assert.deepEqual(resourcesOf(logging, 'logs:CreateLogDelivery'), ['*']);
    assert.ok(!all(await code(stage(''))).includes('logs:CreateLogDelivery'));
  }
  const waf = (to: string): string =>
    `resource "aws_s3_bucket" "logs" {\n  bucket = "aws-waf-logs-x"\n}\nresource "aws_wafv2_web_acl_logging_configuration" "x" {\n  resource_arn = "arn"\n  log_destination_configs = [${to}]\n}\n`;
  const toBucket = await code(waf('aws_s3_bucket.logs.arn'));
  has(all(toBucket), 'logs:CreateLogDelivery', 'logs:DeleteLogDelivery', 's3:GetBucketPolicy');
  assert.ok(!all(toBucket).includes('logs:PutResourcePolicy'));
  assert.deepEqual(resourcesOf(toBucket, 's3:PutBucketPolicy'), ['arn:aws:s3:::aws-waf-logs-x']);
  has(all(await code(waf(`"arn:aws:logs:${region}:${account}:log-group:aws-waf-logs-a"`))), 'logs:PutResourcePolicy');
  const stream = await code(waf(`"arn:aws:firehose:${region}:${account}:deliverystream/aws-waf-logs-a"`));
  has(all(stream), 'firehose:ListDeliveryStreams', 'iam:CreateServiceLinkedRole');
  assert.ok(!all(stream).includes('logs:CreateLogDelivery'));
});

test('instances from a launch template: each kind that starting one creates, and their tags at that moment alone', async () => {
  const template = (more: string): string =>
    `resource "aws_launch_template" "x" {\n  name = "web"\n  image_id = "ami-1"\n  ${more}\n}\n`;
  const group =
    'resource "aws_autoscaling_group" "x" {\n  name = "web"\n  target_group_arns = ["x"]\n  vpc_zone_identifier = ["subnet-1"]\n  launch_template {\n    id = aws_launch_template.x.id\n  }\n}\n';
  const ec2 = `arn:aws:ec2:${region}:${account}:`;
  const kinds = ['instance', 'launch-template', 'network-interface', 'security-group', 'subnet', 'volume'];
  const plain = await code(template('') + group);
  assert.deepEqual(resourcesOf(plain, 'ec2:RunInstances'), [
    ...kinds.map(kind => `${ec2}${kind}/*`),
    `arn:aws:ec2:${region}::image/*`,
  ]);
  assert.deepEqual(
    resourcesOf(plain, 'ec2:CreateTags').filter(r => r.includes('instance')),
    [],
  );
  const full = await code(
    template(
      'key_name = "deploy"\n  tag_specifications {\n    resource_type = "instance"\n    tags = { a = "b" }\n  }',
    ) + group,
  );
  has(resourcesOf(full, 'ec2:RunInstances'), `${ec2}key-pair/deploy`);
  has(resourcesOf(full, 'ec2:CreateTags'), `${ec2}instance/*`, `${ec2}volume/*`);
  assert.deepEqual(conditionsOf(full, 'ec2:CreateTags').filter(Boolean), [
    { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
  ]);
  const nodes = await code(
    'variable "template" {}\nresource "aws_eks_node_group" "x" {\n  cluster_name = "c"\n  node_group_name = "n"\n  launch_template {\n    id = var.template\n    version = 1\n  }\n}\n',
  );
  has(resourcesOf(nodes, 'ec2:RunInstances'), `${ec2}key-pair/*`, `${ec2}volume/*`, `${ec2}placement-group/*`);
  has(resourcesOf(nodes, 'ec2:CreateTags'), `${ec2}instance/*`);
  const managed = all(
    await code('resource "aws_eks_node_group" "x" {\n  cluster_name = "c"\n  node_group_name = "n"\n}\n'),
  );
  assert.ok(!managed.includes('ec2:RunInstances'));
});

test('a mount target of EFS is a network interface that the caller makes', async () => {
  const target =
    'resource "aws_efs_mount_target" "x" {\n  file_system_id = "fs-1"\n  subnet_id = "subnet-1"\n  security_groups = ["sg-1"]\n}\n';
  has(
    all(await code(target)),
    ...['ec2:DescribeSubnets', 'ec2:DescribeNetworkInterfaces', 'ec2:CreateNetworkInterface'],
    ...['ec2:DeleteNetworkInterface', 'ec2:ModifyNetworkInterfaceAttribute', 'ec2:DescribeNetworkInterfaceAttribute'],
  );
  has(all(await code(target, 'plan')), 'ec2:DescribeNetworkInterfaceAttribute');
});

test('AWS’s own parameters belong to no account and are no secrets', async () => {
  const plan = await code(
    'data "aws_ssm_parameter" "ami" {\n  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"\n}\ndata "aws_ssm_parameters_by_path" "all" {\n  path = "/aws/service/eks"\n}\n',
    'plan',
  );
  assert.deepEqual(resourcesOf(plan, 'ssm:GetParameter'), [
    `arn:aws:ssm:${region}::parameter/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64`,
  ]);
  has(resourcesOf(plan, 'ssm:GetParametersByPath'), `arn:aws:ssm:${region}::parameter/aws/service/eks`);
  assert.deepEqual(
    plan.notes.filter(n => n.includes('secret')),
    [],
  );
  const own = await code('data "aws_ssm_parameter" "x" {\n  name = "/app/token"\n}\n', 'plan');
  assert.deepEqual(resourcesOf(own, 'ssm:GetParameter'), [`arn:aws:ssm:${region}:${account}:parameter/app/token`]);
  assert.ok(own.notes.some(n => n.includes('secret')));
});

test('a web ACL asks for what it is put on, and for nothing else', async () => {
  const put = (on: string, more = ''): Promise<Awaited<ReturnType<typeof ofCode>>> =>
    code(
      `${more}\nresource "aws_wafv2_web_acl" "x" {\n  name = "acl"\n  scope = "REGIONAL"\n}\nresource "aws_wafv2_web_acl_association" "x" {\n  resource_arn = ${on}\n  web_acl_arn  = aws_wafv2_web_acl.x.arn\n}\n`,
    );
  const acl = `arn:aws:wafv2:${region}:${account}:regional/webacl/acl/*`;
  const balancer = await put('aws_lb.x.arn', 'resource "aws_lb" "x" {\n  name = "front"\n}');
  assert.deepEqual(resourcesOf(balancer, 'wafv2:AssociateWebACL'), [
    `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/front/*`,
    acl,
  ]);
  has(all(balancer), 'elasticloadbalancing:SetWebAcl', 'wafv2:GetWebACL');
  assert.ok(!all(balancer).some(a => a.startsWith('apigateway:')));
  const stage = await put('aws_api_gateway_stage.x.arn', 'resource "aws_api_gateway_stage" "x" {}');
  assert.deepEqual(resourcesOf(stage, 'wafv2:AssociateWebACL'), [
    `arn:aws:apigateway:${region}::/restapis/*/stages/*`,
    acl,
  ]);
  has(all(stage), 'apigateway:SetWebACL');
  assert.ok(!all(stage).includes('elasticloadbalancing:SetWebAcl'));
  const pool = await put(`"arn:aws:cognito-idp:${region}:${account}:userpool/x"`);
  has(all(pool), 'cognito-idp:AssociateWebACL', 'cognito-idp:GetWebACLForResource');
  const unknown = await put('var.arn', 'variable "arn" {}');
  assert.ok(unknown.notes.some(n => n.includes('what the web ACL is put on is not known')));
});

test('scaling is checked by what the caller may do with the target and its alarms', async () => {
  const apply = await code(
    'resource "aws_appautoscaling_target" "x" {\n  service_namespace = "ecs"\n  resource_id = "service/main/api"\n  scalable_dimension = "ecs:service:DesiredCount"\n}\nresource "aws_appautoscaling_policy" "x" {\n  service_namespace = "ecs"\n  resource_id = "service/main/api"\n}\n',
  );
  assert.deepEqual(resourcesOf(apply, 'ecs:UpdateService'), [`arn:aws:ecs:${region}:${account}:service/main/api`]);
  assert.deepEqual(resourcesOf(apply, 'cloudwatch:PutMetricAlarm'), [
    `arn:aws:cloudwatch:${region}:${account}:alarm:TargetTracking-*`,
  ]);
});

test('a listener is one of the load balancer that the code names', async () => {
  const apply = await code(
    'resource "aws_lb" "x" {\n  name = "front"\n}\nresource "aws_lb_listener" "x" {\n  load_balancer_arn = aws_lb.x.arn\n}\n',
  );
  assert.deepEqual(resourcesOf(apply, 'elasticloadbalancing:DeleteListener'), [
    `arn:aws:elasticloadbalancing:${region}:${account}:listener/app/front/*/*`,
  ]);
});

test('roles at any depth, in lists, maps and JSON, are passed to the service of the type', async () => {
  const role = 'resource "aws_iam_role" "x" {\n  name = "x"\n  assume_role_policy = "{}"\n}\n';
  const passed = async (resource: string): Promise<readonly unknown[]> =>
    conditionsOf(await code(role + resource), 'iam:PassRole');
  const to = (service: string): readonly unknown[] => [{ StringEquals: { 'iam:PassedToService': service } }];
  const of = 'aws_iam_role.x.arn';
  const cases: readonly (readonly [string, string])[] = [
    [`"aws_rds_cluster" "c" {\n  iam_roles = [${of}]\n  skip_final_snapshot = true\n}`, 'rds.amazonaws.com'],
    [
      `"aws_kinesis_firehose_delivery_stream" "c" {\n  extended_s3_configuration {\n    s3_backup_configuration {\n      role_arn = ${of}\n    }\n  }\n}`,
      'firehose.amazonaws.com',
    ],
    [
      `"aws_batch_job_definition" "c" {\n  container_properties = jsonencode({ jobRoleArn = ${of} })\n}`,
      'ecs-tasks.amazonaws.com',
    ],
    [
      `"aws_cognito_identity_pool_roles_attachment" "c" {\n  roles = {\n    authenticated = ${of}\n  }\n}`,
      'cognito-identity.amazonaws.com',
    ],
    [
      `"aws_eks_addon" "c" {\n  pod_identity_association {\n    role_arn = ${of}\n    service_account = "a"\n  }\n}`,
      'pods.eks.amazonaws.com',
    ],
  ];
  for (const [resource, service] of cases) assert.deepEqual(await passed(`resource ${resource}\n`), to(service));
});

test('service-linked roles only where the argument asks for one', async () => {
  const key = async (more: string): Promise<readonly string[]> =>
    all(await code(`resource "aws_kms_key" "x" {\n  ${more}\n}\n`));
  has(await key('multi_region = true'), 'iam:CreateServiceLinkedRole');
  assert.ok(!(await key('')).includes('iam:CreateServiceLinkedRole'));
  const edge = await code(
    'resource "aws_cloudfront_distribution" "x" {\n  default_cache_behavior {\n    lambda_function_association {\n      event_type = "viewer-request"\n      lambda_arn = "x"\n    }\n  }\n}\n',
  );
  assert.deepEqual(
    conditionsOf(edge, 'iam:CreateServiceLinkedRole').map(c => JSON.stringify(c)),
    ['logger.cloudfront', 'replicator.lambda'].map(s => `{"StringEquals":{"iam:AWSServiceName":"${s}.amazonaws.com"}}`),
  );
});

test('a plan has AWS check the definition of a state machine, which has no name then', async () => {
  const plan = await code('resource "aws_sfn_state_machine" "x" {\n  name = "flow"\n  definition = "{}"\n}\n', 'plan');
  assert.deepEqual(resourcesOf(plan, 'states:ValidateStateMachineDefinition'), ['*']);
});

test('emptying, closing and encrypting only where an argument asks for it', async () => {
  const cases: readonly (readonly [type: string, argument: string, action: string])[] = [
    ['aws_backup_vault', 'force_destroy = true', 'backup:DeleteRecoveryPoint'],
    ['aws_service_discovery_service', 'force_destroy = true', 'servicediscovery:DeregisterInstance'],
    ['aws_transfer_server', 'force_destroy = true', 'transfer:DeleteUser'],
    ['aws_organizations_account', 'close_on_deletion = true', 'organizations:CloseAccount'],
    [
      'aws_kinesis_firehose_delivery_stream',
      'server_side_encryption {\n    enabled = true\n  }',
      'firehose:StartDeliveryStreamEncryption',
    ],
  ];
  for (const [type, argument, action] of cases) {
    const actions = async (more: string): Promise<readonly string[]> =>
      all(await code(`resource "${type}" "x" {\n  name = "some-name"\n  ${more}\n}\n`));
    has(await actions(argument), action);
    assert.ok(!(await actions('')).includes(action), action);
  }
  has(all(await code('resource "aws_backup_vault" "x" {\n  name = "v"\n}\n')), 'backup-storage:MountCapsule');
});

test('a schedule has its group in its ARN; a connection is passed to the pipeline', async () => {
  const schedule = await code(
    'resource "aws_scheduler_schedule" "x" {\n  name = "nightly"\n}\nresource "aws_scheduler_schedule" "y" {\n  name = "hourly"\n  group_name = "jobs"\n}\n',
  );
  const start = `arn:aws:scheduler:${region}:${account}:schedule/`;
  assert.deepEqual(resourcesOf(schedule, 'scheduler:DeleteSchedule'), [
    `${start}default/nightly`,
    `${start}jobs/hourly`,
  ]);
  const pipeline = await code(
    'resource "aws_codestarconnections_connection" "x" {\n  name = "gh"\n}\nresource "aws_codepipeline" "x" {\n  name = "p"\n  stage {\n    name = "s"\n    action {\n      name = "source"\n      configuration = {\n        ConnectionArn = aws_codestarconnections_connection.x.arn\n      }\n    }\n  }\n}\n',
  );
  assert.deepEqual(resourcesOf(pipeline, 'codestar-connections:PassConnection'), [
    `arn:aws:codestar-connections:${region}:${account}:connection/*`,
  ]);
});
