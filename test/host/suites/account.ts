import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { desiredBinding, type BindingChoices } from '../../../src/binding/desired/choices';
import { readJournals, unfinished } from '../../../src/binding/journal/journal';
import { journalFolder, stateFolder } from '../../../src/binding/journal/folder';
import { withLock } from '../../../src/binding/journal/lock';
import { prepareBinding, type PreparedBinding, subjectOf } from '../../../src/binding/plan/prepare';
import { unwrap } from '../../../src/core/problem';
import {
  defaultAudience,
  defaultHostname,
  organizationName,
  projectName,
  workspaceName,
} from '../../../src/oidc/names';
import { openProfile, profileChoices } from '../../../src/vscode/aws';
import { readProject } from '../../../src/terraform/read';
import { BindingChecker } from '../../../src/vscode/board/bindingChecker';
import { BindingStore } from '../../../src/vscode/board/bindingStore';
import { journalsOf } from '../../../src/vscode/binding/journals';
import { type Choices, onlyGathered, withoutProject } from '../../../src/vscode/configure/choices';
import { readWorkspaces } from '../../../src/vscode/configure/workspaces';
import { VscodeUi } from '../../../src/vscode/configure/editorUi';
import { belowNotification, useCaseServices } from '../../../src/vscode/configure/services';
import { editorSurface } from '../../../src/vscode/configure/surface';
import type { SetupEvent } from '../../../src/binding/setup';
import { writeJournaled } from '../../../src/binding/setup/journaledRun';
import { nodeFiles } from '../../../src/node/files';
import { thisProcess } from '../../../src/node/thisProcess';
import type { AnalysedRoot } from '../../../src/vscode/projectStore';
import { HcpConnections } from '../../../src/vscode/hcp';
import { Hovers } from '../../../src/vscode/language/hovers';
import { PolicyValidation } from '../../../src/vscode/language/policyValidation';
import { ExtensionLog } from '../../../src/vscode/log';
import { exampleKey, staticProfile, writeProfiles } from '../../support/aws/profiles';
import { AwsServer } from '../../support/aws/server';
import { HcpServer } from '../../support/hcp/server';
import { activated } from '../cases/editor';
import { runMocha } from '../mochaRun';
import * as fs from 'node:fs/promises';

/** A secret storage that holds nothing. */
function noSecrets(): vscode.SecretStorage {
  return {
    store: () => Promise.resolve(),
    get: () => Promise.resolve(undefined),
    delete: () => Promise.resolve(),
    keys: () => Promise.resolve([]),
    onDidChange: new vscode.EventEmitter<vscode.SecretStorageChangeEvent>().event,
  } as vscode.SecretStorage;
}

