import { execFile } from 'node:child_process';
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { isAbort, ProblemError } from '../core/problem';
import { isBelow, realOf } from '../node/within';
import { fileKind } from '../terraform/fileKinds';
import type { Root } from '../terraform/model';
import type { CliContext } from './command';
import { UsageError } from './option';

/** What changed in a repository since a commit: files of Terraform's that differ (also those that are gone) and new ones. */
export class ChangedFiles {
  private readonly folders: ReadonlySet<string>;

  /** All by their real names. `trees` are repositories in the repository of which git says only that they changed. */
  constructor(
    private readonly files: ReadonlySet<string>,
    private readonly trees: readonly string[],
  ) {
    this.folders = new Set([...files].map(file => path.dirname(file)));
  }

  /** Has something changed of what the root is made of? A file that is gone counts for the folder in which it was. */
  touches(root: Root): boolean {
    const folders = [root.dir, ...root.modules.map(module => module.dir)].map(dir => realOf(dir) ?? dir);
    const files = [...root.modules.flatMap(module => module.files), ...root.otherFiles];
    return (
      folders.some(dir => this.folders.has(dir) || this.trees.some(tree => isBelow(dir, tree))) ||
      files.some(file => this.files.has(realOf(file.path) ?? file.path))
    );
  }
}

/**
 * Asks git for what changed since `ref` branched off, in the repository of `folder`. Nothing of the repository's configuration makes
 * git start another program here.
 */
export async function changedSince(context: CliContext, folder: string, ref: string): Promise<ChangedFiles> {
  if (ref.startsWith('-') || ref === '') throw new UsageError(`--changed-since takes a commit, branch or tag`);
  const git = (args: readonly string[]): Promise<string> => runGit(context, folder, args);
  const top = path.resolve((await git(['rev-parse', '--show-toplevel']).catch(notARepository)).replace(/\n$/, ''));
  const commit = (
    await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]).catch(noSuchCommit(ref))
  ).trim();
  // Without a common ancestor (a shallow clone) the commit itself is compared with.
  const base = (await git(['merge-base', commit, 'HEAD']).catch(() => commit)).trim() || commit;
  // Of a submodule counts which commit is checked out: for more, git would start itself there, by the settings of that place.
  const differ = ['diff', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=dirty'];
  const names = [
    await git(['-C', top, ...differ, '-z', base, '--']),
    await git(['-C', top, 'ls-files', '--others', '--exclude-standard', '-z']),
  ].flatMap(text => text.split('\0').filter(name => name !== ''));
  const changed = names.map(name => path.join(top, ...name.split('/')));
  return new ChangedFiles(
    new Set(changed.filter(file => fileKind(path.basename(file)) !== undefined)),
    changed.filter(file => lstatSync(file, { throwIfNoEntry: false })?.isDirectory() === true),
  );
}

const safe = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.quotePath=false'];

function runGit(context: CliContext, cwd: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      signal: context.signal,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...context.env, GIT_OPTIONAL_LOCKS: '0' },
    };
    execFile('git', [...safe, ...args], options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
}

function notARepository(error: unknown): never {
  if (isAbort(error)) throw error;
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  throw new ProblemError({
    code: 'no-git',
    message: missing
      ? '--changed-since needs git, and there is none on this machine.'
      : '--changed-since needs a repository of git, and PATH is in none that git may read.',
    nextStep: 'Run it in a clone, or leave the option out.',
  });
}

const noSuchCommit =
  (ref: string) =>
  (error: unknown): never => {
    if (isAbort(error)) throw error;
    throw new ProblemError({
      code: 'no-commit',
      message: `git knows no commit "${ref}" here.`,
      nextStep: 'Fetch it first (a shallow clone has few commits: "fetch-depth: 0" in actions/checkout gets them all).',
    });
  };
