import type { FileReader } from '../core/host';
import { fileKind } from './fileKinds';

const skipped: ReadonlySet<string> = new Set(['node_modules', '.terraform', '.git', '.terragrunt-cache']);
const maximumFolders = 50_000;
const maximumDepth = 40;

export interface FoundFolder {
  readonly dir: string;
  /** Names of the files that Terraform could read. */
  readonly names: readonly string[];
}

/**
 * Every folder below `folder` that holds a file of Terraform's, in order of path. Hidden folders and dependencies are left out;
 * a folder that is reached twice (symbolic links) is looked at once.
 */
export async function discover(
  host: FileReader,
  folder: string,
  ignore: (relativeDir: string) => boolean,
  signal: AbortSignal | undefined,
): Promise<{ readonly folders: readonly FoundFolder[]; readonly truncated: boolean }> {
  const folders: FoundFolder[] = [];
  const seen = new Set<string>();
  let truncated = false;
  let level: readonly string[] = [folder];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maximumDepth) return { folders: sorted(folders), truncated: true };
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
          if (entries === undefined) return;
          const names = entries.filter(e => e.kind === 'file' && fileKind(e.name) !== undefined).map(e => e.name);
          if (names.length > 0) folders.push({ dir, names });
          for (const entry of entries) {
            if (entry.kind !== 'directory' || skipped.has(entry.name) || entry.name.startsWith('.')) continue;
            const child = host.join(dir, entry.name);
            if (!ignore(host.relative(folder, child))) next.push(child);
          }
        }),
      );
    }
    level = next;
  }
  return { folders: sorted(folders), truncated };
}

function sorted(folders: FoundFolder[]): readonly FoundFolder[] {
  return folders.sort((a, b) => (a.dir < b.dir ? -1 : a.dir > b.dir ? 1 : 0));
}
