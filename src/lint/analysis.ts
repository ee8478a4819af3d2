import type { Environment, FileReader } from '../core/host';
import { lazyRoot, Trees } from '../terraform/lazyRoot';
import type { CloudDefaults, Root, SourceFile } from '../terraform/model';
import { mapRoots, readRoot } from '../terraform/read';
import { type BaselineEntry, KnownFindings } from './baseline';
import { calmed } from './calm';
import type { Finding } from './finding';
import { identityLines } from './identities';
import { judgeRoot, type LintOptions } from './lint';

/** A root with what the rules find in it. Its syntax trees come back when somebody asks for them. */
export interface LintedRoot {
  readonly root: Root;
  readonly findings: readonly Finding[];
  /** The AWS identities in words, where there are several. */
  readonly speaksAs: readonly string[];
}

interface Known extends LintedRoot {
  readonly files: readonly SourceFile[];
  readonly shape: string;
}

export interface AnalysisOptions {
  readonly ignore: (relativeDir: string) => boolean;
  readonly severities: NonNullable<LintOptions['severities']>;
  /** Names for blocks without any. */
  readonly defaults?: CloudDefaults;
  /** Findings that a baseline names: they are not shown. */
  readonly known?: { readonly entries: readonly BaselineEntry[]; readonly name: (file: string) => string };
}

/** Characters of source whose syntax trees are kept between two edits. */
const retained = 1024 * 1024;

/**
 * The findings of everything below one folder, kept up to date while it is edited: an edit costs the reading of the roots that
 * hold the file, however many others there are.
 */
export class Analysis {
  private readonly trees = new Trees(retained);
  private known: readonly Known[] = [];
  private byPath = new Map<string, SourceFile>();

  constructor(
    private readonly host: FileReader,
    private readonly env: Environment,
    private readonly folder: string,
    private readonly options: AnalysisOptions,
  ) {}

  get roots(): readonly LintedRoot[] {
    return this.known;
  }

  /** Files by path, parsed when somebody asks for the tree. */
  get files(): ReadonlyMap<string, SourceFile> {
    return this.byPath;
  }

  /** Reads everything. `found` hears of the first roots while the last are still unread. */
  async readAll(found: (roots: readonly LintedRoot[]) => void): Promise<void> {
    const options = { ignore: this.options.ignore, ...this.defaults };
    const known: Known[] = [];
    const byPath = new Map<string, SourceFile>();
    // The first reading shows what it has; a later one takes the place of the earlier one at once.
    if (this.known.length === 0) [this.known, this.byPath] = [known, byPath];
    const reading = mapRoots(this.host, this.env, this.folder, this.folder, options, root => this.lint(root));
    for await (const root of reading) {
      known.push(root);
      for (const file of root.files) byPath.set(file.path, file);
      found(known);
    }
    [this.known, this.byPath] = [known, byPath];
  }

  /** Reads again what holds the given files. Their names and folders must be as they were; else everything is read. */
  async readChanged(paths: ReadonlySet<string>): Promise<void> {
    const touched = this.known.filter(k => k.files.some(f => paths.has(f.path)));
    const homeless = [...paths].some(path => !this.byPath.has(path));
    const fresh = new Map<Known, Known>();
    for (const old of homeless ? [] : touched) {
      const { dir, otherFiles } = old.root;
      const values = new Set(otherFiles.map(f => this.host.dirname(f.path)).filter(folder => folder !== dir));
      const options = { cache: this.trees, values: [...values], ...this.defaults };
      const root = await readRoot(this.host, this.env, dir, this.folder, options);
      const read = root === undefined ? undefined : this.lint(root);
      const next = read && this.calm(read, old, paths);
      // Other calls, or a cloud block that came or went: other folders may be roots now.
      if (next?.shape !== old.shape) break;
      fresh.set(old, next);
    }
    if (homeless || fresh.size < touched.length) return this.readAll(() => undefined);
    this.known = this.known.map(k => fresh.get(k) ?? k);
    // The same paths, since the shape is the same.
    for (const next of fresh.values()) for (const file of next.files) this.byPath.set(file.path, file);
  }

  private get defaults(): Pick<AnalysisOptions, 'defaults'> {
    const { defaults } = this.options;
    return defaults === undefined ? {} : { defaults };
  }

  /** While an argument is half typed, what was found before it was begun stays. */
  private calm(next: Known, old: Known, paths: ReadonlySet<string>): Known {
    let { findings } = next;
    for (const file of next.files) {
      const before = paths.has(file.path) ? old.files.find(f => f.path === file.path) : undefined;
      if (before !== undefined && before.text !== file.text)
        findings = calmed(file, findings, { text: before.text, findings: old.findings });
    }
    return { ...next, findings };
  }

  private lint(root: Root): Known {
    const options = { environment: this.env, severities: this.options.severities };
    const { findings, identities } = judgeRoot(root, options);
    const speaksAs = identities.count > 1 ? identityLines(identities) : [];
    return { ...lazyRoot(root, this.trees), findings: this.unknown(root, findings), speaksAs };
  }

  private unknown(root: Root, findings: readonly Finding[]): readonly Finding[] {
    const { known } = this.options;
    if (known === undefined) return findings;
    const files = new Map<string, SourceFile>();
    for (const module of root.modules) for (const file of module.files) files.set(file.path, file);
    for (const file of root.otherFiles) files.set(file.path, file);
    return new KnownFindings(known.entries, known.name).newOf(findings, files, () => true);
  }
}
