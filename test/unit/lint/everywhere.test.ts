import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyToFile } from '../../../src/lint/edits/fixes';
import { lintProject } from '../../../src/lint/lint';
import { filesOf, projectOf } from '../../support/lintFixtures';

/** The files after the fix of the finding at `index`, and what is found then. */
async function fixed(
  files: Record<string, string>,
  index = 0,
): Promise<{ texts: Record<string, string>; codes: readonly string[] }> {
  const project = await projectOf(files);
  const findings = lintProject(project).filter(f => f.code === 'provider-profile');
  const fix = findings[index]?.fixes.find(f => f.id === 'works-everywhere' || f.id === 'map-every-provider');
  assert.ok(fix, 'the fix is offered');
  assert.equal(fix.preferred, false);
  const texts = Object.fromEntries(
    filesOf(project).map(file => [file.path.slice('/p/'.length), applyToFile(file, fix.edits)]),
  );
  return { texts, codes: lintProject(await projectOf(texts)).map(f => f.code) };
}

const declared = `variable "tfc_aws_dynamic_credentials" {
  type = object({
    default = object({ shared_config_file = string })
    aliases = map(object({ shared_config_file = string }))
  })
  default = null
}
`;

test('a profile of an alias stays where no run gives the variable a value, and is no finding any more', async () => {
  const { texts, codes } = await fixed({
    'main.tf': 'provider "aws" {\n  alias   = "prod"\n  region  = "eu-west-1"\n  profile = "acme-prod"\n}\n',
  });
  assert.equal(
    texts['main.tf'],
    `provider "aws" {
  alias               = "prod"
  region              = "eu-west-1"
  profile             = !can(var.tfc_aws_dynamic_credentials.aliases["prod"]) ? "acme-prod" : null
  shared_config_files = try([var.tfc_aws_dynamic_credentials.aliases["prod"].shared_config_file], null)
}

${declared}`,
  );
  assert.deepEqual(codes, []);
});

test('in a root of several identities every block is mapped at once, blocks of the same credentials to the same configuration', async () => {
  const two =
    'provider "aws" {\n  region  = "eu-west-1"\n  profile = "a"\n}\nprovider "aws" {\n  alias   = "b"\n  region  = "eu-west-1"\n  profile = "b"\n}\nprovider "aws" {\n  alias   = "c"\n  region  = "eu-west-2"\n  profile = "b"\n}\n';
  const { texts, codes } = await fixed({ 'main.tf': two, 'variables.tf': declared.replace('  default = null\n', '') });
  const text = texts['main.tf'] ?? '';
  assert.match(text, /profile {13}= !can\(var\.tfc_aws_dynamic_credentials\.default\) \? "a" : null/);
  assert.equal(text.split('aliases["b"]').length - 1, 4);
  assert.match(texts['variables.tf'] ?? '', /default = null/);
  assert.deepEqual(codes, []);
  const keys = await fixed({ 'main.tf': two.replace('profile = "b"', 'access_key = var.k\n  secret_key = var.s') }, 0);
  assert.doesNotMatch(keys.texts['main.tf'] ?? '', /access_key|secret_key/);
  assert.deepEqual(keys.codes, []);
});

test('where there is one configuration, a variable that is null in HCP Terraform names the profile', async () => {
  const { texts, codes } = await fixed({
    'main.tf': 'provider "aws" {\n  region  = "eu-west-1"\n  profile = "acme"\n}\n',
  });
  assert.match(
    texts['main.tf'] ?? '',
    /profile = var\.aws_profile\n[^]*variable "aws_profile" \{[^]*default {5}= null\n/,
  );
  assert.deepEqual(codes, []);
});

test('it is offered neither in modules, Stacks, JSON and awscc, nor for what is conditional already', async () => {
  const offered = async (files: Record<string, string>): Promise<boolean> =>
    lintProject(await projectOf(files)).some(f => f.fixes.some(fix => fix.id === 'works-everywhere'));
  const provider = 'provider "aws" {\n  region  = "eu-west-1"\n  profile = "acme"\n}\n';
  assert.equal(await offered({ 'main.tf': provider }), true);
  assert.equal(await offered({ 'main.tf': 'module "m" {\n  source = "./m"\n}\n', 'm/main.tf': provider }), false);
  assert.equal(await offered({ 'main.tf': provider.replace('"aws"', '"awscc"') }), false);
  assert.equal(await offered({ 'main.tf': provider.replace('"acme"', 'var.x ? "a" : "b"') }), false);
  assert.equal(await offered({ 'main.tf.json': '{"provider":{"aws":{"profile":"a"}}}' }), false);
});
