import * as fs from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { JournalStore } from '../binding/journal';
import { journalFolder } from '../binding/journalFolder';
import { type CliContext, type OptionValues, text } from './command';

/** Where the CLI keeps its journals: --journal, or the user's state folder (XDG_STATE_HOME; LOCALAPPDATA on Windows). */
export function journalsOf(context: CliContext, values: OptionValues): JournalStore & { readonly folder: string } {
  const { env } = context;
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  const state = env['XDG_STATE_HOME'] ?? (process.platform === 'win32' ? env['LOCALAPPDATA'] : undefined);
  const given = text(values, 'journal');
  const folder =
    given === undefined
      ? path.join(state ?? path.join(home, '.local', 'state'), 'tfc-oidc', 'journal')
      : path.resolve(context.cwd, given);
  return { folder, ...journalFolder(fs, folder, path.join) };
}

export const journalHelp =
  "  --journal DIR         where the journal of what was done is kept (default: the user's state folder)";

/** The runs of one account belong together. */
export const subjectOf = (accountId: string): string => `aws:${accountId}`;
