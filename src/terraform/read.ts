import type { Environment, FileReader } from '../core/host';
import { asciiHost } from '../core/hostName';
import { discover, type FoundFolder } from './discover';
import { readCloud, withDefault } from './cloud';
import { isCode, isTofu, readableFiles } from './fileKinds';
import { filesInCode } from './filesInCode';
import { FolderLoader, maximumFileBytes, type ParseCache } from './folders';
import { InitData } from './initData';
import { assignments } from './lazyRoot';
import {
  attributeOf,
  type CloudDefaults,
  type Module,
  type Project,
  type ProjectProblem,
  type Root,
  type SourceFile,
} from './model';
import { buildStack } from './module';
import type { Expression } from './syntax/ast';
import { evaluate, isShowable, type RootValues, rootValues, stringOf } from './values';

export interface ReadOptions {
  readonly cache?: ParseCache;
  readonly signal?: AbortSignal;
  /** Folders (relative to the scanned one, forward slashes) that are left out. */
  readonly ignore?: (relativeDir: string) => boolean;
  /** Names for `cloud` blocks, backends and Stacks that say none, behind the environment's. */
  readonly defaults?: CloudDefaults;
}

interface RootOptions extends ReadOptions {
  /** Other folders whose tfvars files belong to the root. */
  readonly values?: readonly string[];
}

/** Characters of source whose syntax trees are kept while roots are read one after the other. */
const retained = 1024 * 1024;
/** Folders that are read while an earlier one is worked on. */
const foldersAhead = 4;

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
  const reader = new ProjectReader(host, env, folder, boundary, options, Infinity);
  const roots: Root[] = [];
  for await (const root of reader.roots(root => root)) roots.push(root);
  return { folder, roots, problems: reader.problems };
}

/**
 * What `map` makes of every root, in the order of their paths. Each root is read, handed to `map` and forgotten, so that a big
 * tree needs the memory of a few roots; a root is handed over as soon as it is known to be one.
 */
export async function* mapRoots<T>(
  host: FileReader,
  env: Environment,
  folder: string,
  boundary: string,
  options: ReadOptions & { readonly problem?: (problem: ProjectProblem) => void },
  map: (root: Root) => T,
): AsyncGenerator<T, void> {
  const reader = new ProjectReader(host, env, folder, boundary, options, retained);
  yield* reader.roots(map);
  if (options.problem !== undefined) reader.problems.forEach(options.problem);
}

/** One folder read as a root, whatever the folders around it say. `undefined` where it isn't there. */
export async function readRoot(
  host: FileReader,
  env: Environment,
  dir: string,
  boundary: string,
  options: RootOptions,
): Promise<Root | undefined> {
  const names = await namesIn(host, dir);
  if (names === undefined) return undefined;
  const values: FoundFolder[] = [];
  for (const other of options.values ?? []) values.push({ dir: other, names: (await namesIn(host, other)) ?? [] });
  return new ProjectReader(host, env, dir, boundary, options, retained).root({ dir, names, values });
}

async function namesIn(host: FileReader, dir: string): Promise<readonly string[] | undefined> {
  return (await host.list(dir))?.filter(e => e.kind === 'file').map(e => e.name);
}

/** Where files of Terraform say where the state is, HCP Terraform runs Terraform, which reads no others. */
function isForTerraform({ terraformBlocks }: Module): boolean {
  return terraformBlocks.some(
    t => !isTofu(t.file.path) && t.body.blocks.some(b => b.type === 'cloud' || b.type === 'backend'),
  );
}

/** The `terraform` blocks that the tool reads which the root is for. */
function blocksOfTool(module: Module): Module['terraformBlocks'] {
  const { terraformBlocks } = module;
  return isForTerraform(module) ? terraformBlocks.filter(t => !isTofu(t.file.path)) : terraformBlocks;
}

/** Evaluates what stands in a module's `cloud` block or module sources. */
function constantsOf(
  module: Module,
  tfvars: readonly SourceFile[],
): (expression: Expression) => { readonly text: string | undefined; readonly why: string } {
  let values: RootValues | undefined;
  return expression => {
    values ??= rootValues({ dir: module.dir, module, modules: [module], tfvars: assignments(tfvars) });
    const value = evaluate(expression, values.scope.frame);
    const why = value.kind === 'unknown' ? value.why : 'The value is not a text.';
    return { text: isShowable(value) ? stringOf(value) : undefined, why };
  };
}

const isAside = ({ role }: SourceFile): boolean => !isCode(role) && role !== 'tfvars';

