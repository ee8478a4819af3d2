import { applyEdits, type Location, type Span, type TextEdit } from '../../core/text';
import { parseSource } from '../../terraform/folders';
import { at, attributeOf, blocksOf, type Module, type Root, type SourceFile } from '../../terraform/model';
import type { Attribute, Block, ObjectItem, ParsedFile } from '../../terraform/syntax/ast';
import { childrenOf, visitExpressions } from '../../terraform/syntax/walk';
import type { Expression } from '../../terraform/syntax/ast';
import type { Fix } from '../finding';
import { combineEdits, removal } from './fixes';

/** A variable that the code used before an edit, and uses nowhere any more. */
export interface OrphanedVariable {
  readonly name: string;
  readonly location: Location;
  /** Where tfvars files of the root, or inputs of a Stack, still give it a value. */
  readonly assignments: readonly Location[];
  /** Deployments of a Stack give its values, not a workspace. */
  readonly inStack: boolean;
}

/** What a fix leaves without a use: declared, a variable stays required, and a data source goes on minting keys. */
export interface Leftovers {
  /** They remove it. */
  readonly fixes: readonly Fix[];
  /** Variables of the root that go; a workspace may have values for them. */
  readonly removed: readonly OrphanedVariable[];
  /** Variables that stay, since not all of what gives them a value may be changed. */
  readonly kept: readonly OrphanedVariable[];
  /** The names that go. */
  readonly names: readonly GoneName[];
}

/** `var.x` or `local.x` of the module in a folder. */
export interface GoneName {
  readonly dir: string;
  readonly name: string;
}

export interface LeftoverOptions {
  readonly mayChange: (file: SourceFile) => boolean;
  /** Are all roots given that may call the modules? Else their variables are left alone. */
  readonly callersKnown: boolean;
  /** The roots before what made the leftovers, where `fixes` are not all of it. */
  readonly before?: readonly Root[];
}

/** Follows what the edits of `fixes` leave without a use: locals, data sources, variables, what gives them a value, and what that used. */
export function leftovers(roots: readonly Root[], fixes: readonly Fix[], options: LeftoverOptions): Leftovers {
  const search = new Search(roots, fixes, options);
  while (search.step());
  return search;
}

interface Use {
  readonly module: Module;
  readonly before: ReadonlySet<string>;
}

class Search implements Leftovers {
  readonly fixes: Fix[] = [];
  readonly removed: OrphanedVariable[] = [];
  readonly kept: OrphanedVariable[] = [];
  readonly names: GoneName[] = [];
  private readonly modules: ReadonlyMap<string, Module>;
  private readonly uses = new Map<string, Use>();
  private readonly earlier: ReadonlyMap<string, Module>;
  private readonly done = new Set<string>();

  constructor(
    private readonly roots: readonly Root[],
    private readonly given: readonly Fix[],
    private readonly options: LeftoverOptions,
  ) {
    this.modules = modulesOf(roots);
    this.earlier = options.before === undefined ? this.modules : modulesOf(options.before);
  }

  /** Looks once for what is left; false where there is nothing new. */
  step(): boolean {
    const before = this.fixes.length;
    const texts = this.texts();
    for (const module of this.modules.values()) {
      const isTouched = this.options.before !== undefined || module.files.some(f => texts.has(f.path));
      if (!isTouched) continue;
      const after = usedIn(module.files.map(f => texts.get(f.path) ?? f.parsed));
      for (const name of this.usedBefore(module)) if (!after.has(name)) this.orphan(module, name);
    }
    return this.fixes.length > before;
  }

  private texts(): ReadonlyMap<string, ParsedFile> {
    const edits = [...this.given, ...this.fixes].flatMap(fix => fix.edits);
    const byFile = new Map<string, TextEdit[]>();
    for (const edit of edits) byFile.set(edit.file, [...(byFile.get(edit.file) ?? []), edit]);
    const out = new Map<string, ParsedFile>();
    for (const module of this.modules.values())
      for (const file of module.files) {
        const own = byFile.get(file.path);
        if (own !== undefined) out.set(file.path, parseSource(file, applyEdits(file.text, combineEdits(file, own))));
      }
    return out;
  }

