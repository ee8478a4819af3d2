import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Environment } from '../../../src/core/host';
import type { Project, Root } from '../../../src/terraform/model';
import { maximumFileBytes } from '../../../src/terraform/folders';
import { readProject } from '../../../src/terraform/read';
import { memoryFiles } from '../../support/memoryFiles';

const read = (files: Readonly<Record<string, string>>, env: Environment = {}): Promise<Project> =>
  readProject(memoryFiles(files), env, '/r', '/r');

async function only(files: Readonly<Record<string, string>>, env: Environment = {}): Promise<Root> {
  const { roots } = await read(files, env);
  const [root] = roots;
  assert.ok(root && roots.length === 1, `${roots.length} roots`);
  return root;
}

const codes = (root: Root): string[] => root.problems.map(p => p.code);
const cloud = (inside: string): string => `terraform {\n  cloud {\n${inside}\n  }\n}\n`;
const value = (v: Root['cloud']['hostname']): string => (v.state === 'known' ? v.value : v.state);

test('the cloud block wins over the environment; an empty string is unset', async () => {
  const env = { TF_CLOUD_ORGANIZATION: 'env-org', TF_CLOUD_HOSTNAME: 'tfe.example.com', TF_CLOUD_PROJECT: '' };
  const root = await only(
    { '/r/main.tf': cloud('organization = "acme"\nhostname = ""\nworkspaces { name = "w" }') },
    env,
  );
  assert.equal(value(root.cloud.organization), 'acme');
  assert.equal(value(root.cloud.hostname), 'tfe.example.com');
  assert.equal(root.cloud.project.state, 'absent');
});

test('Terraform has a default host, OpenTofu has none', async () => {
  const text = cloud('organization = "acme"\nworkspaces { name = "w" }');
  assert.equal(value((await only({ '/r/main.tf': text })).cloud.hostname), 'app.terraform.io');
  const tofu = await only({ '/r/main.tofu': text });
  assert.equal(tofu.cloud.hostname.state, 'absent');
  assert.deepEqual(codes(tofu), ['missing-hostname']);
});

test('backend "remote" reads no TF_CLOUD_ variable', async () => {
  const text = 'terraform {\n  backend "remote" {\n    workspaces { prefix = "app-" }\n  }\n}\n';
  const root = await only({ '/r/main.tf': text }, { TF_CLOUD_ORGANIZATION: 'x', TF_CLOUD_HOSTNAME: 'h.example.com' });
  assert.equal(root.cloud.kind, 'remote');
  assert.equal(root.cloud.organization.state, 'unknown');
  assert.equal(value(root.cloud.hostname), 'app.terraform.io');
});

test('TF_WORKSPACE that disagrees with the name is a conflict', async () => {
  const text = cloud('organization = "a"\nworkspaces { name = "w" }');
  assert.deepEqual(codes(await only({ '/r/main.tf': text }, { TF_WORKSPACE: 'v' })), ['workspace-conflict']);
  assert.deepEqual(codes(await only({ '/r/main.tf': text }, { TF_WORKSPACE: 'w' })), []);
});

test('an expression is unknown and says why', async () => {
  const root = await only({ '/r/main.tf': cloud('organization = var.org\nworkspaces { name = "w" }') });
  assert.ok(root.cloud.organization.state === 'unknown');
  assert.match(root.cloud.organization.why, /expression/);
});

test('a called folder is no root unless it says where its state is', async () => {
  const files = { '/r/main.tf': 'module "m" { source = "./m" }\n', '/r/m/main.tf': 'provider "aws" {}\n' };
  const root = await only(files);
  assert.deepEqual(
    root.modules.map(m => m.dir),
    ['/r', '/r/m'],
  );
  const two = await read({ ...files, '/r/m/cloud.tf': cloud('organization = "a"\nworkspaces { name = "w" }') });
  assert.equal(two.roots.length, 2);
});

test('modules that call each other end', async () => {
  const root = await only({
    '/r/main.tf': 'module "m" { source = "./m" }\n',
    '/r/m/a.tf': 'module "r" { source = "../" }\n',
  });
  assert.equal(root.modules.length, 2);
});

test('a file above the limit is left out and named', async () => {
  const root = await only({ '/r/main.tf': 'provider "aws" {}\n', '/r/big.tf': '#'.repeat(maximumFileBytes + 1) });
  assert.deepEqual(codes(root), ['file-skipped']);
  assert.equal(root.module.providers.length, 1);
});

test('tfvars files come in the order in which Terraform loads them', async () => {
  const names = ['a.auto.tfvars', 'b.auto.tfvars.json', 'by-hand.tfvars', 'terraform.tfvars', 'terraform.tfvars.json'];
  const files = Object.fromEntries(names.map(name => [`/r/${name}`, name.endsWith('json') ? '{}' : '']));
  const root = await only({ ...files, '/r/main.tf': 'provider "aws" {}\n' });
  assert.deepEqual(
    root.otherFiles.map(file => file.path),
    ['terraform.tfvars', 'terraform.tfvars.json', 'a.auto.tfvars', 'b.auto.tfvars.json', 'by-hand.tfvars'].map(
      name => `/r/${name}`,
    ),
  );
});

test('an override file that sets no default keeps the earlier one', async () => {
  const root = await only({
    '/r/main.tf': 'variable "region" {\n  default = "eu-west-1"\n}\n',
    '/r/main_override.tf': 'variable "region" {\n  description = "where"\n}\n',
  });
  const value = root.module.variables.get('region')?.default;
  assert.ok(value?.kind === 'string');
  assert.equal(value.value, 'eu-west-1');
});

test('a folder that cannot be listed is named', async () => {
  const host = memoryFiles({ '/r/main.tf': 'provider "aws" {}\n', '/r/sub/main.tf': '', '/r/closed/main.tf': '' });
  const closed = {
    ...host,
    list: (dir: string) => (dir === '/r/closed' ? Promise.resolve(undefined) : host.list(dir)),
  };
  const { problems, roots } = await readProject(closed, {}, '/r', '/r');
  assert.deepEqual(
    problems.map(p => [p.code, p.location?.file]),
    [['folder-skipped', '/r/closed']],
  );
  assert.equal(roots.length, 2);
});