/** A folder on its way: its root's result, or whether it is a root can't be told before every folder was looked at. */
type Slot<T> = { readonly state: 'done'; readonly value: T } | { readonly state: 'open'; readonly folder: FoundFolder };

class ProjectReader {
  readonly problems: ProjectProblem[] = [];
  private readonly loader: FolderLoader;
  /** Which folders say where their state is; a folder is asked for each of several neighbours. */
  private readonly states = new Map<string, boolean>();

  constructor(
    private readonly host: FileReader,
    private readonly env: Environment,
    private readonly folder: string,
    private readonly boundary: string,
    private readonly options: ReadOptions,
    retain: number,
  ) {
    this.loader = new FolderLoader(host, retain, options.cache, options.signal);
  }

  /**
   * A folder that others use as their module is no root, unless it says where its state is. The scanned folder itself always is.
   * Folders that call each other in a circle leave no root: then each of them is looked at.
   */
  async *roots<T>(map: (root: Root) => T): AsyncGenerator<T, void> {
    const found = await discover(this.host, this.folder, this.options.ignore ?? (() => false), this.options.signal);
    this.problems.push(...found.problems);
    if (found.truncated) {
      this.problems.push({
        code: 'too-many-folders',
        message: `Only the first ${found.folders.length} folders of ${this.folder} were looked at.`,
      });
    }
    const folders = await this.withValues(found.folders);
    const slots: Slot<T>[] = [];
    const called = new Set<string>();
    let given = 0;
    for (const [i, folder] of folders.entries()) {
      for (const next of folders.slice(i, i + foldersAhead)) this.loader.readAhead(next.dir, next.names);
      const isRoot = folder.dir === this.folder || (await this.loader.holdsState(folder.dir, folder.names));
      for (const call of await this.loader.callsOf(folder.dir, folder.names)) {
        const dir = this.localDir(folder.dir, call.source.state === 'known' ? call.source.value : '');
        if (dir !== undefined) called.add(dir);
      }
      slots.push(isRoot ? { state: 'done', value: map(await this.root(folder)) } : { state: 'open', folder });
      for (let slot = slots[given]; slot?.state === 'done'; slot = slots[++given]) yield slot.value;
    }
    const circle = slots.every(slot => slot.state === 'open' && called.has(slot.folder.dir));
    for (const slot of slots.slice(given)) {
      if (slot.state === 'done') yield slot.value;
      else if (circle || !called.has(slot.folder.dir)) yield map(await this.root(slot.folder));
    }
  }

  /**
   * The folders of configuration, each with the folders below it that hold tfvars files or tests only. Where nothing above such a folder is
   * one of configuration, it goes to the nearest neighbour, of several to one that says where its state is.
   */
  private async withValues(found: readonly FoundFolder[]): Promise<readonly FoundFolder[]> {
    const folders: FoundFolder[] = [];
    for (const f of found) if (f.dir === this.folder || (await this.holdsCode(f))) folders.push(f);
    const byDir = new Map(folders.map(f => [f.dir, f]));
    const values = new Map<FoundFolder, FoundFolder[]>();
    const owners = new Map<string, FoundFolder | undefined>();
    for (const folder of found.filter(f => !byDir.has(f.dir))) {
      const above = this.host.dirname(folder.dir);
      if (!owners.has(above)) owners.set(above, await this.ownerIn(above, byDir));
      const owner = owners.get(above);
      if (owner !== undefined) values.set(owner, [...(values.get(owner) ?? []), folder]);
    }
    return folders.map(f => ({ ...f, values: values.get(f) ?? [] }));
  }

  /** Files of Terragrunt's that are named after nothing are told from those of other tools by their text. */
  private async holdsCode({ dir, names }: FoundFolder): Promise<boolean> {
    const code = readableFiles(names).filter(file => isCode(file.kind.role));
    return code.some(file => file.kind.role !== 'terragrunt') || (code.length > 0 && this.loader.holdsCode(dir, names));
  }

  /** What the code may read files of: without a repository around it, the scanned folder. */
  private get repository(): string {
    return this.host.dirname(this.boundary) === this.boundary ? this.folder : this.boundary;
  }

  private async ownerIn(dir: string, folders: ReadonlyMap<string, FoundFolder>): Promise<FoundFolder | undefined> {
    const own = folders.get(dir);
    if (own !== undefined) return own;
    const below = [...folders.values()].filter(f => f.dir.startsWith(dir) && /^[\\/]/.test(f.dir.slice(dir.length)));
    for (const near of below) {
      if (!this.states.has(near.dir)) this.states.set(near.dir, await this.loader.holdsState(near.dir, near.names));
      if (this.states.get(near.dir) === true) return near;
    }
    if (below[0] !== undefined) return below[0];
    const above = this.host.dirname(dir);
    return dir === this.folder || above === dir ? undefined : this.ownerIn(above, folders);
  }

