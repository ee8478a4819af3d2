import { BoundedCache } from './boundedCache';
import { type ParseCache, parseSource } from './folders';
import type { Module, Root, SourceFile, TfvarsAssignment } from './model';
import { buildModule } from './module';
import type { ParsedFile } from './syntax/ast';

/** Syntax trees of the files used last, up to so many characters of source. */
export class Trees implements ParseCache {
  private readonly trees: BoundedCache<{ readonly text: string; readonly parsed: ParsedFile }>;
  readonly modules: BoundedCache<readonly Module[]>;

  constructor(retain: number) {
    this.trees = new BoundedCache(retain);
    this.modules = new BoundedCache(retain);
  }

  get(path: string, text: string): ParsedFile | undefined {
    const known = this.trees.get(path);
    return known?.text === text ? known.parsed : undefined;
  }

  set(path: string, text: string, parsed: ParsedFile): void {
    this.trees.set(path, { text, parsed }, text.length);
  }

  of(file: Omit<SourceFile, 'parsed'>): ParsedFile {
    const known = this.get(file.path, file.text);
    if (known !== undefined) return known;
    const parsed = parseSource(file, file.text);
    this.set(file.path, file.text, parsed);
    return parsed;
  }
}

/**
 * The same root without its syntax trees, and its files. A tree takes about 25 times the memory of its text, and of thousands of
 * roots few are looked at: files are parsed again when somebody asks for a module.
 */
export function lazyRoot(
  root: Root,
  trees: Trees,
): { readonly root: Root; readonly files: readonly SourceFile[]; readonly shape: string } {
  const lazy = ({ path, role, syntax, override, text }: SourceFile): SourceFile => {
    const file = { path, role, syntax, override, text };
    return {
      ...file,
      get parsed() {
        return trees.of(file);
      },
    };
  };
  const skeleton = root.modules.map(module => ({
    dir: module.dir,
    files: module.files.map(lazy),
    calls: module.calls.map(call => call.dir),
  }));
  const otherFiles = root.otherFiles.map(lazy);
  const isOwnValues = (f: SourceFile): boolean =>
    f.role === 'tfvars' && !/[\\/]/.test(f.path.slice(root.dir.length + 1));
  const weight = skeleton.flatMap(m => m.files).reduce((sum, file) => sum + file.text.length, 0);
  // Its own key: a newer reading of the same root has other texts.
  const key = `${root.dir}\0${serial++}`;
  const modules = (): readonly Module[] => {
    const known = trees.modules.get(key);
    if (known !== undefined) return known;
    const built = skeleton.map(({ dir, files, calls }): Module => {
      const module = buildModule(dir, files);
      return { ...module, calls: module.calls.map((call, i) => ({ ...call, dir: calls[i] })) };
    });
    trees.modules.set(key, built, weight);
    return built;
  };
  const { dir, dialect, cloud, backend, stack, stateHint, problems, module, texts } = root;
  const at = root.modules.indexOf(module);
  return {
    root: {
      dir,
      dialect,
      cloud,
      backend,
      stack,
      stateHint,
      problems,
      ...(texts !== undefined && { texts }),
      otherFiles,
      get module() {
        return modules()[at] ?? buildModule(dir, []);
      },
      get modules() {
        return modules();
      },
      get tfvars() {
        return assignments(otherFiles.filter(isOwnValues));
      },
    },
    files: [...skeleton.flatMap(m => m.files), ...otherFiles],
    shape: shapeOf(root),
  };
}

let serial = 0;

/** The assignments of tfvars files, in the order of the files. */
export function assignments(files: readonly SourceFile[]): readonly TfvarsAssignment[] {
  return files.flatMap(file =>
    file.parsed.body.attributes.map((attribute): TfvarsAssignment => ({ name: attribute.name, file, attribute })),
  );
}

/** What decides which folders are roots and which files belong to them: while it stays the same, an edit changes this root only. */
function shapeOf({ modules }: Root): string {
  return JSON.stringify(
    modules.map(m => [
      m.dir,
      m.files.map(f => f.path),
      m.calls.map(c => [c.name, c.source.state === 'known' ? c.source.value : null, c.dir ?? null]),
      m.terraformBlocks.some(t => t.body.blocks.some(b => b.type === 'cloud' || b.type === 'backend')),
    ]),
  );
}