/** The account side inside the extension host: VS Code's own Node, its progress, its storage. */
export const run = (): Promise<unknown> =>
  runMocha(() => {
    let server: AwsServer;
    let home: string;
    let env: Record<string, string>;

    before(async () => {
      await activated();
      server = await new AwsServer().start();
      server.addAccount('123456789012', { partition: 'aws', alias: 'acme', accessKeyId: exampleKey });
      home = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
      const { config, credentials } = staticProfile(server.url, { name: 'acme-prod', region: 'eu-central-1' });
      env = writeProfiles(home, config, credentials);
    });
    after(async () => {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    });

    const binding = (): BindingChoices => ({
      hostname: defaultHostname,
      identities: [
        {
          kind: 'workspace',
          organization: unwrap(organizationName('acme')),
          project: unwrap(projectName('Default Project')),
          workspace: unwrap(workspaceName('prod')),
        },
      ],
      accountId: '123456789012',
      partition: 'aws',
      audience: defaultAudience,
      roles: 'separate',
      path: '/',
      names: {},
      policies: {},
    });

    // One for all: VS Code closes a channel together with the next one of its name.
    const log = new ExtensionLog();
    after(() => log.dispose());

    describe('AWS account', () => {
      it('profiles are listed by name and kind, without their keys', async () => {
        const items = await profileChoices(env);
        assert.deepEqual(
          items.map(i => i.label),
          ['acme-prod'],
        );
        assert.doesNotMatch(JSON.stringify(items), /AKIA|wJalr/);
      });

      const write = (prepared: PreparedBinding, events: SetupEvent[]): ReturnType<typeof writeJournaled> => {
        const ui = new VscodeUi();
        const journals = journalsOf(vscode.Uri.file(path.join(home, 'storage')), env);
        const connections = new HcpConnections(noSecrets(), nodeFiles, env);
        return writeJournaled(
          {
            stage: 'write',
            subject: subjectOf(prepared.choices),
            title: 'Set up',
            workspaces: ['acme/prod'],
            changes: prepared.plan.changes,
            opened: prepared,
            seen: undefined,
            goOn: false,
          },
          useCaseServices({ journals, connections, env }, belowNotification(ui)),
          editorSurface(ui, { accountConfirmed: true }, event => void events.push(event)),
        );
      };

      it('a setup is applied, journaled without secrets, found complete, and made whole again', async () => {
        const opened = await openProfile({ name: 'acme-prod' }, env);
        assert.equal(opened.caller.accountId, '123456789012');
        assert.equal(opened.alias, 'acme');
        const signal = new AbortController().signal;
        const options = { adopt: false, ownedByCode: [] };
        const prepared = unwrap(await prepareBinding(opened, binding(), options, signal));
        assert.equal(prepared.plan.changes.length, 3);
        const events: SetupEvent[] = [];
        const result = await write(prepared, events);
        assert.equal(result.state, 'complete');
        assert.equal(events.filter(e => e.id === 'change' && e.progress.state === 'done').length, 3);
        const again = unwrap(await prepareBinding(opened, binding(), options, signal));
        assert.deepEqual(again.plan.changes, []);
        const folder = stateFolder(env, home, path);
        const written = readdirSync(folder)
          .map(name => readFileSync(path.join(folder, name), 'utf8'))
          .join('');
        assert.doesNotMatch(written, /AKIA|wJalr/);
        const journal = await readJournals(journalFolder(fs, folder, path.join));
        assert.deepEqual(
          journal.map(r => r.state),
          ['complete'],
        );
        assert.equal(unfinished(journal, subjectOf(again.choices)), undefined);
      });

      it('a binding is read from HCP Terraform and the account, and nothing is asked before', async () => {
        const hcp = await HcpServer.start();
        try {
          hcp.state.organization('acme');
          const workspace = hcp.state.workspace('acme', 'prod');
          hcp.state.variable(workspace, 'AWS_ACCESS_KEY_ID', exampleKey);
          const dir = path.join(home, 'project');
          await fs.mkdir(dir);
          await fs.writeFile(
            path.join(dir, 'main.tf'),
            `terraform {\n  cloud {\n    hostname     = "${hcp.hostname}"\n    organization = "acme"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n`,
          );
          const [root] = (await readProject(nodeFiles, {}, dir, dir)).roots;
          const [folder] = vscode.workspace.workspaceFolders ?? [];
          assert.ok(root && folder);
          const stored = new Map<string, unknown>();
          const memento = {
            get: (key: string, fallback?: unknown) => stored.get(key) ?? fallback,
            update: (key: string, value: unknown) => Promise.resolve(void stored.set(key, value)),
            keys: () => [...stored.keys()],
          } as vscode.Memento;
          const connections = new HcpConnections(noSecrets(), nodeFiles, {
            ...env,
            [`TF_TOKEN_${hcp.hostname}`]: hcp.token,
          });
          const bindings = new BindingStore(() =>
            Promise.resolve(
              new BindingChecker(
                connections,
                memento,
                journalsOf(vscode.Uri.file(path.join(home, 'storage')), env),
                env,
                nodeFiles,
                fetch,
              ),
            ),
          );
          assert.deepEqual(hcp.seen, []);
          const analysed = { folder, root, findings: [] };
          await bindings.check([analysed]);
          const checks = bindings.of(analysed)?.workspaces[0]?.checks ?? [];
          assert.equal(checks.find(c => c.id === 'workspace-readable')?.state, 'ok');
          assert.equal(checks.find(c => c.id === 'no-static-credentials')?.state, 'wrong');
          assert.equal(JSON.stringify(checks).includes(exampleKey), false);
          // On a subject of another project the hover shows both, with the segment that differs marked.
          const subject = 'organization:acme:project:Shop:workspace:prod:run_phase:plan';
          const trust = await vscode.workspace.openTextDocument({
            language: 'json',
            content: `{ "sub": "${subject}" }`,
          });
          const hovers = new Hovers({ all: () => [analysed] }, bindings);
          const hover = await hovers.provideHover(trust, trust.positionAt(trust.getText().indexOf('Shop')));
          hovers.dispose();
          const lines = (hover?.contents ?? [])
            .map(c => (typeof c === 'string' ? c : c.value))
            .join('\n')
            .split('\n');
          const at = lines.findIndex(line => line.startsWith('trusted') && line.includes(subject));
          const [sent = '', marks = ''] = lines.slice(at + 1);
          assert.match(sent, /^sent +organization:acme:project:Default Project:workspace:prod:/, lines.join('\n'));
          assert.equal(marks.indexOf('^'), sent.indexOf('Default Project'), lines.join('\n'));
          assert.deepEqual(hcp.violations, []);
          bindings.dispose();
        } finally {
          await hcp.close();
        }
      });

      it('the workspaces of the wizard are checked by their own names, and no list is read for them', async () => {
        const hcp = await HcpServer.start();
        try {
          hcp.state.organization('acme');
          for (let i = 0; i < 25; i++) hcp.state.workspace('acme', `ws-${i}`).tags.push('prod');
          const [folder] = vscode.workspace.workspaceFolders ?? [];
          assert.ok(folder);
          const roots = new Map<string, AnalysedRoot>();
          for (const [name, text] of [
            [
              'many',
              `terraform {\n  cloud {\n    hostname     = "${hcp.hostname}"\n    organization = "acme"\n    workspaces {\n      tags = ["prod"]\n    }\n  }\n}\n`,
            ],
            ['none', 'resource "terraform_data" "x" {}\n'],
          ] as const) {
            const dir = path.join(home, name);
            await fs.mkdir(dir);
            await fs.writeFile(path.join(dir, 'main.tf'), text);
            const [root] = (await readProject(nodeFiles, {}, dir, dir)).roots;
            assert.ok(root);
            roots.set(name, { folder, root, findings: [] });
          }
          const memento = {
            get: (_: string, other?: unknown) => other,
            update: () => Promise.resolve(),
            keys: () => [],
          };
          const connections = new HcpConnections(noSecrets(), nodeFiles, {
            ...env,
            [`TF_TOKEN_${hcp.hostname}`]: hcp.token,
          });
          const checker = new BindingChecker(
            connections,
            memento as unknown as vscode.Memento,
            journalsOf(vscode.Uri.file(path.join(home, 'storage')), env),
            env,
            nodeFiles,
            fetch,
          );
          const bindings = new BindingStore(() => Promise.resolve(checker));
          const place = { hostname: hcp.hostname, organization: 'acme', workspace: 'ws-24' };
          for (const [name, root] of roots) {
            const [checked] = await bindings.checkPlaces(root, [place]);
            assert.equal(checked?.checks.find(c => c.id === 'workspace-readable')?.state, 'ok', name);
            assert.deepEqual(bindings.of(root)?.names, ['ws-24']);
            assert.equal(
              hcp.seen.some(r => r.path.endsWith('/organizations/acme/workspaces')),
              false,
            );
          }
          // Another check lists what there is, and looks again at what was opened.
          const [many, none] = [...roots.values()];
          assert.ok(many && none);
          await bindings.check([many, none]);
          assert.equal(bindings.of(many)?.names.length, 25);
          assert.deepEqual(
            bindings.of(many)?.workspaces.map(w => w.workspace),
            ['ws-24'],
          );
          assert.deepEqual(
            bindings.of(none)?.workspaces.map(w => w.workspace),
            ['ws-24'],
          );
          // Code that is for another workspace is not called checked, and comes back with what it was.
          const edited = async (selector: string): Promise<AnalysedRoot> => {
            const dir = many.root.dir;
            const cloud = `hostname = "${hcp.hostname}"\n    organization = "acme"\n    ${selector}`;
            await fs.writeFile(path.join(dir, 'main.tf'), `terraform {\n  cloud {\n    ${cloud}\n  }\n}\n`);
            const [root] = (await readProject(nodeFiles, {}, dir, dir)).roots;
            assert.ok(root);
            return { folder, root, findings: [] };
          };
          for (const [selector, names] of [
            ['workspaces {\n name = "ws-3"\n }', undefined],
            ['', undefined],
            ['workspaces {\n name = "ws-24"\n }', 25],
            ['workspaces {\n tags = ["other"]\n }', undefined],
            ['workspaces {\n tags = ["prod"]\n }', 25],
          ] as const) {
            const now = await edited(selector);
            await bindings.useCode([now, none]);
            assert.equal(bindings.of(now)?.names.length, names, selector);
            assert.equal(bindings.checksOf(now).length > 0, names !== undefined, selector);
          }
          assert.equal(bindings.of(none)?.workspaces.length, 1);
          bindings.dispose();
        } finally {
          await hcp.close();
        }
      });

      it('a workspace that cannot be read takes nothing from its neighbours, and only its project is asked for', async () => {
        const hcp = await HcpServer.start();
        try {
          hcp.state.organization('acme');
          const platform = hcp.state.project('acme', 'Platform');
          hcp.state.workspace('acme', 'web', { projectId: platform.id });
          hcp.state.workspace('acme', 'closed', { projectId: platform.id, mayReadVariables: false });
          const dir = path.join(home, 'neighbours');
          await fs.mkdir(dir);
          await fs.writeFile(
            path.join(dir, 'main.tf'),
            `terraform {\n  cloud {\n    hostname     = "${hcp.hostname}"\n    organization = "acme"\n    workspaces {\n      tags = ["app"]\n    }\n  }\n}\n`,
          );
          const [root] = (await readProject(nodeFiles, {}, dir, dir)).roots;
          const [folder] = vscode.workspace.workspaceFolders ?? [];
          assert.ok(root && folder);
          const connections = new HcpConnections(noSecrets(), nodeFiles, { [`TF_TOKEN_${hcp.hostname}`]: hcp.token });
          const journals = journalsOf(vscode.Uri.file(path.join(home, 'storage')), env);
          const read = async (...workspaces: string[]): Promise<Choices> => {
            const state: Choices = { analysed: { folder, root, findings: [] }, organization: 'acme', workspaces };
            await readWorkspaces(state, connections, journals, new AbortController().signal);
            return state;
          };
          // Its variables are refused: the workspace and its project are known.
          const closed = await read('closed');
          assert.deepEqual([closed.known?.[0]?.project.name, closed.project], ['Platform', 'Platform']);
          assert.deepEqual([closed.hcp, withoutProject(closed)], [undefined, []]);
          assert.match(closed.hcpProblem ?? '', /may not read the variables/);
          const both = await read('web', 'closed');
          assert.deepEqual(
            [both.known?.map(w => w.name), both.hcp?.map(w => w.workspace.name), withoutProject(both)],
            [['web', 'closed'], ['web'], []],
          );
          const missing = await read('web', 'missing');
          assert.deepEqual([missing.known?.map(w => w.name), missing.hcp?.length], [['web'], 1]);
          assert.deepEqual([withoutProject(missing), missing.project], [['missing'], undefined]);
          // What belongs to one workspace alone is not taken from the one that could be read.
          assert.equal(onlyGathered(missing), undefined);
        } finally {
          await hcp.close();
        }
      });

      it('a run in the editor and one on the command line do not change the same binding at once', async () => {
        const opened = await openProfile({ name: 'acme-prod' }, env);
        const options = { adopt: false, ownedByCode: [] };
        const prepared = unwrap(await prepareBinding(opened, binding(), options, new AbortController().signal));
        const folder = stateFolder(env, home, path);
        const terminal = await withLock(fs, folder, path.join, subjectOf(prepared.choices), thisProcess(), () =>
          assert.rejects(write(prepared, []), /Another run .* is changing/),
        );
        assert.ok(terminal.ok);
        assert.equal((await write(prepared, [])).state, 'complete');
        assert.deepEqual(
          readdirSync(folder).filter(name => name.endsWith('.lock')),
          [],
        );
      });

      it('Access Analyzer says where a policy is wrong, until the text changes', async () => {
        const opened = await openProfile({ name: 'acme-prod' }, env);
        const uri = vscode.Uri.file(path.join(home, 'policy.json'));
        await vscode.workspace.fs.writeFile(
          uri,
          Buffer.from(
            '{ "Version": "2012-10-17",\n  "Statement": [{ "Effect": "Allow", "Action": "s3:NotReal", "Resource": "*" }] }\n',
          ),
        );
        const document = await vscode.workspace.openTextDocument(uri);
        const validation = new PolicyValidation(new BindingStore(() => Promise.reject(new Error('not asked'))), env);
        const found = (): readonly vscode.Diagnostic[] =>
          vscode.languages.getDiagnostics(uri).filter(d => d.source === 'AWS Access Analyzer');
        assert.equal(await validation.validate(document, opened), 1);
        const [diagnostic] = found();
        assert.equal(typeof diagnostic?.code === 'object' ? diagnostic.code.value : '', 'INVALID_ACTION');
        assert.equal(diagnostic?.range.start.line, 1);
        assert.equal(document.getText(diagnostic.range), '"s3:NotReal"');
        const edit = new vscode.WorkspaceEdit();
        edit.insert(uri, new vscode.Position(2, 0), '\n');
        const gone = new Promise<void>(resolve => {
          const subscription = vscode.languages.onDidChangeDiagnostics(() => {
            if (found().length > 0) return;
            subscription.dispose();
            resolve();
          });
        });
        await vscode.workspace.applyEdit(edit);
        await gone;
        validation.dispose();
      });

      it('the desired state needs no account', () => {
        assert.equal(unwrap(desiredBinding(binding())).account.roles.length, 2);
      });
    });
  });
