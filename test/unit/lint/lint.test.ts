import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Finding } from '../../../src/lint/finding';
import { lintProject, type LintOptions } from '../../../src/lint/lint';
import { documentationPage } from '../../../src/lint/finding';
import { rules } from '../../../src/lint/table';
import { projectOf } from '../../support/lintFixtures';

async function lint(files: Readonly<Record<string, string>>, options?: LintOptions): Promise<readonly Finding[]> {
  return lintProject(await projectOf(files), options);
}

const brief = (findings: readonly Finding[]): readonly string[] => findings.map(f => `${f.severity} ${f.code}`);

test('the table has the eleven rules, each with its section in docs/rules.md', () => {
  const severities = Object.fromEntries(rules.map(rule => [rule.code, rule.severity]));
  assert.deepEqual(severities, {
    'static-credentials': 'error',
    'provider-profile': 'error',
    'shared-files': 'error',
    'web-identity': 'error',
    'assume-role': 'warning',
    'hard-coded-key': 'error',
    'backend-credentials': 'warning',
    'cloud-token': 'error',
    'dynamic-credentials-variable': 'error',
    'skip-validation': 'warning',
    'missing-region': 'information',
  });
  const page = readFileSync(path.join(__dirname, '../../../docs/rules.md'), 'utf8');
  const headings = [...page.matchAll(/^## (\S+)\n\n\*\*(\w+)\*\*/gm)].map(m => `${m[1] ?? ''} ${m[2] ?? ''}`);
  assert.deepEqual(
    headings,
    rules.map(rule => `${rule.code} ${rule.severity}`),
  );
  assert.equal(documentationPage('web-identity'), 'docs/rules.md#web-identity');
});

test('no message, related text or edit of any rule has the value of a secret', async () => {
  const secret = 'Fake0Secret1For2Tests3Only4Not5A6Real7Ke';
  const findings = await lint({
    'main.tf': `provider "aws" { secret_key = "${secret}" }\nprovider "aws" {\n  alias = "b"\n  token = "${secret}"\n}\nlocals {\n  aws_secret_key = "${secret}"\n}\n`,
    'x.tf.json': `{"terraform": {"cloud": {"token": "${secret}"}}, "provider": {"aws": {"secret_key": "${secret}", "alias": "c"}}}`,
  });
  assert.ok(findings.length > 5);
  assert.ok(!JSON.stringify(findings).includes(secret));
});

test('a severity setting replaces the default, "off" removes, and nothing mild is raised', async () => {
  const files = {
    'main.tf':
      'provider "aws" {\n  region = "x"\n  profile = "p"\n}\nprovider "aws" {\n  alias = "m"\n  region = "x"\n  access_key = "test"\n  endpoints {\n    s3 = "http://localhost:4566"\n  }\n}\n',
  };
  assert.deepEqual(brief(await lint(files)), ['error provider-profile', 'information static-credentials']);
  assert.deepEqual(
    brief(await lint(files, { severities: { 'provider-profile': 'warning', 'static-credentials': 'error' } })),
    ['warning provider-profile', 'information static-credentials'],
  );
  assert.deepEqual(brief(await lint(files, { severities: { 'static-credentials': 'off' } })), [
    'error provider-profile',
  ]);
});

test('an ignore comment needs the code, a reason, and the line above', async () => {
  const withComment = async (comment: string): Promise<readonly string[]> =>
    brief(await lint({ 'main.tf': `provider "aws" {\n  region = "x"\n${comment}\n  profile = "p"\n}\n` }));
  const silent: readonly string[] = [];
  const reported = ['error provider-profile'];
  assert.deepEqual(await withComment('  # tfc-oidc:ignore provider-profile only for local runs'), silent);
  assert.deepEqual(await withComment('  // tfc-oidc:ignore provider-profile only for local runs'), silent);
  assert.deepEqual(await withComment('  #tfc-oidc:ignore provider-profile local'), silent);
  assert.deepEqual(await withComment('  /* tfc-oidc:ignore provider-profile local */'), silent);
  assert.deepEqual(await withComment('  # tfc-oidc:ignore provider-profile local\n  # and a second comment'), silent);
  assert.deepEqual(await withComment('  # tfc-oidc:ignore provider-profile'), reported);
  assert.deepEqual(await withComment('  # tfc-oidc:ignore provider-profile -'), reported);
  assert.deepEqual(await withComment('  # tfc-oidc:ignore static-credentials other rule'), reported);
  assert.deepEqual(await withComment('  # tfc-oidc:ignore provider-profile local\n'), reported);
  assert.deepEqual(await withComment('  # ignore provider-profile local'), reported);
});

test('an ignore comment without a reason is named in the message', async () => {
  const [finding] = await lint({
    'main.tf': 'provider "aws" {\n  region = "x"\n  # tfc-oidc:ignore provider-profile\n  profile = "p"\n}\n',
  });
  assert.match(finding?.message ?? '', /gives no reason/);
});

test('an ignore comment above an argument covers keys inside of its heredoc', async () => {
  const text = (comment: string): string =>
    `locals {\n${comment}  a = <<EOT\n# tfc-oidc:ignore hard-coded-key text of the heredoc\nAKIAFAKEKEYFORTEST01\nEOT\n}\n`;
  assert.deepEqual(brief(await lint({ 'main.tf': text('  # tfc-oidc:ignore hard-coded-key demo key\n') })), []);
  assert.deepEqual(brief(await lint({ 'main.tf': text('') })), ['error hard-coded-key']);
});

test('a region from the environment silences missing-region; other variables do not', async () => {
  const files = { 'main.tf': 'provider "aws" {}\n' };
  assert.deepEqual(brief(await lint(files)), ['information missing-region']);
  assert.deepEqual(brief(await lint(files, { environment: { AWS_DEFAULT_REGION: 'eu-west-1' } })), []);
  assert.deepEqual(brief(await lint(files, { environment: { AWS_REGION: '' } })), ['information missing-region']);
});

test('each provider of a JSON array has a place of its own', async () => {
  const findings = await lint({ 'main.tf.json': '{"provider": {"aws": [{}, {"alias": "b"}]}}' });
  assert.deepEqual(brief(findings), ['information missing-region', 'information missing-region']);
});

test('a region in an override file counts for the block that it overrides', async () => {
  assert.deepEqual(
    brief(await lint({ 'main.tf': 'provider "aws" {}\n', 'override.tf': 'provider "aws" {\n  region = "x"\n}\n' })),
    [],
  );
});

test('shared files from a conditional with an injected and an empty branch are right', async () => {
  const variable =
    'variable "tfc_aws_dynamic_credentials" {\n  type = object({\n    aliases = map(object({ shared_config_file = string }))\n    default = optional(object({ shared_config_file = string }))\n  })\n}\n';
  const files = (value: string): Readonly<Record<string, string>> => ({
    'main.tf': `provider "aws" {\n  region = "x"\n  shared_config_files = ${value}\n}\n${variable}`,
  });
  const injected = 'var.tfc_aws_dynamic_credentials.default.shared_config_file';
  assert.deepEqual(brief(await lint(files(`var.x ? [${injected}] : []`))), []);
  assert.deepEqual(brief(await lint(files(`var.x ? [${injected}] : ["a"]`))), ['error shared-files']);
  assert.deepEqual(brief(await lint(files(`compact([try(${injected}, null)])`))), []);
  assert.deepEqual(brief(await lint(files('var.tfc_aws_dynamic_credentials_of_mine'))), ['error shared-files']);
});

test('related information names the variable and the tfvars line that feed a key', async () => {
  const [finding] = await lint({
    'main.tf': 'provider "aws" {\n  region = "x"\n  access_key = var.key\n}\nvariable "key" {}\n',
    'terraform.tfvars': 'key = "a"\n',
  });
  assert.deepEqual(
    finding?.related.map(r => `${r.location.file}: ${r.message}`),
    ['/p/main.tf: Variable "key" is declared here.', '/p/terraform.tfvars: Variable "key" gets a value here.'],
  );
});

test('assume_role beside a profile: both readings are in the message, and both fixes are offered', async () => {
  const [, finding] = await lint({
    'main.tf':
      'provider "aws" {\n  region = "x"\n  profile = "p"\n\n  assume_role {\n    role_arn = "arn:aws:iam::111122223333:role/a"\n  }\n}\n',
  });
  assert.match(finding?.message ?? '', /leftover.*role chaining.*1 hour.*sts:AssumeRole/s);
  assert.deepEqual(
    finding?.fixes.map(f => [f.id, f.preferred]),
    [
      ['remove-block', false],
      ['keep-as-role-chaining', false],
    ],
  );
  assert.equal(
    finding?.fixes[1]?.edits[0]?.newText,
    '  # tfc-oidc:ignore assume-role role chaining into account 111122223333\n',
  );
});

test('a module that two roots share is reported once', async () => {
  const findings = await lint({
    'one/main.tf': 'terraform {\n  backend "local" {}\n}\nmodule "m" {\n  source = "../m"\n}\n',
    'two/main.tf': 'terraform {\n  backend "local" {}\n}\nmodule "m" {\n  source = "../m"\n}\n',
    'm/main.tf': 'provider "aws" {\n  region = "x"\n  profile = "p"\n}\n',
  });
  assert.deepEqual(brief(findings), ['error provider-profile']);
});

test('copies of registry modules under .terraform are not reported', async () => {
  const findings = await lint({
    'main.tf': 'provider "aws" {\n  region = "x"\n}\nmodule "m" {\n  source = "acme/m/aws"\n}\n',
    '.terraform/modules/modules.json': '{"Modules": [{"Key": "m", "Dir": ".terraform/modules/m"}]}',
    '.terraform/modules/m/main.tf': 'provider "aws" {\n  profile = "p"\n}\n',
  });
  assert.deepEqual(brief(findings), []);
});

test('aliases that assume roles in different accounts are role chaining, also without a default provider', async () => {
  const block = (alias: string, account: string): string =>
    `provider "aws" {\n  alias = "${alias}"\n  region = "x"\n  assume_role {\n    role_arn = "arn:aws-us-gov:iam::${account}:role/r"\n  }\n}\n`;
  const two = block('a', '111122223333') + block('b', '444455556666');
  assert.deepEqual(brief(await lint({ 'main.tf': two })), ['information assume-role', 'information assume-role']);
  // Without keys or a profile in the block it is no leftover of them.
  assert.deepEqual(brief(await lint({ 'main.tf': block('a', '111122223333') })), ['information assume-role']);
});

const injected =
  'variable "tfc_aws_dynamic_credentials" {\n  type = object({\n    default = object({ shared_config_file = string })\n    aliases = map(object({ shared_config_file = string }))\n  })\n  default = null\n}\n';

test('arguments that are null in a run are not set', async () => {
  const provider = (more: string): string => `${injected}provider "aws" {\n  region = "x"\n  ${more}\n}\n`;
  const found = async (more: string, rest = ''): Promise<readonly string[]> =>
    brief(await lint({ 'main.tf': provider(more) + rest }));
  assert.deepEqual(await found('profile = !can(var.tfc_aws_dynamic_credentials.aliases["a"]) ? "a" : null'), []);
  assert.deepEqual(
    await found(
      'profile = try(var.tfc_aws_dynamic_credentials.aliases["a"].shared_config_file, null) == null ? "a" : null',
    ),
    [],
  );
  assert.deepEqual(await found('profile = var.tfc_aws_dynamic_credentials == null ? "a" : null'), []);
  assert.deepEqual(await found('profile = var.p', 'variable "p" {\n  default = null\n}\n'), []);
  assert.deepEqual(await found('access_key = local.k', 'locals {\n  k = ""\n}\n'), []);
  assert.deepEqual(await found('profile = can(var.tfc_aws_dynamic_credentials.aliases["a"]) ? "a" : null'), [
    'error provider-profile',
  ]);
  assert.deepEqual(await found('profile = var.p', 'variable "p" {\n  default = "x"\n}\n'), ['error provider-profile']);
  assert.deepEqual(await found('profile = var.p', 'variable "p" {}\n'), ['error provider-profile']);
});

test('credentials go by themselves only where the identities stay as many and as they are', async () => {
  const block = (...arguments_: readonly string[]): string =>
    `provider "aws" {\n  region = "x"\n${arguments_.map(a => `  ${a}\n`).join('')}}\n`;
  const automatic = async (...blocks: readonly string[]): Promise<readonly boolean[]> =>
    (await lint({ 'main.tf': blocks.join('') }))
      .filter(f => ['provider-profile', 'static-credentials', 'backend-credentials', 'shared-files'].includes(f.code))
      .map(f => f.fixes.some(fix => fix.preferred));
  assert.deepEqual(await automatic(block('profile = "a"')), [true]);
  assert.deepEqual(await automatic(block('profile = "a"'), block('alias = "b"', 'profile = "a"')), [true, true]);
  assert.deepEqual(await automatic(block('profile = "a"'), block('alias = "b"', 'profile = "b"')), [false, false]);
  assert.deepEqual(await automatic(block(), block('alias = "b"', 'profile = "b"')), [false]);
  assert.deepEqual(
    await automatic(
      block('profile = var.a'),
      block('alias = "b"', 'profile = var.b'),
      'variable "a" {}\nvariable "b" {}\n',
    ),
    [false, false],
  );
  assert.deepEqual(
    await automatic(block('profile = "a"'), block('alias = "b"', 'profile = local.b'), 'locals {\n  b = "a"\n}\n'),
    [true, true],
  );
  // Another role on top is another identity before and after.
  const role = 'assume_role {\n    role_arn = "arn:aws:iam::111122223333:role/r"\n  }';
  assert.deepEqual(await automatic(block('profile = "a"'), block('alias = "b"', 'profile = "a"', role)), [true, true]);
  const state = (profile: string): string =>
    `data "terraform_remote_state" "s" {\n  backend = "s3"\n  config = {\n    bucket = "b"\n    profile = "${profile}"\n  }\n}\n`;
  assert.deepEqual(await automatic(block('profile = "a"'), state('a')), [true, true]);
  assert.deepEqual(await automatic(block('profile = "a"'), state('b')), [false, false]);
  assert.deepEqual(await automatic(block('profile = "a"'), 'resource "aws_x" "y" {\n  provider = aws\n}\n'), [true]);
  // The provider that no block declares is the one of the run.
  assert.deepEqual(await automatic(block('alias = "b"', 'profile = "b"'), 'resource "aws_x" "y" {}\n'), [false]);
});

test('a module that is used with two profiles stands for two identities', async () => {
  const findings = await lint({
    'main.tf':
      'module "a" {\n  source = "./m"\n  profile = "a"\n}\nmodule "b" {\n  source = "./m"\n  profile = "b"\n}\n',
    'm/main.tf': 'variable "profile" {}\nprovider "aws" {\n  region = "x"\n  profile = var.profile\n}\n',
  });
  assert.deepEqual(
    findings.map(f => f.fixes.some(fix => fix.preferred)),
    [false],
  );
});

test('keys that are no keys beside skipped checks are a mock; skip_metadata_api_check is no fault', async () => {
  const skips = '  skip_credentials_validation = true\n  skip_requesting_account_id = true\n';
  const mock = `provider "aws" {\n  region = "x"\n  access_key = "fake"\n  secret_key = "fake"\n${skips}}\n`;
  assert.ok((await lint({ 'main.tf': mock })).every(f => f.severity === 'information'));
  const variable =
    'provider "aws" {\n  region = "x"\n  access_key = "fake"\n  secret_key = "fake"\n  endpoints {\n    s3 = var.e\n  }\n}\nvariable "e" {}\n';
  assert.ok((await lint({ 'main.tf': variable })).every(f => f.severity === 'information'));
  assert.deepEqual(
    await lint({ 'main.tf': 'provider "aws" {\n  region = "x"\n  skip_metadata_api_check = true\n}\n' }),
    [],
  );
});

test('a secret is known by the name that stands beside it in a block', async () => {
  const secret = 'Fake0Secret1For2Tests3Only4Not5A6Real7Ke';
  const block = (arguments_: string): Promise<readonly string[]> =>
    lint({ 'main.tf': `resource "a_b" "c" {\n  ${arguments_}\n  value = "${secret}"\n}\n` }).then(brief);
  assert.deepEqual(await block('secret_name = "AWS_SECRET_ACCESS_KEY"'), ['error hard-coded-key']);
  assert.deepEqual(await block('key = "AWS_SECRET_ACCESS_KEY"'), ['error hard-coded-key']);
  assert.deepEqual(await block('access_id = "AKIAFAKEKEYFORTEST01"'), ['error hard-coded-key', 'error hard-coded-key']);
  assert.deepEqual(await block('name = "build"'), []);
});

test('an ignore comment above a block covers what is inside of it', async () => {
  const text = (comment: string): string =>
    `${comment}provider "aws" {\n  region = "x"\n\n  access_key = "a"\n  profile = "p"\n}\n`;
  assert.deepEqual(brief(await lint({ 'main.tf': text('# tfc-oidc:ignore static-credentials local only\n') })), [
    'error provider-profile',
  ]);
  assert.equal((await lint({ 'main.tf': text('') })).length, 2);
});

test('a mock on this machine needs no mapping when a tag is in use', async () => {
  const tagged =
    'provider "aws" {\n  region = "x"\n  shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["A"].shared_config_file]\n}\nvariable "tfc_aws_dynamic_credentials" {\n  type = object({\n    default = object({ shared_config_file = string })\n    aliases = map(object({ shared_config_file = string }))\n  })\n}\n';
  const mock = (url: string): string =>
    `provider "aws" {\n  alias = "m"\n  region = "x"\n  endpoints {\n    s3 = "${url}"\n  }\n}\n`;
  assert.deepEqual(await lint({ 'main.tf': tagged + mock('http://localhost:4566') }), []);
  assert.deepEqual(brief(await lint({ 'main.tf': tagged + mock('https://s3.example.com') })), [
    'error dynamic-credentials-variable',
  ]);
});

test('a variable whose name is nearly right gets no value, and its provider keeps the argument', async () => {
  const text = (name: string): string =>
    `variable "${name}" {\n  type = object({\n    default = object({ shared_config_file = string })\n    aliases = map(object({ shared_config_file = string }))\n  })\n}\nprovider "aws" {\n  region = "x"\n  shared_config_files = [var.${name}.default.shared_config_file]\n}\n`;
  for (const name of ['tfc_aws_dynamic_credential', 'TFC_AWS_DYNAMIC_CREDENTIALS', 'tfc_aws_dynamic-credentials']) {
    const findings = await lint({ 'main.tf': text(name) });
    assert.deepEqual(brief(findings), ['error dynamic-credentials-variable'], name);
    assert.deepEqual(findings[0]?.fixes, []);
  }
  assert.deepEqual(await lint({ 'main.tf': text('tfc_aws_dynamic_credentials') }), []);
  assert.deepEqual(brief(await lint({ 'main.tf': text('aws_credentials') })), ['error shared-files']);
});
