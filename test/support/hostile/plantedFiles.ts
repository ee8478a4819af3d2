import type { Plants } from './plants';

/** Texts of the kinds that the product reads, with a secret in each place where people put one. */

const half = (secret: string): readonly [string, string] => [secret.slice(0, 19), secret.slice(19)];
const escaped = (secret: string): string =>
  [...secret].map((c, i) => (i % 2 === 0 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c)).join('');

/** The files of a root, in the syntaxes and hiding places that Terraform knows. */
export function plantedRoot(plants: Plants, hostname: string): Readonly<Record<string, string>> {
  const id = (place: string): string => plants.keyId(place);
  const key = (place: string): string => plants.secret(place);
  const [first, second] = half(key('a key cut in two by an interpolation'));
  return {
    'main.tf': `terraform {
  cloud {
    hostname     = "${hostname}"
    organization = "acme"
    workspaces {
      name = "prod"
    }
  }
}

provider "aws" {
  region     = "eu-central-1"
  access_key = "${id('id in the provider')}" # was ${key('a comment beside the key')}
  secret_key = "${key('key in the provider')}"
  token      = "${plants.session('session token in the provider')}"
}

provider "aws" {
  alias      = "escaped"
  access_key = "${escaped(id('id with escapes'))}"
  secret_key = "${escaped(key('key with escapes'))}"
}

provider "aws" {
  alias      = "cut"
  access_key = "${id('id beside a cut key')}"
  secret_key = "${first}\${""}${second}"
}

provider "aws" {
  alias      = "conditional"
  secret_key = var.secret != "" ? var.secret : "${key('the other branch of a condition')}"
  token = <<-EOT
    ${plants.session('token in a heredoc')}
  EOT
}

provider "aws" {
  alias  = "header"
  region = "eu-central-1"
  assume_role {
    role_arn = "arn:aws:iam::123456789012:role/x"
  }
  endpoints {
    s3 = "https://admin:${plants.password('userinfo of an endpoint')}@s3.example.com"
  }
}
`,
    'more.tf': `variable "secret" {
  type      = string
  sensitive = true
  default   = "${plants.password('default of a sensitive variable')}"
}

variable "db_password" {
  default = "${plants.password('default of a variable named password')}"
}

locals {
  env = {
    AWS_ACCESS_KEY_ID     = "${id('id in a local')}"
    AWS_SECRET_ACCESS_KEY = "${key('key in a local')}"
  }
  script = <<EOT
export AWS_ACCESS_KEY_ID=${id('id in a heredoc')}
export AWS_SECRET_ACCESS_KEY=${key('key in a heredoc')}
EOT
}

module "m" {
  source = "git::https://oauth2:${plants.password('userinfo of a module source')}@git.example.com/m.git"
}

resource "aws_db_instance" "db" {
  identifier = "db"
  username   = "admin"
  password   = "${plants.password('password of a resource')}"
}

resource "aws_s3_bucket" "b" {
  bucket = "b"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::123456789012:oidc-provider/app.terraform.io"]
    }
    condition {
      test     = "StringEquals"
      variable = "app.terraform.io:aud"
      values   = ["${key('Condition value of a trust policy in code')}"]
    }
  }
}
`,
    'terraform.tfvars': `secret = "${plants.password('tfvars')}"\naws_access_key = "${id('id in tfvars')}"\naws_secret_key = "${key('key in tfvars')}"\n`,
    'x.auto.tfvars': `other_secret_key = "${key('auto.tfvars')}"\n`,
    'y.auto.tfvars.json': `{ "aws_secret_access_key": "${key('auto.tfvars.json')}", "aws_access_key_id": "${id('id in tfvars.json')}" }\n`,
    'more.tf.json': JSON.stringify({
      provider: {
        aws: [
          { alias: 'json', access_key: id('id in tf.json'), secret_key: key('key in tf.json') },
          { alias: 'json2', region: 'x', token: plants.session('session token in tf.json') },
        ],
      },
    }),
    'creds/credentials': `[default]\naws_secret_access_key = ${key('shared credentials file of the project')}\n`,
    '.env': `AWS_SECRET_ACCESS_KEY=${key('.env')}\nTF_VAR_x=${plants.password('.env variable')}\n`,
  };
}

export function plantedPolicies(plants: Plants): Readonly<Record<string, string>> {
  const id = (place: string): string => plants.keyId(place);
  const key = (place: string): string => plants.secret(place);
  const statement = (place: string): object => ({
    Effect: 'Allow',
    Action: 's3:GetObjectt',
    Resource: '*',
    Condition: {
      StringEquals: { 'aws:PrincipalTag/key': key(`Condition value, ${place}`), 'aws:x': id(`id, ${place}`) },
    },
  });
  return {
    'policy.json': JSON.stringify({ Version: '2012-10-17', Statement: [statement('permission policy')] }, null, 2),
    'boundary.json': JSON.stringify({ Version: '2012-10-17', Statement: [statement('boundary')] }, null, 2),
    'trust.json': JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: {
              'app.terraform.io:aud': [key('audience of a trust policy'), 'aws.workload.identity'],
              'sts:ExternalId': key('external id of a trust policy'),
            },
            StringLike: { 'app.terraform.io:sub': 'organization:acme:project:*:workspace:prod:run_phase:*' },
          },
        },
      ],
    }),
    'error.txt': `Error: creating S3 Bucket: operation error S3: CreateBucket, https response error StatusCode: 403, api error AccessDenied: User: arn:aws:sts::123456789012:assumed-role/tfc-acme-prod-apply/terraform-run-1 is not authorized to perform: s3:CreateBucket on resource: "arn:aws:s3:::b" because no identity-based policy allows the s3:CreateBucket action
export AWS_ACCESS_KEY_ID=${id('id in an error text')}
AWS_SECRET_ACCESS_KEY=${key('key in an error text')}
Authorization: Bearer ${plants.token('token in an error text')}
Authorization: AWS4-HMAC-SHA256 Credential=${plants.keyId('id in a header of an error text', 'ASIA')}/20260101/eu-central-1/iam/aws4_request
│   with provider["registry.terraform.io/hashicorp/aws"],
│   on main.tf line 12, in provider "aws":
│   12:   secret_key = "${key('code that an error text quotes')}"
https://admin:${plants.password('userinfo of a URL in an error text')}@example.com/
`,
  };
}
