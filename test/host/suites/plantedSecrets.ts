import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { nodeFiles } from '../../../src/node/files';
import { BindingChecker } from '../../../src/vscode/board/bindingChecker';
import { journalsOf } from '../../../src/vscode/binding/journals';
import { BindingMemory } from '../../../src/vscode/board/bindingMemory';
import { BindingStore } from '../../../src/vscode/board/bindingStore';
import { OrganizationStore } from '../../../src/vscode/board/organizationStore';
import { ContextKeys } from '../../../src/vscode/contextKeys';
import { type CommandId, commandIds, previewScheme } from '../../../src/vscode/contract';
import { agentToolIds, editorName } from '../../../src/binding/agents/toolIds';
import { WorkspaceFiles } from '../../../src/vscode/fileReader';
import { HcpConnections } from '../../../src/vscode/hcp';
import { ExtensionLog } from '../../../src/vscode/log';
import { ProjectStore } from '../../../src/vscode/projectStore';
import { BindingsTree, type Element } from '../../../src/vscode/board/tree';
import { exampleKey, staticProfile, writeProfiles } from '../../support/aws/profiles';
import { AwsServer } from '../../support/aws/server';
import { HcpServer } from '../../support/hcp/server';
import { plantedPolicies, plantedRoot } from '../../support/hostile/plantedFiles';
import { Plants } from '../../support/hostile/plants';
import { activated, diagnosticsOf, fileUri, workspaceFolder } from '../cases/editor';
import { Person } from '../cases/person';
import { runMocha } from '../mochaRun';

/** Secrets in each input, then every command, preview, hover, lens, row and message, then a search of all that was shown or left. */

const plants = new Plants();
const planted = (...names: string[]): vscode.Uri => fileUri('planted', ...names);

/** A log channel that keeps its lines. */
function logChannel(lines: string[]): vscode.LogOutputChannel {
  const write = (line: string): void => void lines.push(line);
  const nothing = (): void => undefined;
  const channel = {
    trace: write,
    debug: write,
    info: write,
    warn: write,
    error: write,
    show: nothing,
    dispose: nothing,
  };
  return channel as unknown as vscode.LogOutputChannel;
}

