import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { nodeFiles } from '../../../src/cli/files';
import type { Environment } from '../../../src/core/host';
import { lintRoot } from '../../../src/lint/lint';
import type { Project, Root } from '../../../src/terraform/model';
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

const cloud = (inside: string): string => `terraform {\n  cloud {\n${inside}\n  }\n}\n`;
const named = (name: string): string => cloud(`    organization = "acme"\n    workspaces { name = "${name}" }`);
const nameOf = (root: Root): string | undefined =>
  root.cloud.workspaces.by === 'name' && root.cloud.workspaces.name.state === 'known'
    ? root.cloud.workspaces.name.value
    : undefined;
const codes = (root: Root): readonly string[] => root.problems.map(p => p.code);

test('an override file replaces cloud, backend and state store as a whole', async () => {
  const root = await only({
    '/r/main.tf': named('a'),
    '/r/z_override.tf': 'terraform {\n  cloud {\n    organization = "other"\n    workspaces { tags = ["x"] }\n  }\n}\n',
  });
  assert.equal(root.cloud.workspaces.by, 'tags');
  assert.equal(root.cloud.organization.state === 'known' && root.cloud.organization.value, 'other');
  const local = await only({ '/r/main.tf': named('a'), '/r/override.tf': 'terraform {\n  backend "local" {}\n}\n' });
  assert.equal(local.cloud.kind, 'none');
  assert.equal(local.backend?.type, 'local');
});

test('the last override file wins', async () => {
  assert.equal(
    nameOf(await only({ '/r/main.tf': named('a'), '/r/a_override.tf': named('b'), '/r/b_override.tf': named('c') })),
    'c',
  );
});

test('two cloud blocks, and a cloud block beside a backend, are told', async () => {
  const twice = await only({ '/r/a.tf': named('a'), '/r/b.tf': named('b') });
  assert.deepEqual(codes(twice), ['duplicate-cloud']);
  assert.equal(nameOf(twice), 'a');
  const both = await only({ '/r/a.tf': named('a'), '/r/b.tf': 'terraform {\n  backend "s3" {}\n}\n' });
  assert.deepEqual(codes(both), ['cloud-and-backend']);
});

test('override files replace arguments and nested blocks of a provider one by one', async () => {
  const base =
    'provider "aws" {\n  region = "eu-west-1"\n  profile = "a"\n  assume_role {\n    role_arn = "arn:aws:iam::123456789012:role/x"\n  }\n}\n';
  const kept = lintRoot(await only({ '/r/main.tf': base }));
  assert.deepEqual(kept.map(f => f.code).sort(), ['assume-role', 'provider-profile']);
  const replaced = await only({ '/r/main.tf': base, '/r/override.tf': 'provider "aws" {\n  profile = null\n}\n' });
  assert.deepEqual(
    lintRoot(replaced).map(f => f.code),
    ['assume-role'],
  );
});

test('a provider under another local name is an AWS provider', async () => {
  const root = await only({
    '/r/main.tf':
      'terraform {\n  required_providers {\n    amz = { source = "registry.terraform.io/hashicorp/aws" }\n  }\n}\nprovider "amz" {\n  region = "x"\n  profile = "p"\n}\n',
  });
  assert.deepEqual(
    lintRoot(root).map(f => f.code),
    ['provider-profile'],
  );
});

test('a dynamic block is replaced by, and replaces, blocks of the type that it makes', async () => {
  const plain = 'provider "aws" {\n  region = "x"\n  assume_role {\n    role_arn = "r"\n  }\n}\n';
  const dynamic =
    'provider "aws" {\n  dynamic "assume_role" {\n    for_each = var.r\n    content {\n      role_arn = "r"\n    }\n  }\n}\n';
  for (const [main, override] of [
    [plain, dynamic],
    [dynamic, plain],
  ] as const) {
    const root = await only({ '/r/main.tf': main, '/r/override.tf': override });
    assert.deepEqual(
      lintRoot(root)
        .filter(f => f.code === 'assume-role')
        .map(f => f.location.file),
      ['/r/override.tf'],
    );
  }
});

test('the kind of a provider comes from its source, not from its local name', async () => {
  const root = await only({
    '/r/main.tf':
      'terraform {\n  required_providers {\n    amz = { source = "hashicorp/aws" }\n    cc = { source = "HashiCorp/AWSCC" }\n    other = { source = "acme/laws" }\n  }\n}\nprovider "amz" {}\nprovider "cc" {}\nprovider "other" {}\n',
  });
  assert.deepEqual(
    root.module.providers.map(p => [p.name, p.kind]),
    [
      ['amz', 'aws'],
      ['cc', 'awscc'],
    ],
  );
});

