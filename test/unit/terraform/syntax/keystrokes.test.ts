import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body } from '../../../../src/terraform/syntax/ast';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

/** What a reader sees of a file: each argument with the blocks that hold it, and each block. */
function facts(body: Body, text: string, path = ''): string[] {
  return [
    ...body.attributes.map(a => `${path}/${a.name}=${text.slice(a.value.start, a.value.end)}`),
    ...body.blocks.flatMap(block => {
      const here = `${path}/${[block.type, ...block.labels.map(l => l.value)].join(' ')}`;
      return [here, ...facts(block.body, text, here)];
    }),
  ];
}

/**
 * Types `block` character by character on lines of its own between `before` and `following`, and after each one counts how much of what stands
 * around it is still seen. Answers the mean and the worst share.
 */
function replay(before: string, block: string, following: string): { mean: number; worst: number; worstAt: string } {
  const typed = block.trimEnd();
  const after = (block.includes('\r\n') ? '\r\n' : '\n') + following;
  const around = before + after;
  const expected = facts(parseHcl(around).body, around);
  let sum = 0;
  let worst = 1;
  let worstAt = '';
  for (let length = 1; length <= typed.length; length++) {
    const text = before + typed.slice(0, length) + after;
    const seen = new Map<string, number>();
    for (const fact of facts(parseHcl(text).body, text)) seen.set(fact, (seen.get(fact) ?? 0) + 1);
    const visible = expected.filter(fact => {
      const count = seen.get(fact) ?? 0;
      seen.set(fact, count - 1);
      return count > 0;
    });
    const share = visible.length / expected.length;
    sum += share;
    if (share < worst) [worst, worstAt] = [share, typed.slice(0, length)];
  }
  return { mean: sum / typed.length, worst, worstAt };
}

const top = `terraform {
  required_version = ">= 1.5"
}

`;
const rest = `
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
  tags = {
    Name = "logs"
    Env  = var.env
  }
  lifecycle {
    prevent_destroy = true
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [var.provider]
    }
  }
}

resource "aws_instance" "web" {
  user_data = <<-EOF
    #!/bin/sh
    echo "{"
  EOF
  ami       = "ami-1"
}

output "bucket" {
  value = aws_s3_bucket.logs.id
}
`;
const providerBlock = `provider "aws" {
  region = "us-east-1"
  assume_role {
    role_arn = "role"
    tags = {
      a = "b"
    }
  }
  shared_config_files = [var.tfc_aws_dynamic_credentials.default.shared_config_file]
}
`;
const inBlock = `  region = "us-east-1"
  profile = "dev"
  default_tags {
    tags = {
      Owner = "x"
    }
  }
}
`;
const heredoc = `  policy = <<POLICY
{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow" }]
}
POLICY
`;

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

interface Case {
  readonly name: string;
  readonly before: string;
  readonly typed: string;
  readonly after: string;
  readonly mean: number;
  readonly worst: number;
}

const cases: readonly Case[] = [
  { name: 'a provider block between others', before: top, typed: providerBlock, after: rest, mean: 1, worst: 1 },
  { name: 'a provider block at the end', before: top + rest, typed: providerBlock, after: '', mean: 1, worst: 1 },
  {
    name: 'a nested block above its siblings',
    before: `${top}provider "aws" {\n`,
    typed: '  assume_role {\n    role_arn = "role"\n  }\n',
    after: inBlock + rest,
    mean: 0.99,
    worst: 0.9,
  },
  {
    name: 'a nested block below its siblings',
    before: `${top}provider "aws" {\n  region = "x"\n`,
    typed: '  assume_role {\n    role_arn = "role"\n  }\n',
    after: '}\n' + rest,
    mean: 0.99,
    worst: 0.9,
  },
  {
    name: 'an object above its siblings',
    before: `${top}provider "aws" {\n`,
    typed: '  endpoints = {\n    s3 = "http://localhost"\n  }\n',
    after: inBlock + rest,
    mean: 0.99,
    worst: 0.9,
  },
  {
    name: 'a list above its siblings',
    before: `${top}provider "aws" {\n`,
    typed: '  allowed_account_ids = [\n    "123456789012",\n    local.id,\n  ]\n',
    after: inBlock + rest,
    mean: 0.99,
    worst: 0.9,
  },
  {
    name: 'a call with templates above its siblings',
    before: `${top}provider "aws" {\n`,
    typed: '  access_key = lookup({ a = "x${join("-", [var.a, "b"])}" }, "${var.k}", null)\n',
    after: inBlock + rest,
    mean: 0.99,
    worst: 0.9,
  },
  {
    name: 'a heredoc above its siblings',
    before: `${top}provider "aws" {\n`,
    typed: heredoc,
    after: inBlock + rest,
    mean: 0.96,
    worst: 0.95,
  },
  {
    // With a marker that a later block uses the text is valid HCL of another meaning: nothing to recover.
    name: 'an indented heredoc of a marker of its own',
    before: `${top}provider "aws" {\n`,
    typed: '  x = <<-SCRIPT\n    text ${var.a}\n  SCRIPT\n',
    after: inBlock + rest,
    mean: 0.95,
    worst: 0.95,
  },
  {
    name: 'a provider block in a file that is indented as a whole',
    before: indented(top),
    typed: indented(providerBlock),
    after: indented(rest.replaceAll('EOF', 'END')),
    mean: 0.99,
    worst: 0.95,
  },
  {
    name: 'a provider block in a file of CRLF lines',
    before: top.replaceAll('\n', '\r\n'),
    typed: providerBlock.replaceAll('\n', '\r\n'),
    after: rest.replaceAll('\n', '\r\n'),
    mean: 1,
    worst: 1,
  },
  {
    name: 'a comment above other blocks',
    before: top,
    typed: '/* a comment with "quotes" and { braces\n over lines */\n',
    after: rest,
    mean: 1,
    worst: 1,
  },
];

for (const { name, before, typed, after, mean, worst } of cases) {
  test(`while typing ${name}, the rest stays in view`, () => {
    const measured = replay(before, typed, after);
    const message = `mean ${measured.mean.toFixed(4)}, worst ${measured.worst.toFixed(3)} after ${JSON.stringify(measured.worstAt)}`;
    assert.ok(measured.mean >= mean, message);
    assert.ok(measured.worst >= worst, message);
  });
}

test('the replay notices a parser that sees nothing', () => {
  const text = top + rest;
  assert.ok(facts(parseHcl(text).body, text).length > 15);
  assert.equal(facts(parseHcl('').body, '').length, 0);
});
