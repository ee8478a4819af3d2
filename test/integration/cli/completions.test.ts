import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { commands } from '../../../src/cli/commands';
import { completions, shells } from '../../../src/cli/completions';
import { installedShells } from '../../support/shells';

const folder = mkdtempSync(path.join(tmpdir(), 'completions-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const files = path.join(folder, 'files');
mkdirSync(path.join(files, 'two words'), { recursive: true });
writeFileSync(path.join(files, 'twofold.json'), '{}');

const found = installedShells(shell => completions(shell, commands), folder);
const formats = ['github', 'gitlab', 'json', 'junit', 'sarif', 'text'];

test('bash is among the shells that are asked', () => {
  assert.ok(found.some(shell => shell.name === 'bash'));
});

for (const { name, offers } of found)
  describe(`${name}, asked as by Tab`, () => {
    const at = (line: string): readonly string[] => offers(line, files);

    test('completes commands', () => {
      assert.deepEqual(at('tfc-oidc lint-'), ['lint-policy', 'lint-trust']);
      const all = at('tfc-oidc ');
      for (const command of commands) assert.ok(all.includes(command.name), command.name);
    });

    test('completes the options of the command that is typed, and of no other', () => {
      assert.deepEqual(at('tfc-oidc check --fa'), ['--fail-on']);
      // "plan" is a command, and here the word of an option.
      assert.deepEqual(at('tfc-oidc subject --phase plan --profi'), []);
      assert.deepEqual(at('tfc-oidc subject --phase plan --deploy'), ['--deployment']);
    });

    test('completes the words of an option, behind a space and behind "="', () => {
      assert.deepEqual(at('tfc-oidc check --format '), formats);
      assert.deepEqual(at('tfc-oidc check --fail-on '), ['error', 'never', 'warning']);
      assert.deepEqual(at('tfc-oidc check --format=g'), ['github', 'gitlab']);
      assert.deepEqual(at('tfc-oidc subject --organization tw'), []);
    });

    test('completes words that stand for themselves', () => {
      assert.deepEqual(at('tfc-oidc completions '), [...shells].sort());
      assert.deepEqual(at('tfc-oidc help lint-'), ['lint-policy', 'lint-trust']);
    });

    test('completes files, with blanks in their names', () => {
      const plain = (words: readonly string[]): readonly string[] => words.map(w => w.replace(/[\\/]/g, ''));
      assert.deepEqual(plain(at('tfc-oidc check tw')), ['two words', 'twofold.json']);
      assert.deepEqual(plain(at('tfc-oidc check --baseline tw')), ['two words', 'twofold.json']);
    });
  });
