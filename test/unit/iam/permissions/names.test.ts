import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, conditionsOf, ofCode, resourcesOf } from '../../../support/permissions';

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

test('a role that a module hands out is passed, and one that a data source finds', async () => {
  const apply = await ofCode(
    `
    module "roles" {
      source = "./roles"
      name   = "worker"
    }
    data "aws_iam_role" "old" { name = "old" }
    resource "aws_lambda_function" "a" {
      function_name = "new-function"
      role          = module.roles.arn
    }
    resource "aws_sfn_state_machine" "b" {
      name     = "old-machine"
      role_arn = data.aws_iam_role.old.arn
    }
    module "child" {
      source = "./child"
      role   = module.roles.arn
    }
  `,
    'apply',
    {
      files: {
        'roles/main.tf': `
          variable "name" {}
          resource "aws_iam_role" "r" {
            name = var.name
            path = "/app/"
          }
          output "arn" { value = aws_iam_role.r.arn }
        `,
        'child/main.tf': `
          variable "role" {}
          resource "aws_glue_job" "j" {
            name     = "job"
            role_arn = var.role
          }
        `,
      },
    },
  );
  const role = 'arn:aws:iam::111122223333:role/';
  const passed = apply.policy.Statement.filter(s => s.Action.includes('iam:PassRole'));
  assert.deepEqual(
    passed.map(s => [s.Resource, Object.values(s.Condition ?? {})[0]?.['iam:PassedToService']]),
    [
      [[`${role}*/old`, `${role}old`], 'states.amazonaws.com'],
      [[`${role}app/worker`], ['glue.amazonaws.com', 'lambda.amazonaws.com']],
    ],
  );
});

test('a role that is not known is not passed; the report says so', async () => {
  const apply = await ofCode(`
    variable "role" {}
    resource "aws_lambda_function" "a" {
      function_name = "f"
      role          = var.role
    }
  `);
  assert.ok(!all(apply).includes('iam:PassRole'));
  assert.ok(apply.notes.some(n => n.startsWith('aws_lambda_function.a passes a role to lambda.amazonaws.com')));
});

test('the id of a zone is not its name', async () => {
  const apply = await ofCode(`
    resource "aws_route53_zone" "z" { name = "example.com" }
    resource "aws_route53_record" "r" {
      zone_id = aws_route53_zone.z.id
      name    = "www"
    }
  `);
  assert.deepEqual(resourcesOf(apply, 'route53:ChangeResourceRecordSets'), ['arn:aws:route53:::hostedzone/*']);
});

test('API Gateway: the collections of the types, tags where they are set', async () => {
  const apply = await ofCode(`
    resource "aws_api_gateway_rest_api" "a" { name = "a" }
    resource "aws_apigatewayv2_api" "b" {
      name = "b"
      tags = { a = "b" }
    }
  `);
  assert.deepEqual(
    resourcesOf(apply, 'apigateway:POST').map(r => r.split('::')[1]),
    ['/apis', '/apis/*', '/restapis', '/restapis/*', '/tags/*'],
  );
});

