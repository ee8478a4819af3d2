import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { activated, codesOf, diagnosticsOf, fileUri } from '../cases/editor';
import { commandIds } from '../../../src/vscode/contract';
import { freeCommands } from '../../support/freeCommands';
import { Person } from '../cases/person';
import { runMocha } from '../mochaRun';

export const run = (): Promise<unknown> =>
  runMocha(() => {
    before(activated);

    describe('in Restricted Mode', () => {
      it('the window is untrusted', () => assert.equal(vscode.workspace.isTrusted, false));

      it('code is linted', async () => {
        const uri = fileUri('payments', 'main.tf');
        await diagnosticsOf(uri, d => d.length === 1);
        assert.deepEqual(codesOf(uri), ['provider-profile']);
      });

      it('commands that read credentials or write are refused, and what stands behind them is not even loaded', async () => {
        const person = new Person();
        try {
          for (const id of commandIds.filter(c => !freeCommands.includes(c.replace('tfcOidc.', '')))) {
            const before = person.seen.length;
            await vscode.commands.executeCommand(id);
            const said = person.seen.slice(before).map(s => `${s.what}: ${s.text}`);
            assert.equal(said.length, 1, `${id}: ${said.join('\n')}`);
            assert.match(said[0] ?? '', /showErrorMessage: .*Restricted Mode/, id);
          }
        } finally {
          person.leave();
        }
        const loaded = Object.keys(require.cache).map(file => path.basename(file));
        assert.ok(loaded.includes('extension.js'), 'the extension runs from its bundle');
        assert.deepEqual(
          loaded.filter(file => /^(?:services|aws|cloudFormation)\.js$/.test(file)),
          [],
        );
      });

      it('tools for language models ask nobody', async () => {
        const { content } = await vscode.lm.invokeTool('tfcOidc_explainBinding', {
          input: { root: 'storefront' },
          toolInvocationToken: undefined,
        });
        assert.match(JSON.stringify(content), /not (?:been )?checked|unchecked|Restricted/i);
      });
    });
  });
