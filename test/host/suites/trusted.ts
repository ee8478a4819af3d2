import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commandIds } from '../../../src/vscode/contract';
import { agentToolIds, editorName } from '../../../src/binding/agents/toolIds';
import { actionsAt, activated, codesOf, diagnosticsOf, fileUri } from '../cases/editor';
import { fakePanel } from '../cases/panel';
import { Person } from '../cases/person';
import { rules } from '../../../src/lint/table';
import { trustJudge } from '../../../src/binding/checks/judge';
import { runChecks } from '../../../src/binding/checks/table';
import type { PageState } from '../../../src/board/page/messages';
import type { BindingStore } from '../../../src/vscode/board/bindingStore';
import { Pages } from '../../../src/vscode/page/pages';
import type { ProjectStore } from '../../../src/vscode/projectStore';
import { healthy } from '../../support/binding/world';
import { runMocha } from '../mochaRun';

interface Manifest {
  contributes: { commands: { command: string }[] };
}

export const run = (): Promise<unknown> =>
  runMocha(() => {
    before(activated);

    describe('manifest', () => {
      it('declares exactly the commands that are registered', async () => {
        const extension = await activated();
        const declared = (extension.packageJSON as Manifest).contributes.commands.map(c => c.command).sort();
        assert.deepEqual(declared, [...commandIds].sort());
        const known = await vscode.commands.getCommands(true);
        for (const id of commandIds) assert.ok(known.includes(id), `${id} is not registered`);
      });
    });

    describe('tools for language models', () => {
      const ask = async (name: string, input: object): Promise<string> => {
        const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
        return result.content.map(part => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
      };

      it('are there, say what is in the project, and hold no value of a key', async () => {
        const names = vscode.lm.tools.map(tool => tool.name);
        for (const name of agentToolIds.map(editorName))
          assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
        assert.match(
          await ask('tfcOidc_inspectProject', {}),
          /Root storefront:\n- cloud block on app\.terraform\.io, organization acme/,
        );
        const found = await ask('tfcOidc_lint', { root: 'storefront' });
        assert.match(found, /error static-credentials at storefront\/main\.tf:/);
        assert.doesNotMatch(found, /AKIAIOSFODNN7EXAMPLE|wJalrXUtnFEMI/);
        assert.match(await ask('tfcOidc_lint', { root: 'nowhere' }), /There is no Terraform root "nowhere"/);
      });
    });

    describe('diagnostics', () => {
      const main = fileUri('storefront', 'main.tf');

      it('appear for a file that was never opened', async () => {
        const found = await diagnosticsOf(main, d => d.length >= 2);
        assert.deepEqual(codesOf(main), ['static-credentials', 'static-credentials']);
        const [first] = found;
        assert.ok(first);
        assert.equal(first.severity, vscode.DiagnosticSeverity.Error);
        assert.match(
          typeof first.code === 'object' ? first.code.target.toString() : '',
          /docs\/rules\.md#static-credentials$/,
        );
        assert.deepEqual(first.tags, [vscode.DiagnosticTag.Unnecessary]);
        assert.ok((first.relatedInformation ?? []).length > 0, 'the variable that feeds the key is not named');
      });

      it('never hold the value of a key', async () => {
        const tfvars = fileUri('storefront', 'terraform.tfvars');
        const all = vscode.languages.getDiagnostics().flatMap(([, d]) => d);
        assert.doesNotMatch(JSON.stringify(all), /AKIA|wJalr/);
        assert.deepEqual(codesOf(tfvars), []);
      });

      it('follow typing, unsaved, and vanish with undo', async () => {
        const network = fileUri('network', 'main.tf');
        const editor = await vscode.window.showTextDocument(network);
        const place = editor.document.getText().indexOf('region =');
        await editor.edit(b => b.insert(editor.document.positionAt(place), 'profile = "x"\n  '));
        await diagnosticsOf(network, d => d.length === 1);
        assert.deepEqual(codesOf(network), ['provider-profile']);
        await vscode.commands.executeCommand('undo');
        await diagnosticsOf(network, d => d.length === 0);
        assert.equal(editor.document.isDirty, false);
      });

      it('keep seeing the rest of a file while a block is half typed', async () => {
        const payments = fileUri('payments', 'main.tf');
        const editor = await vscode.window.showTextDocument(payments);
        await diagnosticsOf(payments, d => d.length === 1);
        await editor.edit(b =>
          b.insert(new vscode.Position(0, 0), 'resource "aws_s3_bucket" "half" {\n  bucket = "\n\n'),
        );
        const found = await diagnosticsOf(payments, d => d.some(x => x.range.start.line > 10));
        assert.equal(found.length, 1);
        await vscode.commands.executeCommand('undo');
        await diagnosticsOf(payments, d => d.length === 1 && (d[0]?.range.start.line ?? 99) < 14);
      });

      it('obey the severity setting, and go when the rule is off', async () => {
        const payments = fileUri('payments', 'main.tf');
        const settings = vscode.workspace.getConfiguration('tfcOidc');
        await settings.update('rules', { 'provider-profile': 'warning' }, vscode.ConfigurationTarget.Workspace);
        await diagnosticsOf(payments, d => d[0]?.severity === vscode.DiagnosticSeverity.Warning);
        await settings.update('rules', { 'provider-profile': 'off' }, vscode.ConfigurationTarget.Workspace);
        await diagnosticsOf(payments, d => d.length === 0);
        await settings.update('rules', undefined, vscode.ConfigurationTarget.Workspace);
        await diagnosticsOf(payments, d => d.length === 1);
      });

      it('vanish with their file', async () => {
        const uri = fileUri('network', 'extra.tf');
        await vscode.workspace.fs.writeFile(
          uri,
          Buffer.from('provider "aws" {\n  alias = "x"\n  region = "eu-west-1"\n  profile = "x"\n}\n'),
        );
        await diagnosticsOf(uri, d => d.length === 1);
        await vscode.workspace.fs.delete(uri);
        await diagnosticsOf(uri, d => d.length === 0);
      });
    });

    describe('the doctor’s page of a former window', () => {
      const kept = { kind: 'doctor', root: 'file:///w/shop', workspace: 'shop' } as const;
      const known = (value: string): object => ({ state: 'known', value, source: { kind: 'config' } });
      const analysed = {
        root: { dir: kept.root, cloud: { hostname: known('app.terraform.io'), organization: known('acme') } },
      };
      const place = { hostname: 'app.terraform.io', organization: 'acme', workspace: 'shop' };
      const checked = { ...place, facts: healthy, source: undefined, checks: runChecks(healthy, trustJudge) };

      /** A window in which `read` is what the workspace is read by, and a panel as VS Code hands it over. */
      async function restored(read: () => Promise<readonly (typeof checked)[]>, state: PageState = kept) {
        const drawn: string[] = [];
        const { panel, isDisposed } = fakePanel('', html => drawn.push(html));
        const store = { ready: true, all: () => [analysed] } as unknown as ProjectStore;
        const bindings = { checkPlaces: read, chosenAccount: undefined } as unknown as BindingStore;
        const commands = { fixCheck: () => Promise.resolve(), chooseProfile: () => Promise.resolve() };
        const pages = new Pages(vscode.Uri.file('/x'), store, bindings, {} as never);
        const done = pages.restore(panel, state, commands);
        return { drawn, done, isDisposed };
      }

      it('says that it reads, and has no button before that is done', async () => {
        let answer: ((read: readonly (typeof checked)[]) => void) | undefined;
        const { drawn, done } = await restored(() => new Promise(resolve => (answer = resolve)));
        assert.match(drawn.at(-1) ?? '', /Doctor for acme\/shop[\s\S]*Reading everything again/);
        assert.doesNotMatch(drawn.join(''), /<vscode-button/);
        answer?.([checked]);
        await done;
        assert.match(drawn.at(-1) ?? '', /<vscode-button[^>]*data-action="profile"/);
        assert.doesNotMatch(drawn.at(-1) ?? '', /What AWS received/);
      });

      it('is closed where its root is gone, and where nothing can be read', async () => {
        const gone = await restored(() => Promise.resolve([checked]), { ...kept, root: 'file:///w/other' });
        await gone.done;
        assert.equal(gone.isDisposed(), true);
        const unread = await restored(() => Promise.reject(new Error('stopped')));
        await assert.rejects(unread.done, /stopped/);
        assert.equal(unread.isDisposed(), true);
      });
    });

    it('a role’s name leads to the resource that makes it in another file', async () => {
      const [roles, use] = [fileUri('network', 'roles.tf'), fileUri('network', 'use.tf')];
      await vscode.workspace.fs.writeFile(roles, Buffer.from('\nresource "aws_iam_role" "ci" {\n  name = "ci"\n}\n'));
      const text = 'resource "tfe_variable" "r" {\n  value = "arn:aws:iam::123456789012:role/ci"\n}\n';
      await vscode.workspace.fs.writeFile(use, Buffer.from(text));
      await vscode.commands.executeCommand('tfcOidc.refresh');
      const links = await vscode.commands.executeCommand<vscode.LocationLink[]>(
        'vscode.executeDefinitionProvider',
        use,
        new vscode.Position(1, 40),
      );
      assert.deepEqual(
        links.map(l => [l.targetUri.path.split('/').at(-1), l.targetRange.start.line]),
        [['roles.tf', 1]],
      );
      for (const uri of [roles, use]) await vscode.workspace.fs.delete(uri);
    });

    describe('code actions', () => {
      it('offer the move first, and the fix, which removes exactly its finding', async () => {
        const uri = fileUri('storefront', 'main.tf');
        const document = await vscode.workspace.openTextDocument(uri);
        await vscode.window.showTextDocument(document);
        const [first] = await diagnosticsOf(uri, d => d.length === 2);
        assert.ok(first);
        const actions = await actionsAt(document, first.range);
        const titles = actions.map(a => a.title);
        assert.ok(
          titles.some(t => /^Remove .*access_key/.test(t)),
          titles.join(', '),
        );
        assert.ok(titles.includes('Move to TFC OIDC…'), titles.join(', '));
        // No role is proven yet: what takes the last credentials away is neither preferred nor part of fix all.
        assert.ok(!titles.includes('Fix all TFC OIDC findings in this file'), titles.join(', '));
        assert.equal(actions.find(a => a.title === 'Move to TFC OIDC…')?.isPreferred, true);
        const fix = actions.find(a => /^Remove .*access_key/.test(a.title));
        assert.ok(fix?.edit);
        assert.notEqual(fix.isPreferred, true);
        await vscode.workspace.applyEdit(fix.edit);
        assert.doesNotMatch(document.getText(), /access_key = var/);
        assert.match(document.getText(), /secret_key = var/);
        await diagnosticsOf(uri, d => d.length === 1);
        await vscode.commands.executeCommand('undo');
        await diagnosticsOf(uri, d => d.length === 2);
      });

      it('fix all as a source action takes no credentials away', async () => {
        const uri = fileUri('storefront', 'main.tf');
        const document = await vscode.workspace.openTextDocument(uri);
        assert.deepEqual(await actionsAt(document, new vscode.Range(0, 0, 0, 0), 'source.fixAll.tfcOidc'), []);
      });

      it('respect the kinds that are asked for', async () => {
        const uri = fileUri('payments', 'main.tf');
        const document = await vscode.workspace.openTextDocument(uri);
        const [first] = await diagnosticsOf(uri, d => d.length === 1);
        assert.ok(first);
        const refactor = await vscode.commands.executeCommand<vscode.CodeAction[]>(
          'vscode.executeCodeActionProvider',
          uri,
          first.range,
          'refactor',
        );
        assert.deepEqual(
          refactor.filter(a => /TFC OIDC|Remove/.test(a.title)),
          [],
        );
        assert.ok(document.uri);
      });
    });

    describe('the page of a rule', () => {
      const open = (): readonly string[] =>
        vscode.window.tabGroups.all
          .flatMap(group => group.tabs.map(tab => tab.label))
          .filter(l => l.includes('rules.md'));
      /** The tab of the preview comes after its command. */
      const opened = (): Promise<readonly string[]> =>
        new Promise(resolve => {
          if (open().length > 0) {
            resolve(open());
            return;
          }
          const subscription = vscode.window.tabGroups.onDidChangeTabs(() => {
            if (open().length === 0) return;
            subscription.dispose();
            resolve(open());
          });
        });
      const close = async (): Promise<void> => {
        for (const group of vscode.window.tabGroups.all)
          await vscode.window.tabGroups.close(group.tabs.filter(tab => tab.label.includes('rules.md')));
      };

      it('opens from the package, as the preview of its document', async () => {
        await vscode.commands.executeCommand('tfcOidc.explainRule', 'missing-region');
        assert.deepEqual(await opened(), ['Preview rules.md']);
        await close();
      });

      it('is asked for where no rule is named, by titles too, and nothing opens where none is chosen', async () => {
        const person = new Person();
        try {
          let offered: readonly string[] = [];
          person.answer = ({ labels }) => {
            offered = labels;
            return 'hard-coded-key';
          };
          await vscode.commands.executeCommand('tfcOidc.explainRule');
          assert.deepEqual(
            offered,
            rules.map(rule => rule.code),
          );
          assert.deepEqual(await opened(), ['Preview rules.md']);
          await close();
        } finally {
          person.leave();
        }
        const { showQuickPick } = vscode.window;
        Object.assign(vscode.window, { showQuickPick: () => Promise.resolve(undefined) });
        try {
          await vscode.commands.executeCommand('tfcOidc.explainRule', 'no-such-rule');
        } finally {
          Object.assign(vscode.window, { showQuickPick });
        }
        assert.deepEqual(open(), []);
      });

      it('is shown as text, at the rule, where the preview of VS Code is off', async () => {
        const { commands } = vscode;
        const execute = commands.executeCommand;
        Object.assign(commands, {
          executeCommand: (id: string, ...rest: readonly unknown[]) =>
            id === 'markdown.showPreview' ? Promise.reject(new Error('command not found')) : execute(id, ...rest),
        });
        try {
          await execute('tfcOidc.explainRule', 'web-identity');
        } finally {
          Object.assign(commands, { executeCommand: execute });
        }
        const editor = vscode.window.activeTextEditor;
        assert.ok(editor);
        assert.ok(editor.document.uri.path.endsWith('/docs/rules.md'));
        assert.equal(editor.document.lineAt(editor.selection.active.line).text, '## web-identity');
        await close();
      });
    });

    describe('trust policies', () => {
      it('in JSON files are linted, with a fix', async () => {
        const uri = fileUri('payments', 'trust-policy.json');
        const document = await vscode.workspace.openTextDocument(uri);
        await vscode.window.showTextDocument(document);
        const [found] = await diagnosticsOf(uri, d => d.length === 1);
        assert.ok(found);
        assert.deepEqual(codesOf(uri), ['blank-project']);
        const actions = await actionsAt(document, found.range, 'quickfix');
        const fix = actions.find(a => /Default Project/.test(a.title));
        assert.ok(fix?.edit);
        await vscode.workspace.applyEdit(fix.edit);
        await diagnosticsOf(uri, d => d.length === 0);
        await vscode.commands.executeCommand('workbench.action.files.revert');
      });
    });
  });
