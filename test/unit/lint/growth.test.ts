import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapReader } from '../../../src/core/mapReader';
import { lintRoot } from '../../../src/lint/lint';
import type { Module, ProviderBlock, Root } from '../../../src/terraform/model';
import { readProject } from '../../../src/terraform/read';

/** Twice the input may take twice the work and not four times: counted in looks at provider blocks, never in seconds. */
async function looks(count: number, block: (i: number) => string): Promise<number> {
  const text = Array.from({ length: count }, (_, i) => block(i)).join('\n');
  const project = await readProject(mapReader(new Map([['main.tf', text]])), {}, '/', '/');
  const [root] = project.roots;
  assert.ok(root);
  assert.equal(root.module.providers.length, count);
  let counted = 0;
  const providers = new Proxy(root.module.providers, {
    get(target, name, receiver) {
      if (typeof name === 'string' && /^\d+$/.test(name)) counted += 1;
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  const module: Module = { ...root.module, providers: providers as readonly ProviderBlock[] };
  const watched: Root = { ...root, module, modules: root.modules.map(m => (m === root.module ? module : m)) };
  lintRoot(watched);
  return counted;
}

for (const [what, block] of [
  ['plain', (i: number) => `provider "aws" {\n  alias  = "a${i}"\n  region = "eu-central-1"\n}`],
  ['with keys', (i: number) => `provider "aws" {\n  alias = "a${i}"\n  access_key = var.a\n  secret_key = var.b\n}`],
  [
    'that assume roles',
    (i: number) =>
      `provider "aws" {\n  alias = "a${i}"\n  assume_role {\n    role_arn = "arn:aws:iam::123456789012:role/x"\n  }\n}`,
  ],
  [
    'of tagged configurations',
    (i: number) =>
      `provider "aws" {\n  alias = "a${i}"\n  ${i % 2 === 0 ? `shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["T${i}"].shared_config_file]` : 'region = "x"'}\n}`,
  ],
] as const) {
  test(`the work of the rules grows with the provider blocks (${what})`, async () => {
    const [small, big] = [await looks(50, block), await looks(100, block)];
    assert.ok(small > 50, 'the rules look at them');
    assert.ok(big < small * 2.5, `${small} looks at 50 blocks, ${big} at 100`);
  });
}

test('a chain of locals of any length is followed to its end', async () => {
  const count = 20_000;
  const links = Array.from({ length: count }, (_, i) => `  l${i} = local.l${i + 1}\n`).join('');
  const main = `locals {\n${links}  l${count} = "x"\n}\n\nprovider "aws" {\n  region     = local.l0\n  access_key = local.l0\n  profile    = local.l1\n}\n\nterraform {\n  cloud {\n    organization = local.l0\n  }\n}\n`;
  const project = await readProject(mapReader(new Map([['main.tf', main]])), {}, '/', '/');
  const [root] = project.roots;
  assert.ok(root);
  assert.ok(lintRoot(root).some(f => f.code === 'static-credentials'));
});