test('once a tag is used, a default provider under another local name must be mapped as well', async () => {
  const root = await only({
    '/r/main.tf':
      'terraform {\n  required_providers {\n    amz = { source = "hashicorp/aws" }\n  }\n}\nprovider "amz" {\n  region = "x"\n}\nprovider "amz" {\n  alias = "b"\n  region = "x"\n  shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["b"].shared_config_file]\n}\nvariable "tfc_aws_dynamic_credentials" {\n  type = object({ default = object({ shared_config_file = string }), aliases = map(object({ shared_config_file = string })) })\n}\n',
  });
  const found = lintRoot(root).filter(f => f.code === 'dynamic-credentials-variable');
  assert.equal(found.length, 1);
  assert.match(found[0]?.message ?? '', /provider "amz" maps no configuration/);
});

test('beside a .tofu file the .tf file of its name is read too: HCP Terraform runs Terraform, which reads no .tofu', async () => {
  const root = await only({ '/r/main.tf': named('tf'), '/r/main.tofu': named('tofu'), '/r/other.tf': '' });
  assert.equal(root.dialect, 'opentofu');
  assert.equal(nameOf(root), 'tf');
  assert.deepEqual(
    root.module.files.map(f => f.path),
    ['/r/main.tf', '/r/main.tofu', '/r/other.tf'],
  );
});

test('names that Terraform ignores are not read', async () => {
  const root = await only({
    '/r/main.tf': named('a'),
    '/r/.hidden.tf': named('b'),
    '/r/main.tf~': named('c'),
    '/r/#main.tf#': named('d'),
    '/r/x.tftest.hcl': named('e'),
  });
  assert.deepEqual(codes(root), []);
  assert.deepEqual(
    root.module.files.map(f => f.path),
    ['/r/main.tf'],
  );
});

test('tags as a list and as a map, with the selected workspace from TF_WORKSPACE or the data folder', async () => {
  const tags = cloud('    organization = "acme"\n    workspaces { tags = { env = "prod", tier = 1 } }');
  const root = await only({ '/r/main.tf': tags, '/r/.terraform/environment': 'web-prod\n' });
  assert.ok(root.cloud.workspaces.by === 'tags');
  assert.deepEqual(root.cloud.workspaces.tags.state === 'known' && root.cloud.workspaces.tags.value, {
    env: 'prod',
    tier: '1',
  });
  assert.equal(root.cloud.workspaces.selected.state === 'known' && root.cloud.workspaces.selected.value, 'web-prod');
  const env = await only({ '/r/main.tf': tags, '/r/.terraform/environment': 'web-prod' }, { TF_WORKSPACE: 'other' });
  assert.ok(env.cloud.workspaces.by === 'tags' && env.cloud.workspaces.selected.state === 'known');
  assert.equal(env.cloud.workspaces.selected.value, 'other');
});

test('TF_DATA_DIR moves the data folder', async () => {
  const prefix =
    'terraform {\n  backend "remote" {\n    organization = "acme"\n    workspaces { prefix = "app-" }\n  }\n}\n';
  const root = await only(
    { '/r/main.tf': prefix, '/r/.data/environment': 'prod', '/r/.terraform/environment': 'no' },
    { TF_DATA_DIR: '.data' },
  );
  assert.ok(root.cloud.workspaces.by === 'prefix' && root.cloud.workspaces.selected.state === 'known');
  assert.equal(root.cloud.workspaces.selected.value, 'prod');
});

test('what init recorded is a hint, for both kinds, and broken records are none', async () => {
  const state = (backend: object): string => JSON.stringify({ version: 3, backend });
  const hint = async (text: string): Promise<Root['stateHint']> =>
    (await only({ '/r/main.tf': named('a'), '/r/.terraform/terraform.tfstate': text })).stateHint;
  assert.equal(
    (
      await hint(
        state({
          type: 'cloud',
          config: { organization: 'o', hostname: 'h', token: 'secret', workspaces: { name: 'w' } },
        }),
      )
    )?.workspace,
    'w',
  );
  assert.equal(
    (await hint(state({ type: 'remote', config: { organization: 'o', workspaces: [{ name: 'w2' }] } })))?.workspace,
    'w2',
  );
  for (const broken of ['', '{', 'null', '[]', '{"backend":3}', '{"backend":{"type":"cloud"}}']) {
    const found = await hint(broken);
    assert.ok(found === undefined || found.organization === undefined);
  }
  assert.doesNotMatch(JSON.stringify(await hint(state({ type: 'cloud', config: { token: 'secret' } }))), /secret/);
});

