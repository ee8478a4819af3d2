import type { FileReader } from '../core/host';
import { BoundedCache } from './boundedCache';
import { type FileKind, isCode, jsonKind, readableFiles, tfvarsRank } from './fileKinds';
import { mapLimited } from './mapLimited';
import { at, type Module, type ProjectProblem, type SourceFile } from './model';
import { buildModule } from './module';
import { unreadBlocks } from './unreadBlocks';
import { mayCallModules, mayHoldState } from './prefilter';
import type { ParsedFile } from './syntax/ast';
import { parseHcl } from './syntax/hcl';
import { parseTerraformJson } from './syntax/json';
import { isTerragrunt, parseTerragrunt } from './terragrunt';

/** Larger files are no configuration that a person wrote; they are named and left out. */
export const maximumFileBytes = 5 * 1024 * 1024;

/** Parsed files by path and content, so that a second reading parses only what has changed. */
export interface ParseCache {
  get(path: string, text: string): ParsedFile | undefined;
  set(path: string, text: string, parsed: ParsedFile): void;
}

/** One folder of configuration files, read and parsed. */
export interface LoadedFolder {
  readonly module: Module;
  readonly tfvars: readonly SourceFile[];
  readonly all: readonly SourceFile[];
  readonly problems: readonly ProjectProblem[];
}

interface FileText {
  readonly path: string;
  readonly kind: FileKind;
  readonly text: string;
}

interface FolderTexts {
  readonly files: readonly FileText[];
  readonly problems: readonly ProjectProblem[];
}

/**
 * Reads and parses folders. What was used last is kept, up to `retain` characters of source: a syntax tree takes about 25 times the
 * memory of its text. Folders that others use as their module are kept longest.
 */
export class FolderLoader {
  private readonly all: boolean;
  private readonly texts: BoundedCache<FolderTexts>;
  private readonly folders: BoundedCache<LoadedFolder>;
  /** Trees of the folder at hand: what was parsed to learn whether it is a root is not parsed again to read it. */
  private parsed = new Map<string, SourceFile>();
  private parsedDir: string | undefined;
  private readonly reading = new Map<string, Promise<FolderTexts>>();

  constructor(
    private readonly host: FileReader,
    retain: number,
    private readonly cache: ParseCache | undefined,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.all = retain === Infinity;
    // Texts cost little beside trees, and folders are read some way ahead.
    this.texts = new BoundedCache(8 * retain);
    this.folders = new BoundedCache(retain);
  }

  /** Begins to read a folder that will be wanted soon. */
  readAhead(dir: string, names: readonly string[]): void {
    // Whoever wants the folder hears of the error.
    this.read(dir, names).catch(() => undefined);
  }

  /** `keep` where another root may want the folder too. */
  async load(dir: string, names: readonly string[], keep: boolean): Promise<LoadedFolder> {
    const known = this.folders.get(dir);
    if (known !== undefined) return known;
    const { files, problems } = await this.read(dir, names);
    const all = files.map(file => this.parse(dir, file));
    const loaded: LoadedFolder = {
      module: buildModule(dir, all),
      tfvars: all
        .filter(f => f.role === 'tfvars')
        .sort((a, b) => tfvarsRank(this.host.basename(a.path)) - tfvarsRank(this.host.basename(b.path))),
      all,
      problems: [
        ...problems,
        ...all.flatMap(unreadBlocks),
        ...all.flatMap(file =>
          file.parsed.problems.map(problem => ({
            code: 'syntax' as const,
            message: problem.message,
            location: at(file, problem),
          })),
        ),
      ],
    };
    if (keep || this.all) this.folders.set(dir, loaded, weight(files));
    return loaded;
  }

  /** Is any of the files code, by what stands in it? */
  async holdsCode(dir: string, names: readonly string[]): Promise<boolean> {
    return (await this.read(dir, names)).files.some(f => isCode(f.kind.role));
  }

