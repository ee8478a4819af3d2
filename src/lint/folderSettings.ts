import type { FileReader } from '../core/host';
import type { AnalysisOptions } from './analysis';
import { type BaselineEntry, parseBaseline } from './baseline';
import type { SeveritySetting } from './lint';
import { isIgnored, type ProjectFileProblem, type ProjectSettings, readProjectSettings } from './projectFile';

/** What the settings of the editor say of a folder; each wins over tfc-oidc.json. */
export interface EditorSettings {
  readonly severities: Readonly<Record<string, SeveritySetting>>;
  /** From the folder on; `undefined` where nobody set them. */
  readonly ignoredFolders: readonly string[] | undefined;
}

export interface FolderSettings {
  readonly options: AnalysisOptions;
  /** tfc-oidc.json and the baseline that it names, where they are: a change of them changes every finding. */
  readonly files: readonly string[];
  /** What is wrong with one of them, and where. */
  readonly problem?: ProjectFileProblem;
}

const largestBaseline = 16 * 1024 * 1024;

/**
 * The settings of a folder that is open in an editor. Of a window that is not trusted, tfc-oidc.json may say which folders are left
 * unread, and nothing that would hide a finding or name an organization.
 */
export async function folderSettings(
  host: FileReader,
  folder: string,
  editor: EditorSettings,
  trusted: boolean,
): Promise<FolderSettings> {
  const top = await repositoryOf(host, folder);
  const read = await readProjectSettings(host, folder, top, file => host.relative(folder, file));
  const settings = read.ok ? read.value : undefined;
  const baseline = settings === undefined || !trusted ? undefined : await baselineOf(host, settings);
  const problem = read.ok ? baseline?.problem : read.problem;
  return {
    options: {
      ignore: ignoring(host, folder, editor.ignoredFolders, settings),
      severities: trusted ? { ...settings?.severities, ...editor.severities } : editor.severities,
      ...(trusted && settings !== undefined && { defaults: settings.defaults }),
      ...(baseline?.entries !== undefined && { known: { entries: baseline.entries, name: baseline.name } }),
    },
    files: [settings?.file, baseline?.file].filter(file => file !== undefined),
    ...(problem !== undefined && { problem }),
  };
}

function ignoring(
  host: FileReader,
  folder: string,
  own: readonly string[] | undefined,
  settings: ProjectSettings | undefined,
): (relativeDir: string) => boolean {
  if (own !== undefined) {
    const ignoredFolders = own.map(f => f.replace(/^\.\/|(?<!\/)\/+$/g, ''));
    return dir => isIgnored({ ignoredFolders }, dir);
  }
  if (settings === undefined) return () => false;
  const prefix = host.relative(settings.dir, folder);
  return dir => isIgnored(settings, prefix === '' ? dir : `${prefix}/${dir}`);
}

interface ReadBaseline {
  readonly file: string;
  readonly name: (file: string) => string;
  readonly entries?: readonly BaselineEntry[];
  readonly problem?: ProjectFileProblem;
}

async function baselineOf(host: FileReader, settings: ProjectSettings): Promise<ReadBaseline | undefined> {
  if (settings.baseline === undefined) return undefined;
  const file = host.join(settings.dir, ...settings.baseline.split('/'));
  const base = { file, name: (other: string) => host.relative(host.dirname(file), other) };
  const text = await host.read(file, largestBaseline).catch(() => undefined);
  if (text === undefined)
    return {
      ...base,
      problem: {
        file: settings.file,
        at: { line: 0, character: 0 },
        code: 'baseline-file',
        message: `The baseline ${settings.baseline} cannot be read, so that it leaves nothing out.`,
        nextStep: 'Write it with "tfc-oidc check --write-baseline", or take it out of tfc-oidc.json.',
      },
    };
  const parsed = parseBaseline(text, settings.baseline);
  if (parsed.ok) return { ...base, entries: parsed.value };
  return { ...base, problem: { ...parsed.problem, file, at: { line: 0, character: 0 } } };
}

/** The nearest folder above with a `.git`, else the folder itself. What is above a folder that cannot be listed is not looked at. */
async function repositoryOf(host: FileReader, folder: string): Promise<string> {
  for (let dir = folder; ; dir = host.dirname(dir)) {
    const entries = await host.list(dir);
    if (entries?.some(entry => entry.name === '.git') === true) return dir;
    if (entries === undefined || dir === host.dirname(dir)) return folder;
  }
}
