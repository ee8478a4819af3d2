import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { check } from '../../../src/cli/commands/check';
import { fixtureFolder } from '../../support/lintFixtures';
import { runCommand } from '../../support/runCommand';

/**
 * Every folder of test/fixtures/projects is checked, and its JSON compared with its expected.json.
 * `UPDATE_EXPECTED=1` writes the files anew; read the difference before you commit it.
 */
for (const name of readdirSync(fixtureFolder)) {
  test(`check of fixture ${name}`, async () => {
    const folder = path.join(fixtureFolder, name);
    const names = readdirSync(folder);
    const setup: unknown = names.includes('case.json')
      ? JSON.parse(readFileSync(path.join(folder, 'case.json'), 'utf8'))
      : {};
    const env =
      typeof setup === 'object' && setup !== null && 'env' in setup ? (setup.env as Record<string, string>) : {};
    const { out } = await runCommand(check, ['--format', 'json', folder], { cwd: folder, env });
    const expected = path.join(folder, 'expected.json');
    if (process.env['UPDATE_EXPECTED'] === '1') writeFileSync(expected, out);
    assert.deepEqual(JSON.parse(out), JSON.parse(readFileSync(expected, 'utf8')));
  });
}

test('there are at least 40 fixture projects, 25 of them nasty', () => {
  const names = readdirSync(fixtureFolder);
  assert.ok(names.length >= 40, `${names.length}`);
  assert.ok(names.filter(name => name.startsWith('nasty-')).length >= 25);
});