test('a secret by name, reference or ARN', async () => {
  const plan = await ofCode(
    `
    data "aws_secretsmanager_secret" "found" { name = "app/found" }
    data "aws_secretsmanager_secret_version" "a" { secret_id = data.aws_secretsmanager_secret.found.id }
    data "aws_secretsmanager_secret_version" "b" { secret_id = "app/named" }
    data "aws_secretsmanager_secret_version" "c" {
      secret_id = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:shared-AbCdEf"
    }
  `,
    'plan',
  );
  assert.deepEqual(resourcesOf(plan, 'secretsmanager:GetSecretValue'), [
    'arn:aws:secretsmanager:*:111122223333:secret:app/found-*',
    'arn:aws:secretsmanager:*:111122223333:secret:app/named-*',
    'arn:aws:secretsmanager:eu-west-1:444455556666:secret:shared-AbCdEf',
    'arn:aws:secretsmanager:eu-west-1:444455556666:secret:shared-AbCdEf-*',
  ]);
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

test('deletes in EC2 only of what carries the default tags, unless the resource replaces them', async () => {
  const code = (tags: string): string => `
    provider "aws" {
      default_tags { tags = { stack = "net" } }
    }
    resource "aws_vpc" "a" { ${tags} }
    resource "aws_route" "r" {}
  `;
  const limited = await ofCode(code('cidr_block = "10.0.0.0/16"'));
  assert.deepEqual(conditionsOf(limited, 'ec2:DeleteVpc'), [{ StringEquals: { 'aws:ResourceTag/stack': 'net' } }]);
  assert.deepEqual(conditionsOf(limited, 'ec2:DeleteRoute'), [undefined]);
  assert.deepEqual(conditionsOf(limited, 'ec2:DeleteTags'), [undefined]);
  assert.deepEqual(conditionsOf(await ofCode(code('tags = { stack = "own" }')), 'ec2:DeleteVpc'), [undefined]);
  assert.deepEqual(conditionsOf(await ofCode(code('tags = var.tags')), 'ec2:DeleteVpc'), [undefined]);
});

test('instances of a module, in JSON syntax too; the workspace that the code names', async () => {
  const apply = await ofCode(
    `
    terraform {
      cloud {
        organization = "acme"
        workspaces { name = "shop" }
      }
    }
    resource "aws_sqs_queue" "w" { name = "\${terraform.workspace}-queue" }
  `,
    'apply',
    {
      files: {
        'more.tf.json': JSON.stringify({
          provider: { aws: [{ region: 'eu-west-1' }, { alias: 'us', region: 'us-east-1' }] },
          module: {
            q: {
              source: './q',
              for_each: '${toset(["a", "b"])}',
              name: '${each.key}',
              providers: { aws: 'aws.us' },
            },
          },
        }),
        'q/main.tf': 'variable "name" {}\nresource "aws_sqs_queue" "q" { name = "jobs-${var.name}" }',
      },
    },
  );
  assert.deepEqual(resourcesOf(apply, 'sqs:CreateQueue'), [
    'arn:aws:sqs:eu-west-1:111122223333:shop-queue',
    'arn:aws:sqs:us-east-1:111122223333:jobs-a',
    'arn:aws:sqs:us-east-1:111122223333:jobs-b',
  ]);
  assert.ok(apply.needs.some(n => n.address === 'module.q["a"].aws_sqs_queue.q'));
});

test('what the provider names itself begins with terraform-', async () => {
  const apply = await ofCode(`
    resource "aws_s3_bucket" "x" {}
    resource "aws_s3_bucket_policy" "x" {
      bucket = aws_s3_bucket.x.id
      policy = "{}"
    }
  `);
  assert.deepEqual(resourcesOf(apply, 's3:CreateBucket'), ['arn:aws:s3:::terraform-*']);
  assert.deepEqual(resourcesOf(apply, 's3:PutBucketPolicy'), ['arn:aws:s3:::terraform-*']);
});

test('the components of a Stack, with their inputs and providers', async () => {
  const plan = await ofCode('', 'plan', {
    files: {
      'main.tfcomponent.hcl': `
        provider "aws" "main" {
          config { region = "eu-west-3" }
        }
        component "queue" {
          source    = "./q"
          inputs    = { name = "from-stack" }
          providers = { aws = provider.aws.main }
        }
      `,
      'prod.tfdeploy.hcl': 'deployment "prod" {\n  inputs = {}\n}\n',
      'q/main.tf': 'variable "name" {}\nresource "aws_sqs_queue" "q" { name = var.name }',
    },
  });
  assert.deepEqual(resourcesOf(plan, 'sqs:GetQueueAttributes'), ['arn:aws:sqs:eu-west-3:111122223333:from-stack']);
  assert.equal(plan.needs[0]?.address, 'component.queue.aws_sqs_queue.q');
});

test('where only the end of a name is known the ARN has it, and short ends count as nothing', async () => {
  const role = async (name: string): Promise<readonly string[]> =>
    resourcesOf(
      await ofCode(
        `resource "random_pet" "this" {}\nresource "aws_iam_role" "r" {\n  name = "${name}"\n  assume_role_policy = "{}"\n}\n`,
      ),
      'iam:UpdateAssumeRolePolicy',
    );
  assert.deepEqual(await role('${random_pet.this.id}-worker'), ['arn:aws:iam::111122223333:role/*-worker']);
  assert.deepEqual(await role('${random_pet.this.id}-a'), ['arn:aws:iam::111122223333:role/*']);
  // Both ends of a text may be of the same characters: the beginning alone counts then.
  assert.deepEqual(await role('app-${random_pet.this.id}-worker'), ['arn:aws:iam::111122223333:role/app-*']);
});
