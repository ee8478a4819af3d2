import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planFixes } from '../../../src/binding/plan/code';
import { applyToFile } from '../../../src/lint/edits/fixes';
import { lintProject } from '../../../src/lint/lint';
import { filesOf, projectOf } from '../../support/lintFixtures';

interface Fixed {
  readonly files: Record<string, string>;
  readonly shown: string;
  readonly kept: readonly string[];
  readonly removed: readonly string[];
}

/** The files that "fix" changes, and the difference that it shows. */
async function fixed(given: Record<string, string>, mayChange?: (path: string) => boolean): Promise<Fixed> {
  const project = await projectOf(given);
  const files = filesOf(project);
  const findings = lintProject(project);
  const plan = planFixes(files, findings, findings, f => f.path, {
    roots: project.roots,
    callersKnown: true,
    ...(mayChange && { mayChange: f => mayChange(f.path) }),
  });
  const texts = plan.changes.map(change => {
    const file = files.find(f => f.path === change.file);
    assert.ok(file);
    return [change.file.slice('/p/'.length), applyToFile(file, change.edits)] as const;
  });
  return {
    files: Object.fromEntries(texts),
    shown: plan.changes.map(c => `${c.before}\n${c.after}`).join('\n'),
    kept: plan.leftovers?.kept.map(k => k.name) ?? [],
    removed: plan.leftovers?.removed.map(k => k.name) ?? [],
  };
}

test('variables that only the removed arguments used go with their values, of which nothing is shown', async () => {
  const { files, shown, removed } = await fixed({
    'main.tf': 'provider "aws" {\n  region     = var.region\n  access_key = var.k\n  secret_key = local.s\n}\n',
    'variables.tf':
      'variable "region" {}\n\n# The key.\nvariable "k" {\n  validation {\n    condition     = length(var.k) > 3\n    error_message = "short"\n  }\n}\n\nvariable "s" {\n  default = "plainsecret"\n}\n\nlocals {\n  s = var.s\n}\n',
    'terraform.tfvars': 'region = "eu-west-1"\nk      = "shortkey"\n',
    'env/prod.tfvars': 's = "othersecret"\n',
  });
  assert.deepEqual(files, {
    'main.tf': 'provider "aws" {\n  region = var.region\n}\n',
    'variables.tf': 'variable "region" {}\n',
    'terraform.tfvars': 'region = "eu-west-1"\n',
    'env/prod.tfvars': '',
  });
  assert.doesNotMatch(shown, /plainsecret|shortkey|othersecret/);
  assert.match(shown, /eu-west-1/);
  assert.deepEqual([...removed].sort(), ['k', 's']);
});

test('a data source that mints keys goes, and what it alone used; one that is still used or has conditions stays', async () => {
  const provider =
    'provider "aws" {\n  region     = "eu-west-1"\n  access_key = data.vault_aws_access_credentials.c.access_key\n}\n';
  const data = (more = ''): string => `data "vault_aws_access_credentials" "c" {\n  backend = var.backend\n${more}}\n`;
  const { files } = await fixed({ 'main.tf': `${data()}\n${provider}`, 'v.tf': 'variable "backend" {}\n' });
  assert.deepEqual(files, { 'main.tf': 'provider "aws" {\n  region = "eu-west-1"\n}\n', 'v.tf': '' });
  const used = await fixed({
    'main.tf': `${data()}${provider}output "o" {\n  value = data.vault_aws_access_credentials.c.type\n}\n`,
    'v.tf': 'variable "backend" {}\n',
  });
  assert.match(used.files['main.tf'] ?? '', /^data /);
  assert.equal(used.files['v.tf'], undefined);
  const conditions = await fixed({
    'main.tf': `${data('  lifecycle {\n    postcondition {\n      condition = true\n      error_message = "x"\n    }\n  }\n')}${provider}`,
  });
  assert.match(conditions.files['main.tf'] ?? '', /^data /);
});

