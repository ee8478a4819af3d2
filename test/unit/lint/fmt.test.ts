import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { applyToFile } from '../../../src/lint/edits/fixes';
import { chosenFix, fixAllEdits } from '../../../src/lint/fixAll';
import { lintProject } from '../../../src/lint/lint';
import { filesOf, fixtureNames, fixtureTexts, projectOf } from '../../support/lintFixtures';

/** What `terraform fmt` makes of a text; nothing where it can't read it or is not installed. */
function formatted(text: string): string | undefined {
  const run = spawnSync('terraform', ['fmt', '-'], { input: text, encoding: 'utf8' });
  return run.status === 0 ? run.stdout : undefined;
}

const installed = formatted('a = 1\n') !== undefined;

test(
  'files that terraform fmt had nothing to say about stay that way after "fix all"',
  {
    skip: installed ? false : 'terraform is not installed',
  },
  async () => {
    let compared = 0;
    for (const name of fixtureNames) {
      const texts = await fixtureTexts(name);
      const project = await projectOf(texts);
      const files = filesOf(project);
      const edits = fixAllEdits(
        files,
        lintProject(project).flatMap(f => chosenFix(f, false) ?? []),
      );
      for (const file of files) {
        if (file.syntax !== 'hcl' || !edits.some(e => e.file === file.path)) continue;
        if (formatted(file.text) !== file.text) continue;
        const after = applyToFile(file, edits);
        assert.equal(after, formatted(after), `${name}: ${file.path}`);
        compared++;
      }
    }
    assert.ok(compared >= 15, `${compared} files were compared`);
  },
);