  private usedBefore(module: Module): ReadonlySet<string> {
    const known = this.uses.get(module.dir);
    if (known !== undefined) return known.before;
    const earlier = this.earlier.get(module.dir) ?? module;
    const before = usedIn(earlier.files.map(f => f.parsed));
    this.uses.set(module.dir, { module, before });
    return before;
  }

  private orphan(module: Module, name: string): void {
    const key = `${module.dir}\0${name}`;
    if (this.done.has(key)) return;
    this.done.add(key);
    const [head = '', second = '', third = ''] = name.split('.');
    if (head === 'var') this.variable(module, second);
    else if (head === 'local') this.local(module, second);
    else
      for (const block of module.resources)
        if (block.mode === head && block.type === second && block.name === third && !hasConditions(block.block))
          this.remove(block.file, block.block, `${head}.${second}.${third}`);
  }

  private local(module: Module, name: string): void {
    const local = module.locals.get(name);
    if (local === undefined) return;
    const { file, attribute } = local;
    const block = blocksOf(file.parsed.body, 'locals').find(b => b.body.attributes.includes(attribute));
    const isOnly = block?.body.attributes.length === 1;
    if (this.remove(file, isOnly ? block : attribute, `local.${name}`))
      this.names.push({ dir: module.dir, name: `local.${name}` });
  }

  private variable(module: Module, name: string): void {
    const declared = declarationsOf(module, name);
    const [first] = declared;
    if (first === undefined) return;
    const roots = this.roots.filter(root => root.module.dir === module.dir);
    const modules = [...this.modules.values()];
    const given = givenTo(this.roots, modules, module.dir, name);
    const told: OrphanedVariable = {
      name,
      location: at(first.file, first.block.labels[0] ?? first.block),
      assignments: given.map(g => at(g.file, g.name)),
      inStack: first.file.role === 'component',
    };
    const isReached = roots.length > 0 ? roots.every(isRootItself) : this.options.callersKnown;
    const mayChange =
      [...declared, ...given].every(({ file }) => this.options.mayChange(file)) &&
      // An input that nobody can take out would be one without a variable.
      inputsOf(this.roots, modules, module.dir).every(({ value }) => itemsOf(value, name) !== undefined);
    if (!isReached || !mayChange) {
      if (roots.length > 0 || this.options.callersKnown) this.kept.push(told);
      return;
    }
    for (const { file, block } of declared) this.remove(file, block, `var.${name}`);
    for (const { file, node } of given) this.remove(file, node, `var.${name}`);
    this.names.push({ dir: module.dir, name: `var.${name}` });
    if (roots.length > 0) this.removed.push(told);
  }

  private remove(file: SourceFile, node: Attribute | Block | ObjectItem, what: string): boolean {
    if (!this.options.mayChange(file)) return false;
    const fixes = removal(file, node, { title: `Remove ${what}`, preferred: true });
    this.fixes.push(...fixes);
    return fixes.length > 0;
  }
}

interface Given {
  readonly file: SourceFile;
  readonly node: Attribute | ObjectItem;
  readonly name: Span;
  readonly value: Expression;
}

function declarationsOf(module: Module, name: string): readonly { readonly file: SourceFile; readonly block: Block }[] {
  return module.files.flatMap(file =>
    blocksOf(file.parsed.body, 'variable')
      .filter(block => block.labels[0]?.value === name)
      .map(block => ({ file, block })),
  );
}

/** What gives a variable a value: tfvars files of its root, calls of its module, and of a Stack the inputs of deployments and components. */
function givenTo(roots: readonly Root[], modules: readonly Module[], dir: string, name: string): readonly Given[] {
  const assigned = roots
    .filter(root => root.module.dir === dir)
    .flatMap(root => root.otherFiles.filter(f => f.role === 'tfvars'))
    .flatMap(file => file.parsed.body.attributes.filter(a => a.name === name).map(a => givenBy(file, a)));
  const calls = modules
    .flatMap(m => m.calls.filter(call => call.dir === dir))
    .flatMap(({ file, body }) => {
      const attribute = attributeOf(body, name);
      return attribute === undefined ? [] : [givenBy(file, attribute)];
    });
  const inputs = inputsOf(roots, modules, dir).flatMap(({ file, value }) =>
    (itemsOf(value, name) ?? []).map(node => ({ file, node, name: node.key, value: node.value })),
  );
  return [...assigned, ...calls, ...inputs];
}