test('what is left in a module goes through its calls up to the root', async () => {
  const module = {
    'modules/a/main.tf':
      'variable "key" {}\n\nprovider "aws" {\n  region     = "eu-west-1"\n  access_key = var.key\n}\n',
  };
  const call = 'module "a" {\n  source = "../modules/a"\n  key    = var.root_key\n}\n\nvariable "root_key" {}\n';
  const all = { ...module, 'one/main.tf': call, 'two/main.tf': call.replaceAll('root_key', 'other') };
  assert.deepEqual((await fixed(all)).files, {
    'modules/a/main.tf': 'provider "aws" {\n  region = "eu-west-1"\n}\n',
    'one/main.tf': 'module "a" {\n  source = "../modules/a"\n}\n',
    'two/main.tf': 'module "a" {\n  source = "../modules/a"\n}\n',
  });
  const partly = await fixed(all, path => !path.startsWith('/p/two'));
  assert.deepEqual(Object.keys(partly.files), ['modules/a/main.tf']);
  assert.match(partly.files['modules/a/main.tf'] ?? '', /variable "key"/);
  assert.deepEqual(partly.kept, ['key']);
});

test('what nothing used before stays, and a module that others may call keeps its variables', async () => {
  const code =
    'variable "unused" {}\nvariable "key" {}\nprovider "aws" {\n  region     = "a"\n  access_key = var.key\n}\n';
  const root = await fixed({ 'main.tf': code });
  assert.match(root.files['main.tf'] ?? '', /^variable "unused" \{\}\nprovider/);
  const module = await fixed({ 'modules/x/main.tf': code });
  assert.match(module.files['modules/x/main.tf'] ?? '', /variable "key"/);
  assert.deepEqual(module.kept, ['key']);
});

test('JSON files lose the same', async () => {
  const json = JSON.stringify(
    {
      variable: { key: { type: 'string' }, region: {} },
      provider: { aws: { region: '${var.region}', access_key: '${var.key}' } },
    },
    null,
    2,
  );
  const { files } = await fixed({
    'main.tf.json': json,
    'terraform.tfvars.json': '{\n  "key": "x",\n  "region": "eu"\n}\n',
  });
  assert.deepEqual(JSON.parse(files['main.tf.json'] ?? ''), {
    variable: { region: {} },
    provider: { aws: { region: '${var.region}' } },
  });
  assert.deepEqual(JSON.parse(files['terraform.tfvars.json'] ?? ''), { region: 'eu' });
});

const stackProvider =
  'provider "aws" "this" {\n  config {\n    region     = "eu-central-1"\n    access_key = var.k\n    secret_key = var.s\n  }\n}\nvariable "k" {\n  type = string\n}\nvariable "s" {\n  type = string\n}\n';

test('of a Stack the inputs of its deployments go with the variables, and stores stay for what follows', async () => {
  const { files, removed, kept } = await fixed({
    'main.tfcomponent.hcl': stackProvider,
    'main.tfdeploy.hcl':
      'store "varset" "keys" {\n  name     = "keys"\n  category = "env"\n}\n\nlocals {\n  secret = "x"\n}\n\ndeployment "prod" {\n  inputs = {\n    k      = store.varset.keys.ID\n    s      = local.secret\n    region = "eu"\n  }\n}\n\ndeployment "test" {\n  inputs = merge({ k = "", region = "eu" }, { s = "" })\n}\n',
  });
  assert.equal(
    files['main.tfdeploy.hcl'],
    'store "varset" "keys" {\n  name     = "keys"\n  category = "env"\n}\n\ndeployment "prod" {\n  inputs = {\n    region = "eu"\n  }\n}\n\ndeployment "test" {\n  inputs = merge({ region = "eu" }, {})\n}\n',
  );
  assert.doesNotMatch(files['main.tfcomponent.hcl'] ?? '', /variable/);
  assert.deepEqual([removed, kept], [['k', 's'], []]);
});

test('of a Stack a variable stays where nobody can take its input out', async () => {
  const { files, removed, kept } = await fixed({
    'main.tfcomponent.hcl': stackProvider,
    'main.tfdeploy.hcl':
      'deployment "prod" {\n  inputs = merge(local.all, { k = "" })\n}\nlocals {\n  all = { s = "" }\n}\n',
  });
  assert.match(files['main.tfcomponent.hcl'] ?? '', /variable "k"[\s\S]*variable "s"/);
  assert.equal(files['main.tfdeploy.hcl'], undefined);
  assert.deepEqual([removed, kept], [[], ['k', 's']]);
});
