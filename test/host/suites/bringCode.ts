import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../../../src/core/problem';
import { bringCode } from '../../../src/vscode/binding/bringCode';
import { Previews } from '../../../src/vscode/preview';
import { closeStalePages } from '../../../src/vscode/stalePages';
import { type GitApi, gitApi } from '../../../src/vscode/git';
import type { AnalysedRoot, ProjectStore } from '../../../src/vscode/projectStore';
import { activated } from '../cases/editor';
import { Person } from '../cases/person';
import { runMocha } from '../mochaRun';

const hasGit = spawnSync('git', ['--version']).status === 0;

/** The suites run without Git; its extension comes up when the setting changes. */
async function gitOn(): Promise<void> {
  interface Git {
    readonly enabled: boolean;
    readonly onDidChangeEnablement: vscode.Event<boolean>;
  }
  const git = await vscode.extensions.getExtension<Git>('vscode.git')?.activate();
  assert.ok(git !== undefined, 'there is no Git extension');
  if (git.enabled) return;
  const on = new Promise<void>(resolve => {
    const subscription = git.onDidChangeEnablement(enabled => {
      if (!enabled) return;
      subscription.dispose();
      resolve();
    });
  });
  await vscode.workspace.getConfiguration('git').update('enabled', true, vscode.ConfigurationTarget.Global);
  await on;
}

