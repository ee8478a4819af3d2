import type { Environment, FileReader } from '../core/host';
import { discover } from './discover';
import { readCloud } from './cloud';
import { readableFiles, tfvarsRank } from './fileKinds';
import {
  at,
  type Module,
  type Project,
  type ProjectProblem,
  type Root,
  type SourceFile,
  type StateHint,
  type TfvarsAssignment,
} from './model';
import { buildModule, buildStack } from './module';
import type { ParsedFile } from './syntax/ast';
import { parseHcl } from './syntax/hcl';
import { parseTerraformJson } from './syntax/json';

/** Larger files are no configuration that a person wrote; they are named and left out. */
export const maximumFileBytes = 5 * 1024 * 1024;

/** Parsed files by path and content, so that a second reading parses only what has changed. */
export interface ParseCache {
  get(path: string, text: string): ParsedFile | undefined;
  set(path: string, text: string, parsed: ParsedFile): void;
}

export interface ReadOptions {
  readonly cache?: ParseCache;
  readonly signal?: AbortSignal;
  /** Folders (relative to the scanned one, forward slashes) that are left out. */
  readonly ignore?: (relativeDir: string) => boolean;
}

/**
 * Reads every Terraform root below a folder. Never throws for what the files say; rejects only when cancelled.
 * Child modules are followed inside `boundary` (the repository), registry modules where `terraform init` has put them.
 */
export async function readProject(
  host: FileReader,
  env: Environment,
  folder: string,
  boundary: string,
  options: ReadOptions = {},
): Promise<Project> {
  const reader = new ProjectReader(host, env, folder, boundary, options);
  return reader.read();
}

interface Folder {
  readonly dir: string;
  readonly names: readonly string[];
}

class ProjectReader {
  private readonly problems: ProjectProblem[] = [];
  private readonly modules = new Map<
    string,
    Promise<{
      module: Module;
      tfvars: readonly SourceFile[];
      all: readonly SourceFile[];
      problems: readonly ProjectProblem[];
    }>
  >();

  constructor(
    private readonly host: FileReader,
    private readonly env: Environment,
    private readonly folder: string,
    private readonly boundary: string,
    private readonly options: ReadOptions,
  ) {}

  async read(): Promise<Project> {
    const found = await discover(this.host, this.folder, this.options.ignore ?? (() => false), this.options.signal);
    if (found.truncated) {
      this.problems.push({
        code: 'too-many-folders',
        message: `Only the first ${found.folders.length} folders of ${this.folder} were looked at.`,
      });
    }
    const folders = found.folders.filter(f => readableFiles(f.names).some(file => file.kind.role !== 'tfvars'));
    const loaded = await mapLimited(folders, 8, async f => ({ folder: f, ...(await this.load(f.dir, f.names)) }));
    const called = new Set<string>();
    for (const { module } of loaded) {
      for (const call of module.calls) {
        const dir = this.localDir(module.dir, call.source.state === 'known' ? call.source.value : '');
        if (dir !== undefined) called.add(dir);
      }
    }
    // A folder that others use as their module is no root, unless it says where its state is. The scanned folder itself always is.
    const rootFolders = loaded.filter(
      ({ module }) =>
        module.dir === this.folder ||
        !called.has(module.dir) ||
        module.terraformBlocks.some(t => t.body.blocks.some(b => b.type === 'cloud' || b.type === 'backend')),
    );
    // Folders that call each other in a circle leave no root: then each of them is looked at.
    const chosen = rootFolders.length > 0 ? rootFolders : loaded;
    const roots = await mapLimited(chosen, 4, r => this.root(r.folder));
    return { folder: this.folder, roots, problems: this.problems };
  }

