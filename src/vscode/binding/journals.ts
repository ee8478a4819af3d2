import * as fs from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type * as vscode from 'vscode';
import { bothFolders, journalFolder, stateFolder } from '../../binding/journal/folder';
import type { JournalStore } from '../../binding/journal/journal';

/** The folder of journals and locks that the editor shares with the command line. */
export const sharedFolder = (env: NodeJS.ProcessEnv): string => stateFolder(env, env['HOME'] ?? homedir(), path);

/**
 * The journals of this machine: what one surface began, the other one finds unfinished, goes on with or takes back. Runs that an
 * earlier version kept in the storage of the extension stay there, and are read and undone from there.
 */
export const journalsOf = (storage: vscode.Uri, env: NodeJS.ProcessEnv): JournalStore =>
  bothFolders(
    journalFolder(fs, sharedFolder(env), path.join),
    journalFolder(fs, path.join(storage.fsPath, 'journal'), path.join),
  );
