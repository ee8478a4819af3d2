import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { undo } from '../../../src/cli/commands/undo';
import { runCommand } from '../../support/runCommand';

test('where nothing was written nobody is asked for an account', async t => {
  const home = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-undo-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  for (const args of [[], ['--yes'], ['--workspace', 'prod', '--yes']]) {
    const { code, out } = await runCommand(undo, args, { cwd: home, env: { HOME: home } });
    assert.deepEqual([code, out], [0, 'There is nothing to undo.\n'], args.join(' '));
  }
});