test('JSON: objects or arrays of objects at every level', async () => {
  const variants = [
    { terraform: { cloud: { organization: 'acme', workspaces: { name: 'w' } } } },
    { terraform: [{ cloud: [{ organization: 'acme', workspaces: [{ name: 'w' }] }] }] },
    [{ terraform: [{ cloud: { organization: 'acme', workspaces: { name: 'w' } } }] }],
  ];
  for (const json of variants) {
    const root = await only({ '/r/main.tf.json': JSON.stringify(json) });
    assert.equal(nameOf(root), 'w', JSON.stringify(json));
  }
});

test('registry modules are read where init has put them', async () => {
  const root = await only({
    '/r/main.tf': 'module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}\n',
    '/r/.terraform/modules/modules.json': JSON.stringify({
      Modules: [
        { Key: '', Dir: '.' },
        { Key: 'vpc', Source: 'x', Dir: '.terraform/modules/vpc' },
        { Key: 'evil', Dir: '../../etc' },
      ],
    }),
    '/r/.terraform/modules/vpc/main.tf': 'resource "aws_vpc" "this" {}\n',
  });
  assert.deepEqual(
    root.modules.map(m => m.dir),
    ['/r', '/r/.terraform/modules/vpc'],
  );
});

test('a module outside of the repository is not followed', async () => {
  const files = {
    '/r/main.tf': 'module "x" {\n  source = "../outside"\n}\n',
    '/outside/main.tf': 'provider "aws" {\n  profile = "p"\n}\n',
  };
  const root = await only(files);
  assert.deepEqual(
    root.modules.map(m => m.dir),
    ['/r'],
  );
});

test('a Stack: deployments, identity tokens, and no finding for its web identity', async () => {
  const root = await only({
    '/r/a.tfcomponent.hcl':
      'provider "aws" "this" {\n  config {\n    region = "x"\n    assume_role_with_web_identity {\n      role_arn = var.r\n      web_identity_token = var.t\n    }\n  }\n}\n',
    '/r/b.tfdeploy.hcl':
      'identity_token "aws" {\n  audience = ["aws.workload.identity"]\n}\ndeployment "prod" {\n  inputs = {}\n}\n',
  });
  assert.equal(root.cloud.kind, 'stack');
  assert.deepEqual(
    root.stack?.deployments.map(d => d.name),
    ['prod'],
  );
  const audience = root.stack?.identityTokens[0]?.audience;
  assert.deepEqual(audience?.state === 'known' && audience.value, ['aws.workload.identity']);
  assert.deepEqual(lintRoot(root), []);
});

test('two folders that use each other are both looked at', async () => {
  const { roots } = await read({
    '/r/a/main.tf': 'module "b" {\n  source = "../b"\n}\n',
    '/r/b/main.tf': 'module "a" {\n  source = "../a"\n}\n',
  });
  assert.deepEqual(
    roots.map(r => r.dir),
    ['/r/a', '/r/b'],
  );
});

test('on a real disk: loops of links end, unreadable folders and odd names do no harm', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-project-'));
  try {
    writeFileSync(path.join(dir, 'main.tf'), named('a'));
    mkdirSync(path.join(dir, 'sub', "o'hare $(x) \n"), { recursive: true });
    writeFileSync(path.join(dir, 'sub', "o'hare $(x) \n", 'main.tf'), named('b'));
    symlinkSync(dir, path.join(dir, 'sub', 'loop'));
    symlinkSync('nowhere', path.join(dir, 'broken.tf'));
    mkdirSync(path.join(dir, 'closed'));
    chmodSync(path.join(dir, 'closed'), 0);
    const project = await readProject(nodeFiles, {}, dir, dir);
    assert.deepEqual(project.roots.map(nameOf), ['a', 'b']);
  } finally {
    chmodSync(path.join(dir, 'closed'), 0o700);
    rmSync(dir, { recursive: true, force: true });
  }
});

test('an empty name and empty tags are as good as none', async () => {
  const workspaces = async (inside: string, env: Environment = {}): Promise<Root> =>
    only({ '/r/main.tf': cloud(`    organization = "acme"\n    workspaces {\n${inside}\n    }`) }, env);
  assert.equal((await workspaces('name = ""')).cloud.workspaces.by, 'nothing');
  assert.equal((await workspaces('tags = []')).cloud.workspaces.by, 'nothing');
  const both = await workspaces('name = "w"\ntags = {}');
  assert.deepEqual([nameOf(both), codes(both)], ['w', []]);
  assert.equal(nameOf(await workspaces('name = ""', { TF_WORKSPACE: 'w' })), 'w');
});