/** The editor's own Git brings a fix to where runs take their code from; each step has its own yes. */
export const run = (): Promise<unknown> =>
  runMocha(() => {
    let folder: string;
    let person: Person;
    const git = (cwd: string, ...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd, encoding: 'utf8' });
    const repo = (): string => path.join(folder, 'repo');
    const rootOf = (dir: string, ...files: string[]): AnalysedRoot => {
      const uri = (name: string): string => vscode.Uri.file(path.join(dir, name)).toString();
      const root = {
        dir: vscode.Uri.file(dir).toString(),
        modules: [{ files: files.map(name => ({ path: uri(name) })) }],
        cloud: { kind: 'none' },
      };
      const [workspace] = vscode.workspace.workspaceFolders ?? [];
      return { root, folder: workspace, findings: [] } as unknown as AnalysedRoot;
    };
    const bring = (analysed: AnalysedRoot, api: () => Promise<GitApi | undefined> = gitApi): Promise<void> =>
      bringCode(undefined as unknown as ProjectStore, { analysed }, api);
    const branches = (): string =>
      git(path.join(folder, 'remote.git'), 'branch', '--list', '--format=%(refname:short)');

    before(async function () {
      await activated();
      if (!hasGit) this.skip();
      await gitOn();
      const api = await gitApi();
      assert.ok(api !== undefined, 'the Git extension is off');
      folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'tfc-oidc-git-')));
      git(folder, 'init', '--bare', '-b', 'main', 'remote.git');
      git(folder, 'clone', path.join(folder, 'remote.git'), 'repo');
      git(repo(), 'checkout', '-b', 'main');
      git(repo(), 'config', 'user.name', 'a');
      git(repo(), 'config', 'user.email', 'a@example.com');
      writeFileSync(path.join(repo(), 'main.tf'), 'provider "aws" {\n  profile = "work"\n}\n');
      writeFileSync(path.join(repo(), 'notes.txt'), 'notes\n');
      git(repo(), 'add', '.');
      git(repo(), 'commit', '-m', 'first');
      git(repo(), 'push', '-u', 'origin', 'main');
      // A folder outside of the window is opened by hand.
      const opened = api as GitApi & { openRepository(uri: vscode.Uri): Promise<unknown> };
      await opened.openRepository(vscode.Uri.file(repo()));
      person = new Person();
    });
    after(() => {
      person?.leave();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    });

    it('nothing is staged, committed or pushed without its yes', async () => {
      writeFileSync(path.join(repo(), 'main.tf'), 'provider "aws" {\n}\n');
      // The push is declined: the default of a person here.
      person.answer = ({ text, labels }) => {
        if (/On which branch/.test(text)) return labels.find(l => l === 'main');
        return undefined;
      };
      const { showInputBox } = vscode.window;
      const dismissed = (): Promise<undefined> => Promise.resolve(undefined);
      Object.defineProperty(vscode.window, 'showInputBox', { value: dismissed, configurable: true, writable: true });
      try {
        await bring(rootOf(repo(), 'main.tf'));
      } finally {
        Object.defineProperty(vscode.window, 'showInputBox', {
          value: showInputBox,
          configurable: true,
          writable: true,
        });
      }
      assert.equal(git(repo(), 'log', '--format=%s').trim(), 'first');
      assert.equal(git(repo(), 'diff', '--cached', '--name-only'), '');
      assert.equal(branches().trim(), 'main');
    });

    it('a branch, a commit of the files that were shown, and a push', async () => {
      writeFileSync(path.join(repo(), 'notes.txt'), 'my own change\n');
      person.seen.length = 0;
      person.answer = ({ text, labels }) => {
        if (/On which branch/.test(text)) return 'A new branch…';
        if (/Name of the new branch/.test(text)) return 'fix/oidc';
        return labels.find(l => l === 'Push to origin');
      };
      await bring(rootOf(repo(), 'main.tf'));
      assert.deepEqual(branches().trim().split('\n'), ['fix/oidc', 'main']);
      const remote = path.join(folder, 'remote.git');
      assert.equal(
        git(remote, 'show', '--name-only', '--format=%s', 'fix/oidc').trim().replace(/\n+/g, ' '),
        'Use dynamic provider credentials for AWS main.tf',
      );
      // What is not of the root stays as it is.
      assert.equal(git(repo(), 'status', '--porcelain').trim(), 'M notes.txt');
      const seen = person.seen.map(s => s.text).join('\n');
      assert.match(seen, /Push fix\/oidc to origin\?/);
      assert.match(seen, /once it is merged into the branch of the workspace/);
    });

    it('files of somebody else that are staged do not go with it', async () => {
      writeFileSync(path.join(repo(), 'main.tf'), 'provider "aws" {\n  region = "eu-west-1"\n}\n');
      git(repo(), 'add', 'notes.txt');
      await assert.rejects(
        bring(rootOf(repo(), 'main.tf')),
        (error: unknown) => error instanceof ProblemError && error.problem.code === 'other-files-staged',
      );
    });

    it('without a repository terraform plan is typed into a terminal, and not run', async () => {
      const dir = path.join(folder, 'plain');
      mkdirSync(dir);
      const typed: unknown[] = [];
      const { createTerminal } = vscode.window;
      const terminal = { show: () => undefined, sendText: (...words: unknown[]) => void typed.push(words) };
      Object.defineProperty(vscode.window, 'createTerminal', {
        value: () => terminal,
        configurable: true,
        writable: true,
      });
      try {
        person.answer = () => undefined;
        await bring(rootOf(dir, 'main.tf'), () => Promise.resolve(undefined));
        assert.deepEqual(typed, []);
        person.answer = ({ labels }) => labels.find(l => l === 'Open a Terminal');
        await bring(rootOf(dir, 'main.tf'), () => Promise.resolve(undefined));
        assert.deepEqual(typed, [['terraform plan', false]]);
      } finally {
        Object.defineProperty(vscode.window, 'createTerminal', {
          value: createTerminal,
          configurable: true,
          writable: true,
        });
      }
    });

    it('pages that tell of a setup are closed once it was taken back', async () => {
      const previews = new Previews();
      const labels = (): string[] => vscode.window.tabGroups.all.flatMap(g => g.tabs.map(t => t.label));
      /** Shows a page, and waits for its tab, which comes a moment after the command has ended. */
      const show = async (name: string, text: string): Promise<void> => {
        await previews.showMarkdown(name, text);
        while (!labels().some(l => l.includes(name)))
          await new Promise<void>(resolve => {
            const listening = vscode.window.tabGroups.onDidChangeTabs(() => {
              listening.dispose();
              resolve();
            });
          });
      };
      await show('Run prod.md', '# Proven');
      await closeStalePages();
      assert.ok(!labels().some(l => l.includes('Run prod.md')), labels().join(', '));
      // VS Code has one tab for previews: the page that stays is looked at by itself.
      await show('Accounts and Tokens.md', '# Accounts');
      await closeStalePages();
      assert.ok(
        labels().some(l => l.includes('Accounts and Tokens')),
        labels().join(', '),
      );
      previews.dispose();
    });
  });