  private async root(folder: Folder): Promise<Root> {
    const { module, tfvars, all, problems } = await this.load(folder.dir, folder.names);
    const own: ProjectProblem[] = [...problems];
    const stack = buildStack(all);
    const opentofu = all.some(f => /\.tofu(?:\.json)?$/.test(f.path));
    const dataDir = this.env['TF_DATA_DIR'] || '.terraform';
    const data = this.host.join(folder.dir, dataDir);
    const environmentFile = this.host.join(data, 'environment');
    const selected = (await this.readSafely(environmentFile))?.trim();
    const reading = readCloud(module.terraformBlocks, {
      env: this.env,
      opentofu,
      selected: selected ? { name: selected, file: environmentFile } : undefined,
    });
    own.push(...reading.problems);
    const modules = await this.follow(module, data, own);
    return {
      dir: folder.dir,
      dialect: stack !== undefined ? 'stack' : opentofu ? 'opentofu' : 'terraform',
      cloud: stack !== undefined && reading.cloud.kind === 'none' ? this.stackSettings() : reading.cloud,
      backend: reading.backend,
      module: modules[0] ?? module,
      modules,
      tfvars: tfvars.flatMap(file =>
        file.parsed.body.attributes.map((attribute): TfvarsAssignment => ({ name: attribute.name, file, attribute })),
      ),
      tfvarsFiles: tfvars,
      stack,
      stateHint: await this.stateHint(this.host.join(data, 'terraform.tfstate')),
      problems: own,
    };
  }

  /** Stacks have no cloud block: organization and host come from the environment, for the CLI at least. */
  private stackSettings(): Root['cloud'] {
    const from = (variable: string): Root['cloud']['organization'] => {
      const value = this.env[variable];
      return value ? { state: 'known', value, source: { kind: 'environment', variable } } : { state: 'absent' };
    };
    const hostname = from('TF_CLOUD_HOSTNAME');
    return {
      kind: 'stack',
      hostname:
        hostname.state === 'known'
          ? hostname
          : { state: 'known', value: 'app.terraform.io', source: { kind: 'default' } },
      organization: from('TF_CLOUD_ORGANIZATION'),
      workspaces: { by: 'nothing' },
      project: from('TF_CLOUD_PROJECT'),
    };
  }

  /** The module and, each once, the modules that it calls. */
  private async follow(root: Module, dataDir: string, problems: ProjectProblem[]): Promise<readonly Module[]> {
    const manifest = await this.manifest(dataDir, root.dir);
    const done = new Map<string, Module>();
    const visit = async (module: Module, keyPrefix: string): Promise<void> => {
      if (done.has(module.dir) || done.size > 2000) return;
      done.set(module.dir, module);
      const calls = [];
      for (const call of module.calls) {
        const source = call.source.state === 'known' ? call.source.value : '';
        const key = keyPrefix === '' ? call.name : `${keyPrefix}.${call.name}`;
        const dir = this.localDir(module.dir, source) ?? manifest.get(key);
        calls.push({ ...call, dir });
        if (dir === undefined || done.has(dir)) continue;
        const entries = await this.host.list(dir);
        if (entries === undefined) {
          problems.push({
            code: 'module-missing',
            message: `Module "${call.name}" has no folder at ${source}.`,
            ...(call.source.state === 'known' && call.source.location && { location: call.source.location }),
          });
          continue;
        }
        const child = await this.load(
          dir,
          entries.filter(e => e.kind === 'file').map(e => e.name),
        );
        problems.push(...child.problems);
        await visit(child.module, key);
      }
      done.set(module.dir, { ...module, calls });
    };
    await visit(root, '');
    return [...done.values()];
  }

  /** A local module's folder, where it is inside of the repository. */
  private localDir(from: string, source: string): string | undefined {
    if (!/^\.\.?(?:[/\\]|$)/.test(source)) return undefined;
    const dir = this.host.join(from, source);
    const relative = this.host.relative(this.boundary, dir);
    return relative === '..' || relative.startsWith('../') ? undefined : dir;
  }

