import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { nodeFiles, repositoryOf } from '../../../src/node/files';
import { readProject } from '../../../src/terraform/read';
import { evaluate, isShowable, rootValues, stringOf } from '../../../src/terraform/values';
import type { Root } from '../../../src/terraform/model';

function folderOf(files: Record<string, string>): { readonly dir: string; write(name: string, text: string): void } {
  const dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'tfc-oidc-')));
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  return { dir, write };
}

async function localsOf(root: Root | undefined): Promise<Record<string, string | undefined>> {
  assert.ok(root);
  const { scope } = rootValues(root);
  return Promise.resolve(
    Object.fromEntries(
      [...root.module.locals].map(([name, { attribute, file }]) => {
        const value = evaluate(attribute.value, { ...scope.frame, file: file.path });
        assert.equal(isShowable(value), stringOf(value) === undefined || name.startsWith('plain'), name);
        return [name, stringOf(value)];
      }),
    ),
  );
}

test('files of the repository are read for evaluating, by their real path and up to a size', async () => {
  const outside = folderOf({ 'secret.txt': 'no' });
  const { dir } = folderOf({
    '.git/HEAD': '',
    'live/main.tf': `locals {
  a = jsondecode(file("\${path.module}/../data/a.json")).name
  t = templatefile("\${path.module}/t.tpl", { x = "b" })
  big = file("big.txt")
  out = file("${outside.dir}/secret.txt")
  up = file("../../../../../../../../../../etc/hostname")
  link = file("link.txt")
  plain = fileexists("none.txt") ? "there" : "gone"
}
module "m" {
  source = "../modules/m"
}
`,
    'data/a.json': '{"name": "ann"}',
    'live/t.tpl': 'hello ${x}\n',
    'live/big.txt': 'x'.repeat(300_000),
    'modules/m/main.tf': 'locals {\n  a = file("${path.module}/own.txt")\n}\n',
    'modules/m/own.txt': 'own',
  });
  symlinkSync(path.join(outside.dir, 'secret.txt'), path.join(dir, 'live/link.txt'));
  try {
    const project = await readProject(
      nodeFiles,
      {},
      path.join(dir, 'live'),
      (await repositoryOf(path.join(dir, 'live'))) ?? '/',
    );
    const [root] = project.roots;
    assert.deepEqual(await localsOf(root), {
      a: 'ann',
      t: 'hello b\n',
      big: undefined,
      out: undefined,
      up: undefined,
      link: undefined,
      plain: 'gone',
    });
    assert.ok(root);
    const module = root.modules[1];
    const own = module?.locals.get('a')?.attribute.value;
    assert.ok(module && own);
    const [scope] = rootValues(root).uses(module);
    assert.ok(scope);
    assert.equal(stringOf(evaluate(own, scope.frame)), 'own');
  } finally {
    rmSync(dir, { recursive: true });
    rmSync(outside.dir, { recursive: true });
  }
});

test('without a repository modules above the folder are followed, and files only in the folder are read', async () => {
  const { dir } = folderOf({
    'envs/prod/main.tf': `module "m" {\n  source = "../../modules/m"\n}\nlocals {\n  near = file("near.txt")\n  far = file("../far.txt")\n}\n`,
    'envs/prod/near.txt': 'near',
    'envs/far.txt': 'far',
    'modules/m/main.tf': 'provider "aws" {\n  profile = "x"\n}\n',
  });
  try {
    const folder = path.join(dir, 'envs/prod');
    const [root] = (await readProject(nodeFiles, {}, folder, (await repositoryOf(folder)) ?? '/')).roots;
    assert.deepEqual(root?.problems, []);
    assert.equal(root.modules.length, 2);
    assert.deepEqual(await localsOf(root), { near: 'near', far: undefined });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
