import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FileReader } from '../../../src/core/host';
import { Analysis, type LintedRoot } from '../../../src/lint/analysis';
import { lintRoot } from '../../../src/lint/lint';
import { nodeFiles } from '../../../src/node/files';
import type { Root } from '../../../src/terraform/model';
import { readProject } from '../../../src/terraform/read';
import { fixtureFolder, fixtureNames } from '../../support/lintFixtures';
import { memoryFiles } from '../../support/memoryFiles';

const options = { ignore: () => false, severities: {} };
const nothing = (): void => undefined;

/** A root with everything that it says, its syntax trees included. */
const whole = (root: Root): unknown => ({
  ...root,
  // Their order is the order of the files; a map has none to compare.
  modules: root.modules.map(m => ({ ...m, variables: [...m.variables], locals: [...m.locals] })),
  module: root.modules.indexOf(root.module),
  lint: lintRoot(root),
});

async function expected(host: FileReader, folder: string): Promise<readonly unknown[]> {
  return (await readProject(host, {}, folder, folder)).roots.map(whole);
}

const actual = (roots: readonly LintedRoot[]): readonly unknown[] =>
  roots.map(({ root, findings }) => {
    const out = whole(root);
    // While something is half typed, what was found before stays (calm.test.ts).
    const isWhole = root.modules.every(m => m.files.every(f => f.parsed.problems.length === 0 && !f.parsed.recovered));
    if (isWhole) assert.deepEqual(findings, lintRoot(root));
    return out;
  });

test('a root that was let go comes back as it was: every fixture', async () => {
  for (const name of fixtureNames) {
    const folder = path.join(fixtureFolder, name);
    const analysis = new Analysis(nodeFiles, {}, folder, options);
    await analysis.readAll(nothing);
    assert.deepEqual(actual(analysis.roots), await expected(nodeFiles, folder), name);
    for (const [file, source] of analysis.files) assert.equal(source.path, file);
  }
});

const folders = ['a', 'a/m', 'b', 'c'];
const paths = folders.flatMap(f => [`/r/${f}/main.tf`, `/r/${f}/other.tf`]);
const content = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'terraform {\n  cloud {\n    organization = "acme"\n  }\n}\n',
        'provider "aws" {\n  access_key = "a"\n}\n',
        'resource "aws_s3_bucket" "b" {}\n',
        'resource "x" "y" {\n',
        'variable "v" {}\n',
      ),
      fc.constantFrom('./m', '../b', '../c', '../a').map(to => `module "m" {\n  source = "${to}"\n}\n`),
    ),
    { maxLength: 4 },
  )
  .map(parts => parts.join(''));

test('after each edit, what was read again is what reading everything finds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...paths), content, { minKeys: 1 }),
      fc.array(fc.tuple(fc.nat(), content), { minLength: 1, maxLength: 6 }),
      async (files, edits) => {
        const texts = { ...files };
        const host = memoryFiles(texts);
        const analysis = new Analysis(host, {}, '/r', options);
        await analysis.readAll(nothing);
        for (const [which, text] of edits) {
          const names = Object.keys(texts);
          const name = names[which % names.length] ?? '';
          texts[name] = text;
          await analysis.readChanged(new Set([name]));
          assert.deepEqual(actual(analysis.roots), await expected(host, '/r'));
          // A folder that only calls itself is no root: its files are nobody's.
          assert.ok([undefined, text].includes(analysis.files.get(name)?.text));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('an edit reads the roots that hold the file, and no other', async () => {
  const texts: Record<string, string> = {};
  for (let i = 0; i < 30; i++) texts[`/r/f${i}/main.tf`] = 'terraform {\n  cloud {}\n}\n';
  const files = memoryFiles(texts);
  const read: string[] = [];
  const analysis = new Analysis(
    { ...files, read: (file, max) => (read.push(file), files.read(file, max)) },
    {},
    '/r',
    options,
  );
  await analysis.readAll(nothing);
  const before = analysis.roots;
  read.length = 0;
  texts['/r/f7/main.tf'] += 'provider "aws" {\n  access_key = "a"\n}\n';
  await analysis.readChanged(new Set(['/r/f7/main.tf']));
  assert.deepEqual([...new Set(read.filter(file => file.endsWith('.tf')))], ['/r/f7/main.tf']);
  assert.equal(analysis.roots.filter((root, i) => root !== before[i]).length, 1);
  assert.ok(analysis.roots.some(r => r.findings.some(f => f.location.file === '/r/f7/main.tf')));
});

test('the first reading hands over what it has', async () => {
  const texts: Record<string, string> = {};
  for (let i = 0; i < 30; i++) texts[`/r/f${i}/main.tf`] = 'terraform {\n  cloud {}\n}\n';
  const analysis = new Analysis(memoryFiles(texts), {}, '/r', options);
  const counts: number[] = [];
  await analysis.readAll(roots => {
    counts.push(roots.length);
    assert.equal(analysis.roots, roots);
  });
  assert.deepEqual(
    counts,
    [...Array(30).keys()].map(i => i + 1),
  );
});

test('tfvars files of a folder of their own stay with their root when one of them changes', async () => {
  const files: Record<string, string> = {
    '/r/main.tf': 'variable "key" {}\n',
    '/r/own.tfvars': 'key = "a"\n',
    '/r/env/prod.tfvars': 'key = "AKIAQWERTYUIOPASDFGH"\n',
  };
  const analysis = new Analysis(memoryFiles(files), {}, '/r', options);
  await analysis.readAll(nothing);
  assert.deepEqual(actual(analysis.roots), await expected(memoryFiles(files), '/r'));
  files['/r/env/prod.tfvars'] = 'key = "b"\n';
  await analysis.readChanged(new Set(['/r/env/prod.tfvars']));
  assert.deepEqual(actual(analysis.roots), await expected(memoryFiles(files), '/r'));
  assert.deepEqual(analysis.roots[0]?.findings, []);
});