  /** `.terraform/modules/modules.json`: where init has put modules of registries. */
  private async manifest(dataDir: string, rootDir: string): Promise<ReadonlyMap<string, string>> {
    const text = await this.readSafely(this.host.join(dataDir, 'modules', 'modules.json'));
    const out = new Map<string, string>();
    if (text === undefined) return out;
    try {
      const parsed = JSON.parse(text) as { Modules?: { Key?: unknown; Dir?: unknown }[] } | null;
      for (const entry of parsed?.Modules ?? []) {
        if (typeof entry.Key !== 'string' || typeof entry.Dir !== 'string' || entry.Key === '') continue;
        const dir = this.host.join(rootDir, entry.Dir);
        const relative = this.host.relative(this.boundary, dir);
        if (!relative.startsWith('../') && relative !== '..') out.set(entry.Key, dir);
      }
    } catch {
      return new Map();
    }
    return out;
  }

  private async stateHint(file: string): Promise<StateHint | undefined> {
    const text = await this.readSafely(file);
    if (text === undefined) return undefined;
    try {
      const parsed: unknown = JSON.parse(text);
      const backend = field(parsed, 'backend');
      const type = field(backend, 'type');
      if (typeof type !== 'string') return undefined;
      const config = field(backend, 'config');
      const text_ = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
      const workspaces = field(config, 'workspaces');
      // The `remote` backend keeps its workspaces block as a list of one.
      const first: unknown = Array.isArray(workspaces) ? workspaces[0] : workspaces;
      return {
        file,
        type,
        hostname: text_(field(config, 'hostname')),
        organization: text_(field(config, 'organization')),
        workspace: text_(field(first, 'name')),
      };
    } catch {
      return undefined;
    }
  }

  private load(
    dir: string,
    names: readonly string[],
  ): Promise<{
    module: Module;
    tfvars: readonly SourceFile[];
    all: readonly SourceFile[];
    problems: readonly ProjectProblem[];
  }> {
    const known = this.modules.get(dir);
    if (known !== undefined) return known;
    const loading = this.loadFolder(dir, names);
    this.modules.set(dir, loading);
    return loading;
  }

  private async loadFolder(
    dir: string,
    names: readonly string[],
  ): Promise<{
    module: Module;
    tfvars: readonly SourceFile[];
    all: readonly SourceFile[];
    problems: readonly ProjectProblem[];
  }> {
    const problems: ProjectProblem[] = [];
    const files = (
      await mapLimited(readableFiles(names), 8, f => this.file(this.host.join(dir, f.name), f, problems))
    ).filter(f => f !== undefined);
    const tfvars = files
      .filter(f => f.role === 'tfvars')
      .sort((a, b) => tfvarsRank(this.host.basename(a.path)) - tfvarsRank(this.host.basename(b.path)));
    return { module: buildModule(dir, files), tfvars, all: files, problems };
  }

  private async file(
    path: string,
    { kind }: ReturnType<typeof readableFiles>[number],
    problems: ProjectProblem[],
  ): Promise<SourceFile | undefined> {
    this.options.signal?.throwIfAborted();
    let text: string | undefined;
    try {
      text = await this.host.read(path, maximumFileBytes);
    } catch (error) {
      problems.push({
        code: 'file-skipped',
        message: `${this.host.basename(path)} was not read: ${error instanceof Error ? error.message : 'it can not be read'}.`,
      });
      return undefined;
    }
    if (text === undefined) return undefined;
    const cached = this.options.cache?.get(path, text);
    const parsed =
      cached ??
      (kind.syntax === 'hcl'
        ? parseHcl(text)
        : parseTerraformJson(text, kind.role === 'tfvars' ? 'tfvars' : kind.role === 'config' ? 'config' : 'stack'));
    if (cached === undefined) this.options.cache?.set(path, text, parsed);
    const file: SourceFile = { path, role: kind.role, syntax: kind.syntax, override: kind.override, text, parsed };
    for (const problem of parsed.problems)
      problems.push({ code: 'syntax', message: problem.message, location: at(file, problem) });
    return file;
  }

  private async readSafely(path: string): Promise<string | undefined> {
    try {
      return await this.host.read(path, maximumFileBytes);
    } catch {
      return undefined;
    }
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Like Promise.all over `items`, with at most `limit` under way; keeps the order. */
async function mapLimited<T, R>(items: readonly T[], limit: number, fn: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      const item = items[index];
      if (item !== undefined) results[index] = await fn(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