export const run = (): Promise<unknown> =>
  runMocha(() => {
    let hcp: HcpServer;
    let aws: AwsServer;
    let home: string;
    let person: Person;
    let store: ProjectStore;
    let bindings: BindingStore;
    let tree: BindingsTree;
    const log = new ExtensionLog();
    const lines: string[] = [];

    /** Each text that a person could see is searched as it comes. */
    const clean = (what: string, ...texts: readonly unknown[]): void =>
      assert.deepEqual(
        texts.flatMap(t => plants.foundIn(what, typeof t === 'string' ? t : JSON.stringify(t))),
        [],
      );

    before(async function () {
      this.timeout(120_000);
      hcp = await HcpServer.start();
      aws = await new AwsServer().start();
      aws.addAccount('123456789012', { alias: 'acme', accessKeyId: exampleKey });
      aws.issuers.set(hcp.issuer.url, hcp.origin);
      home = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-planted-'));
      const { config, credentials } = staticProfile(aws.url, { region: 'eu-central-1' });
      const secret = `aws_secret_access_key = ${plants.secret('credentials file')}`;
      const env = writeProfiles(home, config, credentials.replace(/aws_secret_access_key = .*/, secret));
      plants.known('token of HCP Terraform', hcp.token);
      Object.assign(process.env, env, hcp.environment, { HOME: home, TF_VAR_x: plants.password('TF_VAR') });

      const { state } = hcp;
      state.organization('acme');
      const workspace = state.workspace('acme', 'prod');
      state.variable(workspace, 'AWS_ACCESS_KEY_ID', plants.keyId('id in a variable'));
      state.variable(workspace, 'AWS_SECRET_ACCESS_KEY', plants.secret('sensitive variable'), { sensitive: true });
      state.variable(workspace, 'db_password', plants.password('Terraform variable'), { category: 'terraform' });
      state.variable(workspace, 'TFC_AWS_PROVIDER_AUTH_west', 'true');
      state.variable(workspace, 'TFC_AWS_RUN_ROLE_ARN_west', plants.secret('a key in the place of a role'));
      const policies = plantedPolicies(plants);
      state.run(workspace, { status: 'errored', log: `Terraform v1.11.4\n${policies['error.txt'] ?? ''}\n` });
      hcp.runner = { awsUrl: aws.url };
      state.configuration(workspace);
      const write = (name: string, text: string): void => {
        const file = planted(...name.split('/')).fsPath;
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, text);
      };
      for (const [name, text] of Object.entries(plantedRoot(plants, hcp.hostname))) write(name, text);
      for (const [name, text] of Object.entries(policies)) write(`policies/${name}`, text);
      write(
        'remote/main.tf',
        `terraform {\n  backend "remote" {\n    hostname     = "${hcp.hostname}"\n    organization = "acme"\n    token        = "${plants.token('token in a backend')}"\n    workspaces {\n      name = "prod"\n    }\n  }\n}\n\nvariable "db_password" {\n  default = "${plants.password('default beside a backend')}"\n}\n`,
      );
      // Every line of the log, whatever its level, as long as the channel is not there yet: it is made with the first line.
      const channel = vscode.window.createOutputChannel;
      Object.defineProperty(vscode.window, 'createOutputChannel', {
        value: () => logChannel(lines),
        configurable: true,
        writable: true,
      });
      await activated();
      await vscode.commands.executeCommand('tfcOidc.refresh');
      person = new Person();
      log.debug(`the log is written to: ${plants.keyId('a line of the log')} ${plants.token('a token in the log')}`);
      Object.defineProperty(vscode.window, 'createOutputChannel', {
        value: channel,
        configurable: true,
        writable: true,
      });

      store = new ProjectStore(new WorkspaceFiles(), process.env, log);
      await store.refreshAll();
      const noSecrets = { get: () => Promise.resolve(undefined) } as unknown as vscode.SecretStorage;
      const memento = {
        get: (_key: string, fallback?: unknown) => fallback,
        update: () => Promise.resolve(),
        keys: () => [],
      } as unknown as vscode.Memento;
      const connections = new HcpConnections(noSecrets, nodeFiles, process.env);
      bindings = new BindingStore(
        () =>
          Promise.resolve(
            new BindingChecker(
              connections,
              memento,
              journalsOf(vscode.Uri.file(path.join(home, 'storage')), process.env),
              process.env,
              nodeFiles,
              fetch,
            ),
          ),
        new BindingMemory(memento),
      );
      // The view's own id is taken by the extension: only the rows are looked at here.
      const createTreeView = vscode.window.createTreeView;
      Object.defineProperty(vscode.window, 'createTreeView', {
        value: () => ({ dispose: () => undefined }),
        configurable: true,
        writable: true,
      });
      tree = new BindingsTree(store, bindings, new ContextKeys(), new OrganizationStore());
      Object.defineProperty(vscode.window, 'createTreeView', {
        value: createTreeView,
        configurable: true,
        writable: true,
      });
    });
    after(async () => {
      person.leave();
      tree.dispose();
      bindings.dispose();
      store.dispose();
      log.dispose();
      await hcp.close();
      await aws.stop();
      for (const folder of [home, planted().fsPath]) rmSync(folder, { recursive: true, force: true });
    });

    const target = (name = 'planted'): { analysed: ReturnType<ProjectStore['all']>[number]; uri: string } => {
      const dir = fileUri(...name.split('/')).toString();
      const analysed = store.all().find(r => r.root.dir === dir);
      assert.ok(
        analysed,
        `${dir} is not among ${store
          .all()
          .map(r => r.root.dir)
          .join(', ')}`,
      );
      return { analysed, uri: vscode.Uri.joinPath(vscode.Uri.parse(dir), 'main.tf').toString() };
    };

    it('problems, lenses, hovers, fixes and completions', async () => {
      const main = planted('main.tf');
      await diagnosticsOf(main, d => d.length >= 3);
      clean('Problems', vscode.languages.getDiagnostics());
      const names = readdirSync(planted().fsPath, { recursive: true, encoding: 'utf8' }).filter(n =>
        /\.(?:tf|tfvars|json)$/.test(n),
      );
      for (const name of names) {
        const uri = planted(...name.split(path.sep));
        const document = await vscode.workspace.openTextDocument(uri);
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          uri,
          50,
        );
        clean(
          `lenses of ${name}`,
          lenses.map(l => [l.command?.title, l.command?.tooltip]),
        );
        for (let line = 0; line < document.lineCount; line++) {
          const { text, range } = document.lineAt(line);
          // One place in each quoted text: what stands there is what a hover could repeat.
          for (const { index } of text.matchAll(/(?<=")[^"]{4,}/g)) {
            const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
              'vscode.executeHoverProvider',
              uri,
              new vscode.Position(line, index + 2),
            );
            clean(`hover in ${name}:${line + 1}`, ...hovers.flatMap(h => h.contents));
          }
          if (!text.includes('"')) continue;
          const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
            'vscode.executeCodeActionProvider',
            uri,
            range,
          );
          clean(
            `actions in ${name}:${line + 1}`,
            actions.map(a => [a.title, a.kind, a.diagnostics]),
          );
        }
      }
      clean('Problems', vscode.languages.getDiagnostics());
    }).timeout(120_000);

    it('tools for language models', async () => {
      const inputs: Readonly<Record<string, object>> = {
        tfcOidc_inspectProject: {},
        tfcOidc_lint: { root: 'planted' },
        tfcOidc_explainBinding: { root: 'planted' },
        tfcOidc_lintTrust: { policy: plantedPolicies(plants)['trust.json'] ?? '{}' },
        tfcOidc_prove: { policy: plantedPolicies(plants)['trust.json'] ?? '{}', subject: 'organization:a:project:b' },
        tfcOidc_permissions: { root: 'planted', phase: 'plan' },
        tfcOidc_explainDenial: { message: plantedPolicies(plants)['error.txt'] ?? '' },
      };
      for (const name of agentToolIds.map(editorName)) {
        const input = inputs[name];
        assert.ok(input, name);
        const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
        clean(name, content);
      }
    });

    /** What each command is called with; those that show a wizard are answered by the person. */
    const calls: Readonly<Record<CommandId, () => readonly unknown[]>> = {
      'tfcOidc.refresh': () => [],
      'tfcOidc.chooseProfile': () => [],
      'tfcOidc.checkBindings': () => [],
      'tfcOidc.checkRoot': () => [target()],
      'tfcOidc.clearFilter': () => [],
      'tfcOidc.likeNames': () => [target()],
      'tfcOidc.bringCode': () => [target()],
      'tfcOidc.explainPermission': () => [target()],
      'tfcOidc.configure': () => [target()],
      'tfcOidc.export': () => [target()],
      'tfcOidc.doctor': () => [target()],
      'tfcOidc.proveRun': () => [target()],
      'tfcOidc.mapProviders': () => [target()],
      'tfcOidc.writeCloud': () => [target('planted/remote')],
      'tfcOidc.validatePolicy': () => [],
      'tfcOidc.whyPermissions': () => [],
      'tfcOidc.fixCheck': () => [],
      'tfcOidc.openInBrowser': () => [],
      'tfcOidc.signIn': () => [],
      'tfcOidc.signOut': () => [],
      'tfcOidc.whoami': () => [],
      'tfcOidc.filter': () => [],
      'tfcOidc.openLocation': () => [{ file: planted('main.tf').toString(), span: { start: 0, end: 4 } }],
      'tfcOidc.ignoreFinding': () => [target().analysed.findings[0]],
      'tfcOidc.explainRule': () => ['static-credentials'],
      'tfcOidc.showLog': () => [],
      'tfcOidc.copyText': () => [{ finding: target().analysed.findings[0] }],
      'tfcOidc.undo': () => [],
      'tfcOidc.showOrganization': () => [],
      'tfcOidc.resumeOrganization': () => [],
      'tfcOidc.refreshOrganization': () => [],
      'tfcOidc.reportOrganization': () => [],
      'tfcOidc.migrateNext': () => [],
      'tfcOidc.showKeys': () => [],
      'tfcOidc.changeKey': () => [],
      'tfcOidc.closeOrganization': () => [],
      'tfcOidc.fixRoot': () => [target()],
    };

    it('every command, with each document and message that it shows', async () => {
      assert.deepEqual(Object.keys(calls).sort(), [...commandIds].sort());
      const copied: string[] = [];
      let differences = 0;
      let saidYes = false;
      person.answer = ({ text, labels }) => {
        const has = (label: RegExp): string | undefined => labels.find(l => label.test(l));
        if (text.startsWith('page ')) {
          if (has(/^Make \d+ Change/) === undefined)
            return has(/^Change \d|^Apply \d|^Write the Mapping|^Start Plan-Only Run|^Ask CloudTrail/);
          if (differences++ === 0) return has(/^Show Differences/);
          if (saidYes) return undefined;
          saidYes = true;
          return has(/^Make \d+ Change/);
        }
        if (/AWS profile/.test(text)) return has(/^default$/);
        if (/Which workspace/.test(text)) return has(/^prod$/);
        if (/Which host/.test(text)) return has(new RegExp(hcp.hostname));
        if (/Check this policy with/.test(text)) return has(/Send to AWS/);
        return undefined;
      };
      const opened = vscode.workspace.onDidOpenTextDocument(d => {
        if ([previewScheme, 'untitled'].includes(d.uri.scheme))
          person.see(`document ${d.uri.path} ${d.uri.query}`, d.getText());
      });
      for (const [id, args] of Object.entries(calls)) {
        const before = person.seen.length;
        person.unticks = id === 'tfcOidc.fixRoot';
        if (id === 'tfcOidc.validatePolicy')
          await vscode.window.showTextDocument(
            await vscode.workspace.openTextDocument(planted('policies', 'policy.json')),
          );
        if (id === 'tfcOidc.whyPermissions')
          await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(planted('more.tf')));
        // What a command can't do it says in a message, which is looked at too; only a bug would come out here.
        const ended = id === 'tfcOidc.configure' ? person.page(html => html.includes('>Plan Anew<')) : undefined;
        await vscode.commands.executeCommand(id, ...args());
        await ended;
        for (const document of vscode.workspace.textDocuments)
          if ([previewScheme, 'untitled'].includes(document.uri.scheme))
            person.see(`document ${document.uri.path} ${document.uri.query}`, document.getText());
        copied.push(await vscode.env.clipboard.readText());
        for (const { what, text } of person.seen.slice(before)) clean(`${id}: ${what}`, text);
        clean(`${id}: Problems`, vscode.languages.getDiagnostics());
      }
      opened.dispose();
      clean('clipboard', copied);
      assert.ok(lines.length > 0);
      clean('log', lines);
      const whats = person.seen.map(s => s.what).join('\n');
      for (const shown of [/^page OIDC for acme\/prod$|^page Configure/m, / before$/m, / after$/m])
        assert.match(whats, shown);
      const pages = person.seen.filter(s => s.what.startsWith('page ')).map(s => s.text);
      for (const shown of [/Nothing has been changed yet/, /Proven:|Read back:|Not proven:/, />Done/])
        assert.ok(
          pages.some(html => shown.test(html)),
          String(shown),
        );
    }).timeout(240_000);

    it('rows of the sidebar: labels, descriptions, tooltips and what is read aloud', async () => {
      await bindings.check([target().analysed]);
      const walk = async (row: Element | undefined, depth: number): Promise<number> => {
        let rows = 0;
        for (const child of await tree.getChildren(row)) {
          const item = tree.getTreeItem(child);
          const tooltip = item.tooltip instanceof vscode.MarkdownString ? item.tooltip.value : item.tooltip;
          clean('sidebar', [item.label, item.description, tooltip, item.accessibilityInformation, item.command?.title]);
          rows += 1 + (depth < 8 ? await walk(child, depth + 1) : 0);
        }
        return rows;
      };
      assert.ok((await walk(undefined, 0)) > 20);
    });

    it('nothing stays in the log, in the journal or in the storage', () => {
      const here = path.dirname(workspaceFolder().fsPath);
      const files = readdirSync(here, { recursive: true, withFileTypes: true })
        .filter(e => e.isFile())
        .map(e => path.join(e.parentPath, e.name))
        .filter(file => /tfc-oidc|globalStorage|workspaceStorage|[\\/]logs[\\/]/i.test(path.relative(here, file)));
      // The word "undo" of this run must be able to find its journal.
      assert.ok(
        files.some(file => file.endsWith('.jsonl')),
        files.join('\n'),
      );
      for (const file of files.filter(f => !f.startsWith(workspaceFolder().fsPath) && !f.startsWith(home)))
        clean(path.relative(here, file), readFileSync(file, 'utf8'));
    });
  });