  async root(folder: FoundFolder): Promise<Root> {
    const { module, tfvars, all, problems } = await this.loader.load(folder.dir, folder.names, false);
    const own: ProjectProblem[] = [...problems];
    const others = all.filter(isAside);
    for (const other of folder.values ?? []) {
      const loaded = await this.loader.load(other.dir, other.names, false);
      others.push(...loaded.tfvars, ...loaded.all.filter(isAside));
      own.push(...loaded.problems);
    }
    const stack = buildStack(all);
    const opentofu = all.some(f => isTofu(f.path));
    const dataDir = this.host.join(folder.dir, this.env['TF_DATA_DIR'] || '.terraform');
    const init = new InitData(this.host, dataDir, this.boundary, maximumFileBytes);
    const selected = await init.selected();
    const reading = readCloud(blocksOfTool(module), {
      env: this.env,
      opentofu: opentofu && !isForTerraform(module),
      selected,
      ...(this.options.defaults !== undefined && { defaults: this.options.defaults }),
      evaluate: constantsOf(module, tfvars),
    });
    own.push(...reading.problems);
    const early = opentofu ? constantsOf(module, tfvars) : undefined;
    const modules = await this.follow(module, await init.manifest(module.dir), own, early);
    const read = { dir: folder.dir, module: modules[0] ?? module, modules, tfvars: assignments(tfvars) };
    const texts = await filesInCode(this.host, read, this.repository);
    return {
      ...read,
      ...(texts.size > 0 && { texts }),
      dialect: stack !== undefined ? 'stack' : opentofu ? 'opentofu' : 'terraform',
      cloud: stack !== undefined && reading.cloud.kind === 'none' ? this.stackSettings() : reading.cloud,
      backend: reading.backend,
      otherFiles: [...tfvars, ...others],
      stack,
      stateHint: await init.stateHint(),
      problems: own,
    };
  }

  /**
   * Stacks have no cloud block: names come from the environment. Terraform's CLI for Stacks reads TF_STACKS_* (hashicorp/terraform
   * internal/command/stacks.go); the names of workspaces' commands are taken where those say nothing.
   */
  private stackSettings(): Root['cloud'] {
    const from = (...variables: readonly string[]): Root['cloud']['organization'] => {
      for (const variable of variables) {
        const value = this.env[variable];
        if (value) return { state: 'known', value, source: { kind: 'environment', variable } };
      }
      return { state: 'absent' };
    };
    const { defaults } = this.options;
    const named = withDefault(from('TF_STACKS_HOSTNAME', 'TF_CLOUD_HOSTNAME'), defaults, 'hostname');
    const hostname = named.state === 'known' ? { ...named, value: asciiHost(named.value) } : named;
    return {
      kind: 'stack',
      hostname:
        hostname.state === 'known'
          ? hostname
          : { state: 'known', value: 'app.terraform.io', source: { kind: 'default' } },
      organization: withDefault(from('TF_STACKS_ORGANIZATION_NAME', 'TF_CLOUD_ORGANIZATION'), defaults, 'organization'),
      workspaces: { by: 'nothing' },
      project: from('TF_STACKS_PROJECT_NAME', 'TF_CLOUD_PROJECT'),
      stack: from('TF_STACKS_STACK_NAME'),
    };
  }

  /** The module and, each once, the modules that it calls. */
  private async follow(
    root: Module,
    manifest: ReadonlyMap<string, string>,
    problems: ProjectProblem[],
    /** OpenTofu knows sources that are made of variables and locals (of the root, here). */
    early: ((expression: Expression) => { readonly text: string | undefined }) | undefined,
  ): Promise<readonly Module[]> {
    const done = new Map<string, Module>();
    const visit = async (module: Module, keyPrefix: string): Promise<void> => {
      if (done.has(module.dir) || done.size > 2000) return;
      done.set(module.dir, module);
      const calls = [];
      for (const call of module.calls) {
        const written = module === root ? attributeOf(call.body, 'source')?.value : undefined;
        const evaluated = call.source.state === 'unknown' && written !== undefined ? early?.(written).text : undefined;
        const source = call.source.state === 'known' ? call.source.value : (evaluated ?? '');
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
        const child = await this.loader.load(
          dir,
          entries.filter(e => e.kind === 'file').map(e => e.name),
          true,
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
}
