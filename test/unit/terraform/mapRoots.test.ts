import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { FileReader } from '../../../src/core/host';
import { lintRoot } from '../../../src/lint/lint';
import { nodeFiles } from '../../../src/node/files';
import type { ProjectProblem, Root } from '../../../src/terraform/model';
import { mapRoots, readProject } from '../../../src/terraform/read';
import { fixtureFolder, fixtureNames } from '../../support/lintFixtures';
import { memoryFiles } from '../../support/memoryFiles';

/** What surfaces show of a root. */
const summary = (root: Root): unknown => ({
  dir: root.dir,
  dialect: root.dialect,
  cloud: root.cloud.kind,
  organization: root.cloud.organization,
  modules: root.modules.map(m => [m.dir, m.files.map(f => f.path), m.resources.length, [...m.variables.keys()]]),
  tfvars: root.tfvars.map(t => [t.file.path, t.name]),
  problems: root.problems,
  findings: lintRoot(root),
});

/** Reading root by root, with what isn't needed forgotten, is the same as reading everything at once. */
async function law(host: FileReader, folder: string): Promise<readonly unknown[]> {
  const whole = await readProject(host, {}, folder, folder);
  const problems: ProjectProblem[] = [];
  const options = { problem: (p: ProjectProblem) => void problems.push(p) };
  const streamed: unknown[] = [];
  for await (const root of mapRoots(host, {}, folder, folder, options, summary)) streamed.push(root);
  assert.deepEqual(streamed, whole.roots.map(summary));
  assert.deepEqual(problems, whole.problems);
  return streamed;
}

test('every fixture, alone and all together', async () => {
  for (const name of fixtureNames) await law(nodeFiles, path.join(fixtureFolder, name));
  assert.ok((await law(nodeFiles, fixtureFolder)).length >= fixtureNames.length);
});

const blocks = {
  cloud: 'terraform {\n  cloud {\n    organization = "acme"\n  }\n}\n',
  provider: 'provider "aws" {\n  access_key = "a"\n}\n',
  broken: 'resource "x" "y" {\n',
  comment: '# terraform cloud module source\n',
  resource: 'resource "aws_s3_bucket" "b" {}\n',
};
const folders = ['a', 'a/b', 'a-b', 'c', 'c/modules/m', 'd'];
const content = fc.array(
  fc.oneof(
    fc.constantFrom(...Object.values(blocks)),
    fc
      .tuple(fc.constantFrom('./', '../'), fc.constantFrom(...folders, 'b', 'modules/m', '..'))
      .map(([up, to]) => `module "m" {\n  source = "${up}${to}"\n}\n`),
  ),
  { maxLength: 4 },
);

test('trees of roots, modules, circles and broken files', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom(...folders.flatMap(f => [`/r/${f}/main.tf`, `/r/${f}/other.tf`])), content),
      async files => {
        const texts = Object.fromEntries(Object.entries(files).map(([name, parts]) => [name, parts.join('')]));
        await law(memoryFiles(texts), '/r');
      },
    ),
    { numRuns: 300 },
  );
});

test('a root is handed over while later folders are still unread', async () => {
  const files = memoryFiles(
    Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`/r/f${String(i).padStart(2, '0')}/main.tf`, blocks.cloud]),
    ),
  );
  let read = 0;
  const counting: FileReader = { ...files, read: (file, max) => (read++, files.read(file, max)) };
  for await (const dir of mapRoots(counting, {}, '/r', '/r', {}, root => root.dir)) {
    assert.equal(dir, '/r/f00');
    break;
  }
  assert.ok(read < 20, `${read} files were read for the first root`);
});

test('a module that many roots share is parsed for few of them, and roots are let go', async () => {
  const texts: Record<string, string> = { '/r/m/main.tf': 'variable "x" {}\n' };
  for (let i = 0; i < 40; i++) texts[`/r/f${i}/main.tf`] = `${blocks.cloud}module "m" {\n  source = "../m"\n}\n`;
  const parsed = new Map<string, number>();
  const cache = {
    get: () => undefined,
    set: (file: string) => void parsed.set(file, (parsed.get(file) ?? 0) + 1),
  };
  let roots = 0;
  for await (const root of mapRoots(memoryFiles(texts), {}, '/r', '/r', { cache }, r => r.modules.length)) {
    assert.equal(root, 2);
    roots++;
  }
  assert.equal(roots, 40);
  assert.deepEqual(
    [...parsed].filter(([file, times]) => times > (file === '/r/m/main.tf' ? 2 : 1)),
    [],
  );
});

test('cancelling stops the reading', async () => {
  const files = memoryFiles(
    Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`/r/f${i}/main.tf`, blocks.cloud])),
  );
  const controller = new AbortController();
  const seen: string[] = [];
  await assert.rejects(async () => {
    for await (const dir of mapRoots(files, {}, '/r', '/r', { signal: controller.signal }, root => root.dir)) {
      seen.push(dir);
      controller.abort();
    }
  }, /abort/i);
  assert.ok(seen.length < 30);
});
