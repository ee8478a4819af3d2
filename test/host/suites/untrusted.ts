import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, codesOf, diagnosticsOf, fileUri } from '../cases/editor';
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
    });
  });