test('a folder of tfvars files only belongs to the root above it, or to the nearest one that says where its state is', async () => {
  const secret = 'key = "AKIAQWERTYUIOPASDFGH"\n';
  const files = async (given: Readonly<Record<string, string>>): Promise<readonly unknown[]> =>
    (await read(given)).roots.map(r => [r.dir, r.otherFiles.map(f => f.path), r.tfvars.length, lintRoot(r).length]);
  assert.deepEqual(await files({ '/r/main.tf': named('a'), '/r/x.tfvars': secret, '/r/env/prod/terraform.tfvars': secret }), [
    ['/r', ['/r/x.tfvars', '/r/env/prod/terraform.tfvars'], 1, 2],
  ]); // prettier-ignore
  assert.deepEqual(
    await files({ '/r/a/main.tf': 'variable "x" {}\n', '/r/b/main.tf': named('b'), '/r/env/prod.tfvars': secret }),
    [
      ['/r/a', [], 0, 0],
      ['/r/b', ['/r/env/prod.tfvars'], 0, 1],
    ],
  );
  assert.deepEqual(await files({ '/r/prod.tfvars': secret }), [['/r', ['/r/prod.tfvars'], 1, 1]]);
});

test('the workspace "default" is no choice behind tags or a prefix', async () => {
  const text = (inside: string): string => `terraform {\n  ${inside}\n    organization = "acme"\n`;
  const selected = async (main: string, env: Environment = {}, chosen = 'default\n'): Promise<unknown> => {
    const { workspaces } = (await only({ '/r/main.tf': main, '/r/.terraform/environment': chosen }, env)).cloud;
    return workspaces.by === 'tags' || workspaces.by === 'prefix' ? workspaces.selected.state : workspaces.by;
  };
  const tags = `${text('cloud {')}    workspaces {\n      tags = ["a"]\n    }\n  }\n}\n`;
  const prefix = `${text('backend "remote" {')}    workspaces {\n      prefix = "a-"\n    }\n  }\n}\n`;
  for (const main of [tags, prefix]) {
    assert.equal(await selected(main), 'absent');
    assert.equal(await selected(main, { TF_WORKSPACE: 'default' }, 'a-prod'), 'absent');
    assert.equal(await selected(main, {}, 'a-prod'), 'known');
  }
});

test('tests and backend settings belong to the root above them: keys in them are found, but a local test may well use a profile', async () => {
  const { roots } = await read({
    '/r/main.tf': 'provider "aws" {\n  region = "x"\n}\n',
    '/r/tests/a.tftest.hcl':
      'provider "aws" {\n  profile = "p"\n}\nvariables {\n  k = "AKIAQWERTYUIOPASDFGH"\n}\nterraform {\n  cloud {\n  }\n}\n',
    '/r/b.tftest.json': '{"provider": {"aws": {"access_key": "AKIAQWERTYUIOPASDFGH"}}}',
    '/r/config/prod.s3.tfbackend': 'bucket = "b"\naccess_key = "AKIAQWERTYUIOPASDFGH"\n',
  });
  const [root] = roots;
  assert.deepEqual(
    [roots.length, root?.module.providers.length, root?.tfvars.length, root?.cloud.kind],
    [1, 1, 0, 'none'],
  );
  assert.deepEqual(root && lintRoot(root).map(f => [f.location.file, f.code]), [
    ['/r/b.tftest.json', 'hard-coded-key'],
    ['/r/config/prod.s3.tfbackend', 'hard-coded-key'],
    ['/r/tests/a.tftest.hcl', 'hard-coded-key'],
  ]);
});

test('a URL is no host name; a port is part of one', async () => {
  const hostname = async (text: string): Promise<unknown> => {
    const value = (await only({ '/r/main.tf': cloud(`    organization = "acme"\n    hostname = "${text}"`) })).cloud
      .hostname;
    return value.state === 'known' ? value.value : value.state;
  };
  assert.equal(await hostname('TFE.example.com:8443'), 'tfe.example.com:8443');
  assert.equal(await hostname('bücher.example'), 'xn--bcher-kva.example');
  for (const url of ['https://app.terraform.io', 'app.terraform.io/', 'tfe example', 'tfe.example.com:'])
    assert.equal(await hostname(url), 'unknown', url);
});

test('a project inside of a folder called .terraform is looked at; copies of modules below a root are not', async () => {
  const provider = 'provider "aws" {\n  region = "x"\n  profile = "p"\n}\n';
  const files = {
    '/x/.terraform/p/main.tf': `${provider}module "m" {\n  source = "acme/m/aws"\n}\n`,
    '/x/.terraform/p/.terraform/modules/modules.json': '{"Modules": [{"Key": "m", "Dir": ".terraform/modules/m"}]}',
    '/x/.terraform/p/.terraform/modules/m/main.tf': provider,
  };
  const { roots } = await readProject(memoryFiles(files), {}, '/x/.terraform/p', '/x');
  assert.deepEqual(
    roots.flatMap(r => lintRoot(r).map(f => f.location.file)),
    ['/x/.terraform/p/main.tf'],
  );
  assert.equal(roots[0]?.modules.length, 2);
});
