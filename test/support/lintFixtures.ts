import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeFiles } from '../../src/cli/files';
import type { FileReader } from '../../src/core/host';
import type { Project, SourceFile } from '../../src/terraform/model';
import { readProject } from '../../src/terraform/read';

export const fixtureFolder = path.join(__dirname, '..', 'fixtures', 'projects');

export const fixtureNames: readonly string[] = readdirSync(fixtureFolder);

/** A project of files in memory: paths below `/p`, forward slashes. */
export async function projectOf(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const texts = new Map(Object.entries(files).map(([name, text]) => [path.posix.join('/p', name), text]));
  const host: FileReader = {
    read: file => Promise.resolve(texts.get(file)),
    list: dir => {
      const entries = new Map<string, 'file' | 'directory'>();
      for (const file of texts.keys()) {
        const relative = path.posix.relative(dir, file);
        if (relative.startsWith('..')) continue;
        const [first = '', ...rest] = relative.split('/');
        entries.set(first, rest.length === 0 ? 'file' : 'directory');
      }
      return Promise.resolve(entries.size === 0 ? undefined : [...entries].map(([name, kind]) => ({ name, kind })));
    },
    canonical: file => Promise.resolve(file),
    join: (base, ...parts) => path.posix.resolve(base, ...parts),
    dirname: file => path.posix.dirname(file),
    basename: file => path.posix.basename(file),
    relative: (from, to) => path.posix.relative(from, to),
  };
  return readProject(host, env, '/p', '/p');
}

/** The files of a fixture project, as text by name. */
export async function fixtureTexts(name: string): Promise<Readonly<Record<string, string>>> {
  const folder = path.join(fixtureFolder, name);
  const out: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(folder, entry);
    if (!statSync(file).isFile() || /(?:^|\/)(?:expected|case)\.json$/.test(entry)) continue;
    out[entry] = (await nodeFiles.read(file)) ?? '';
  }
  return out;
}

export function filesOf(project: Project): readonly SourceFile[] {
  const all = project.roots.flatMap(root => [...root.modules.flatMap(m => m.files), ...root.otherFiles]);
  return [...new Map(all.map(file => [file.path, file])).values()];
}

/** A copy of a fixture project that a test may change; removed by `dispose`. */
export function copyOfFixture(name: string): { readonly folder: string; dispose(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-'));
  cpSync(path.join(fixtureFolder, name), folder, { recursive: true });
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
