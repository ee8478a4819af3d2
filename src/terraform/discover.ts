import type { FileReader } from '../core/host';
import { fileKind } from './fileKinds';
import type { ProjectProblem } from './model';

const skipped: ReadonlySet<string> = new Set(['node_modules', '.terraform', '.git', '.terragrunt-cache']);
const maximumFolders = 50_000;
const maximumDepth = 40;

export interface FoundFolder {
  readonly dir: string;
  /** Names of the files that Terraform could read. */
  readonly names: readonly string[];
  /** Folders that hold nothing but values for this one's variables: `env/prod.tfvars`. */
  readonly values?: readonly FoundFolder[];
}

export interface Discovery {
  readonly folders: readonly FoundFolder[];
  /** There are more folders than are looked at. */
  readonly truncated: boolean;
  /** Folders that can't be listed, and names of Terraform's behind which there is no file. */
  readonly problems: readonly ProjectProblem[];
}

/**
 * Every folder below `folder` that holds a file of Terraform's (or one that `wants` names), in order of path. Hidden folders and dependencies are left out;
 * a folder that is reached twice (symbolic links) is looked at once, by the name without a link where it has one.
 */
export async function discover(
  host: FileReader,
  folder: string,
  ignore: (relativeDir: string) => boolean,
  signal: AbortSignal | undefined,
  wants: (name: string) => boolean = name => fileKind(name) !== undefined,
): Promise<Discovery> {
  const folders: FoundFolder[] = [];
  const skippedPlaces: ProjectProblem[] = [];
  const seen = new Set<string>();
  let truncated = false;
  let level: readonly string[] = [folder];
  let depth = 0;
  // Links come last: Git and the reports that go by it know a folder by its own name.
  const links: string[] = [];
  while (level.length > 0) {
    if (depth > maximumDepth) return { folders: sorted(folders), truncated: true, problems: skippedPlaces };
    const next: string[] = [];
    // One level at a time, some folders at once: a wide tree is fast, a deep one has a bounded number of handles open.
    for (let i = 0; i < level.length; i += 16) {
      signal?.throwIfAborted();
      await Promise.all(
        level.slice(i, i + 16).map(async dir => {
          const canonical = await host.canonical(dir);
          if (seen.has(canonical)) return;
          if (seen.size >= maximumFolders) {
            truncated = true;
            return;
          }
          seen.add(canonical);
          const entries = await host.list(dir);
          if (entries === undefined) {
            skippedPlaces.push(place('folder-skipped', dir, 'The folder was not read: it cannot be listed.'));
            return;
          }
          for (const { name, kind } of entries) {
            const wanted = fileKind(name);
            // Terraform stops at such a configuration file; for a .tfvars file it looks whether it is there.
            if (kind !== 'other' || wanted === undefined || wanted.role === 'tfvars') continue;
            const why = `${name} was not read: it is not a file, or it is a link that leads nowhere or out of the repository.`;
            skippedPlaces.push(place('file-skipped', host.join(dir, name), why));
          }
          const names = entries.filter(e => e.kind === 'file' && wants(e.name)).map(e => e.name);
          if (names.length > 0) folders.push({ dir, names });
          for (const entry of entries) {
            if (entry.kind !== 'directory' || skipped.has(entry.name) || entry.name.startsWith('.')) continue;
            const child = host.join(dir, entry.name);
            if (!ignore(host.relative(folder, child))) (entry.linked === true ? links : next).push(child);
          }
        }),
      );
    }
    depth = next.length > 0 ? depth + 1 : 0;
    level = next.length > 0 ? next : links.splice(0);
  }
  return { folders: sorted(folders), truncated, problems: skippedPlaces };
}

const place = (code: ProjectProblem['code'], file: string, message: string): ProjectProblem => ({
  code,
  message,
  location: { file, span: { start: 0, end: 0 } },
});

function sorted(folders: FoundFolder[]): readonly FoundFolder[] {
  return folders.sort((a, b) => (a.dir < b.dir ? -1 : a.dir > b.dir ? 1 : 0));
}