const givenBy = (file: SourceFile, node: Attribute): Given => ({ file, node, name: node.nameSpan, value: node.value });

/** The `inputs` of deployments, components and embedded Stacks that go to the variables of a folder. */
function inputsOf(
  roots: readonly Root[],
  modules: readonly Module[],
  dir: string,
): readonly { readonly file: SourceFile; readonly value: Expression }[] {
  const deployments = roots.filter(root => root.module.dir === dir).flatMap(root => root.stack?.deployments ?? []);
  const calls = modules.flatMap(m => m.calls.filter(call => call.dir === dir && call.block.type !== 'module'));
  return [...deployments, ...calls].flatMap(({ file, body }) => {
    const value = attributeOf(body, 'inputs')?.value;
    return value === undefined ? [] : [{ file, value }];
  });
}

/** The items of a name that an object, or a `merge` of objects, has; `undefined`: an expression that may have some. */
function itemsOf(value: Expression, name: string): readonly ObjectItem[] | undefined {
  if (value.kind === 'object')
    return value.items.every(item => item.keyText !== undefined)
      ? value.items.filter(item => item.keyText === name)
      : undefined;
  if (value.kind !== 'call' || value.name !== 'merge' || value.expand) return undefined;
  const items = value.args.map(argument => itemsOf(argument, name));
  return items.every(found => found !== undefined) ? items.flat() : undefined;
}

/** Literals that such names stand for. Nobody knows what they are: none is shown. */
export function valuesOf(roots: readonly Root[], names: readonly GoneName[]): readonly Location[] {
  const modules = modulesOf(roots);
  return names.flatMap(({ dir, name }) => {
    const [head, own = ''] = name.split('.');
    const module = modules.get(dir);
    if (module === undefined) return [];
    const local = head === 'local' ? module.locals.get(own) : undefined;
    const found =
      head === 'var'
        ? [
            ...declarationsOf(module, own).flatMap(({ file, block }) => {
              const attribute = attributeOf(block.body, 'default');
              return attribute === undefined ? [] : [{ file, value: attribute.value }];
            }),
            ...givenTo(roots, [...modules.values()], dir, own),
          ]
        : local === undefined
          ? []
          : [{ file: local.file, value: local.attribute.value }];
    return found.flatMap(({ file, value }) => literalsIn(value).map(span => at(file, span)));
  });
}

function modulesOf(roots: readonly Root[]): ReadonlyMap<string, Module> {
  return new Map(roots.flatMap(root => root.modules.map(module => [module.dir, module] as const)));
}

/** A folder that says where its state is or what its variables are; or that does not stand among modules for others to call. */
function isRootItself(root: Root): boolean {
  if (root.cloud.kind !== 'none' || root.backend !== undefined || root.tfvars.length > 0) return true;
  return !/(?:^|[\\/])modules?[\\/]/.test(root.dir);
}

/** A data source with conditions is there for them. */
const hasConditions = ({ body }: Block): boolean =>
  blocksOf(body, 'lifecycle').some(l =>
    l.body.blocks.some(b => b.type === 'precondition' || b.type === 'postcondition'),
  );

function literalsIn(value: Expression): readonly Span[] {
  if (value.kind === 'string' || value.kind === 'number') return [value];
  if (value.kind === 'template') return value.parts.filter(part => part.kind === 'text');
  return childrenOf(value).flatMap(literalsIn);
}

/** The names of variables, locals and data sources that are used; `var.x` in its own block is no use. */
function usedIn(files: readonly ParsedFile[]): ReadonlySet<string> {
  const used = new Set<string>();
  for (const file of files)
    visitExpressions(file.body, (expression, within) => {
      if (expression.kind !== 'reference') return;
      const [head = '', name, third] = expression.path.split('.');
      if (name === undefined) return;
      if (head === 'local') used.add(`local.${name}`);
      else if (head === 'var') {
        const [block] = within;
        if (block?.type !== 'variable' || block.labels[0]?.value !== name) used.add(`var.${name}`);
      } else if ((head === 'data' || head === 'ephemeral') && third !== undefined) used.add(`${head}.${name}.${third}`);
    });
  return used;
}
