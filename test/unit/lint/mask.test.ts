import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeChange } from '../../../src/binding/plan/code';
import { lintRoot } from '../../../src/lint/lint';
import { maskFile } from '../../../src/lint/secrets/mask';
import type { SourceFile } from '../../../src/terraform/model';
import { readProject } from '../../../src/terraform/read';
import { memoryFiles } from '../../support/memoryFiles';
import { Plants } from '../../support/hostile/plants';

/** What is shown of code: literals that are known to be harmless, and no other text that somebody wrote. */

const plants = new Plants();
const pass = (place: string): string => plants.password(place);
/** Words that no form tells from a name. */
const words = (place: string): string => plants.known(place, `orange-${place.replace(/\W+/g, '-')}-parsley`);
const escaped = (text: string): string =>
  [...text].map(c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

async function shown(name: string, text: string): Promise<string> {
  const project = await readProject(memoryFiles({ [`/p/${name}`]: text }), {}, '/p', '/p');
  const [root] = project.roots;
  assert.ok(root);
  const file = [...root.module.files, ...root.otherFiles].find(f => f.path === `/p/${name}`);
  assert.ok(file);
  assert.deepEqual(file.parsed.problems, []);
  const findings = lintRoot(root, { environment: {} });
  const masked = maskFile(file, findings);
  assert.equal(masked.text.length, text.length, 'offsets hold');
  const whole = change(file, findings);
  return `${masked.text}\n${whole}`;
}

/** The file written anew, as a step may do that can't keep the lines. */
function change(file: SourceFile, findings: ReturnType<typeof lintRoot>): string {
  const text = file.syntax === 'json' ? `${JSON.stringify(JSON.parse(file.text), null, 3)}\n` : `\n\n${file.text}`;
  const edits = [{ file: file.path, span: { start: 0, end: file.text.length }, newText: text }];
  const { before, after, undoable } = codeChange(file, edits, 'x', findings);
  assert.equal(undoable, !/SECRET/.test(file.text), 'a secret is never kept, so what removes it cannot be undone');
  return `${before ?? ''}\n${after ?? ''}`;
}

const spellings = [
  'secret_key', 'secretKey', 'SECRET_KEY', 'Secret-Key', 'secret', 'aws_secret_access_key', 'AWS_SECRET_ACCESS_KEY',
  'secretAccessKey', 'secret_access_key', 'access_key', 'accessKey', 'access_key_id', 'AccessKeyId', 'token',
  'session_token', 'sessionToken', 'AWS_SESSION_TOKEN', 'security_token', 'password', 'passwd', 'pwd', 'passphrase',
  'private_key', 'api_key', 'apikey', 'credentials', 'auth', 'connection_string', 'key', 'value',
]; // prettier-ignore

for (const spelling of spellings) {
  test(`behind ${spelling} no literal is shown, wherever and however it is written`, async () => {
    const at = (where: string): string => pass(`${spelling}, ${where}`);
    const quiet = (where: string): string => words(`${spelling} ${where}`);
    const base64 = (where: string): string => Buffer.from(at(where)).toString('base64');
    const hcl = `# SECRET ${spelling}
locals {
  a = { "${spelling}" = "${at('object')}" }
  b = { "${spelling}" = "${quiet('object')}" }
  c = { "${spelling}" = "${escaped(at('escapes'))}" }
  d = { "${spelling}" = base64decode("${base64('base64')}") }
  e = { "${spelling}" = "\${var.x}${at('template')}" }
  f = { "${spelling}" = var.x != "" ? var.x : "${at('condition')}" }
  g = { "${spelling}" = ["${at('list')}", { v = "${quiet('list')}" }] }
  h = { "${spelling}" = <<-EOT
    ${at('heredoc')}
  EOT
  }
  i = merge({ "${spelling}" = "${at('call')}" }, {})
}

variable "${spelling}" {
  default = "${quiet('default')}" # was ${at('comment')}
}

resource "x" "y" {
  # ${spelling} = "${at('commented out')}"
  /* ${at('block comment')} */
  ${/^[\w-]+$/.test(spelling) ? spelling : 'x'} = "${quiet('argument')}"
}
`;
    assert.deepEqual(plants.foundIn('main.tf', await shown('main.tf', hcl)), []);
    const json = `${JSON.stringify({
      '//': `SECRET ${at('JSON comment')}`,
      resource: { x: { y: { [spelling]: at('JSON'), more: [{ [spelling]: quiet('JSON') }] } } },
      variable: { [spelling]: { default: quiet('JSON default') } },
    }).replace(at('JSON'), escaped(at('JSON')))}\n`;
    assert.deepEqual(plants.foundIn('main.tf.json', await shown('main.tf.json', json)), []);
    const values = `# SECRET\n${/^[\w-]+$/.test(spelling) ? spelling : 'x'} = "${quiet('tfvars')}"\n`;
    assert.deepEqual(plants.foundIn('terraform.tfvars', await shown('terraform.tfvars', values)), []);
  });
}

test('tokens of other services, and what stands beside a finding, are not shown', async () => {
  const hex = '0123456789abcdef'.repeat(3);
  const tokens = [
    ['Basic', `Basic ${Buffer.from(`somebody:${pass('basic')}`).toString('base64')}`],
    ['Stripe', `${'sk_'}live_${hex.slice(0, 24)}`],
    ['Vault', `hvs.${hex.slice(0, 30)}`],
    ['Slack', `${'xox'}b-${hex.slice(0, 20)}`],
    ['webhook', `https://hooks.slack.com/services/T0000/B0000/${hex.slice(0, 20)}`],
    ['query', `https://example.com/?sig=${hex.slice(0, 20)}`],
    ['PEM', `-----BEGIN RSA PRIVATE KEY-----\\n${hex}\\n-----END RSA PRIVATE KEY-----`],
    ['hex', hex],
    ['digits', '4929123412341234'],
  ] as const;
  for (const [place, token] of tokens) plants.known(place, token);
  const text = `# SECRET
provider "aws" {
  region     = "eu-central-1"
  access_key = "${words('access key of the provider')}" # was ${pass('comment of the provider')}
  secret_key = "${words('secret key of the provider')}"
  token      = 12345678901234
  endpoints {
    s3 = "https://${pass('endpoint')}.example.com"
  }
}

locals {
${tokens.map(([place, token]) => `  ${place} = "${token}"`).join('\n')}
  number = 4929123412341234
}
`;
  const text_ = await shown('main.tf', text);
  assert.deepEqual(plants.foundIn('main.tf', text_), []);
  assert.doesNotMatch(text_, /12345678901234|4929123412341234/);
});

test('names, regions, versions, ARNs, sources and prose stay readable', async () => {
  const text = `terraform {
  required_version = ">= 1.5, < 2.0.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
  cloud {
    hostname     = "tfe.example.com"
    organization = "acme-2024"
    workspaces {
      tags    = ["web", "team:a1"]
      project = "Default Project"
    }
  }
}

# Ask Anna for access; it is read-only.
provider "aws" {
  alias                    = "west"
  region                   = "us-gov-west-1"
  profile                  = "acme-prod"
  shared_config_files      = [var.tfc_aws_dynamic_credentials.aliases["WEST"].shared_config_file]
  shared_credentials_files = ["~/.aws/credentials"]
  allowed_account_ids      = ["123456789012"]
  assume_role {
    role_arn     = "arn:aws-us-gov:iam::123456789012:role/path/deploy_2024"
    session_name = "terraform"
  }
}

variable "x" {
  description = "The region of the main network, as HCP Terraform knows it."
}

module "m" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.1.2"
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "AllowPlan1"
    effect  = "Allow"
    actions = ["sts:AssumeRoleWithWebIdentity", "s3:Get*", "*"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::123456789012:oidc-provider/app.terraform.io"]
    }
    condition {
      test     = "StringEquals"
      variable = "app.terraform.io:sub"
      values   = ["organization:acme:project:Default Project:workspace:prod-1:run_phase:plan", "aws.workload.identity"]
    }
  }
}
`;
  const project = await readProject(memoryFiles({ '/p/main.tf': text }), {}, '/p', '/p');
  const file = project.roots[0]?.module.files[0];
  assert.ok(file);
  assert.equal(maskFile(file, []).text, text);
});