  /** Does the folder say where its state is? Parses only files that may. */
  async holdsState(dir: string, names: readonly string[]): Promise<boolean> {
    const { terraformBlocks } = await this.partOf(dir, names, mayHoldState);
    return terraformBlocks.some(t => t.body.blocks.some(b => b.type === 'cloud' || b.type === 'backend'));
  }

  /** The modules that a folder calls. Parses only files that may call one. */
  async callsOf(dir: string, names: readonly string[]): Promise<Module['calls']> {
    return (await this.partOf(dir, names, mayCallModules)).calls;
  }

  private async partOf(
    dir: string,
    names: readonly string[],
    wanted: (kind: FileKind, text: string) => boolean,
  ): Promise<Module> {
    const { files } = await this.read(dir, names);
    return buildModule(
      dir,
      files.filter(f => wanted(f.kind, f.text)).map(f => this.parse(dir, f)),
    );
  }

  private read(dir: string, names: readonly string[]): Promise<FolderTexts> {
    const known = this.texts.get(dir);
    if (known !== undefined) return Promise.resolve(known);
    const reading =
      this.reading.get(dir) ??
      this.readFolder(dir, names)
        .then(read => {
          this.texts.set(dir, read, weight(read.files));
          return read;
        })
        .finally(() => this.reading.delete(dir));
    this.reading.set(dir, reading);
    return reading;
  }

  private async readFolder(dir: string, names: readonly string[]): Promise<FolderTexts> {
    const problems: ProjectProblem[] = [];
    const files = await mapLimited(readableFiles(names), 8, async ({ name, kind }): Promise<FileText | undefined> => {
      this.signal?.throwIfAborted();
      const path = this.host.join(dir, name);
      try {
        const text = await this.host.read(path, maximumFileBytes);
        if (text === undefined || (kind.role === 'terragrunt' && !isTerragrunt(name, text))) return undefined;
        const why = notText(text);
        if (why === undefined) return { path, kind, text };
        problems.push({
          code: 'file-skipped',
          message: `${name} was not read: ${why}.`,
          location: { file: path, span: { start: 0, end: 0 } },
        });
        return undefined;
      } catch (error) {
        problems.push({
          code: 'file-skipped',
          message: `${name} was not read: ${error instanceof Error ? error.message : 'it cannot be read'}.`,
          location: { file: path, span: { start: 0, end: 0 } },
        });
        return undefined;
      }
    });
    return { files: files.filter(f => f !== undefined), problems };
  }

  private parse(dir: string, { path, kind, text }: FileText): SourceFile {
    // A new map: an old one that is cleared keeps what it held from V8's fast collection (six times the garbage collection here).
    if (dir !== this.parsedDir && !this.all) this.parsed = new Map();
    this.parsedDir = dir;
    const known = this.parsed.get(path);
    if (known !== undefined) return known;
    const cached = this.cache?.get(path, text);
    const parsed = cached ?? parseSource(kind, text);
    if (cached === undefined) this.cache?.set(path, text, parsed);
    const file: SourceFile = { path, role: kind.role, syntax: kind.syntax, override: kind.override, text, parsed };
    this.parsed.set(path, file);
    return file;
  }
}

/** Parses a file as its name says. */
export function parseSource({ role, syntax }: Pick<FileKind, 'role' | 'syntax'>, text: string): ParsedFile {
  if (role === 'terragrunt') return parseTerragrunt(text);
  if (syntax === 'hcl') return parseHcl(text);
  return parseTerraformJson(text, jsonKind(role));
}

const weight = (files: readonly FileText[]): number => files.reduce((sum, f) => sum + f.text.length, 0);

/** git-crypt's files begin with NUL GITCRYPT NUL; no code has a NUL in it. */
function notText(text: string): string | undefined {
  if (text.startsWith('\0GITCRYPT\0')) return 'it is encrypted with git-crypt; unlock the repository to have it read';
  return text.slice(0, 8192).includes('\0') ? 'it is encrypted or binary' : undefined;
}
