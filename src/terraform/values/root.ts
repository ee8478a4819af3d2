import { tfvarsRank } from '../fileKinds';
import type { FileText, Module, ResourceBlock, Root, TfvarsAssignment } from '../model';
import type { Expression } from '../syntax/ast';
import { Evaluator } from './evaluate';
import type { Mark, Marks } from './marks';
import { ModuleScope } from './scope';
import type { Surroundings } from './surroundings';
import { text, unknown, type Value } from './value';

/** What the evaluator is told beside the code. */
export interface ValueOptions {
  /** Values of the root's variables that a workspace or a person sets; they win over those of tfvars files. */
  readonly variables?: ReadonlyMap<string, Value>;
  /** What `terraform.workspace` is. */
  readonly workspace?: string | undefined;
  /** 'automatic' (the default): the tfvars files that Terraform loads by itself; 'none': defaults only. */
  readonly tfvars?: 'automatic' | 'none';
  /** What else is known of an attribute of a resource or data source; `read` evaluates an expression of that block. */
  readonly attribute?: (
    block: ResourceBlock,
    name: string,
    read: (expression: Expression) => Value,
  ) => Value | undefined;
  /** Files that functions read, by the path as Terraform sees it (relative to the root's folder). */
  readonly files?: (path: string) => FileText;
}

/** Modules that are used more often than this are not followed further. */
const maximumUses = 500;

/** The values of one root: every module of it shares one evaluator. */
export class RootValues implements Surroundings {
  readonly evaluator = new Evaluator();
  /** The root module itself. */
  readonly scope: ModuleScope;
  private readonly modules: ReadonlyMap<string, Module>;
  private readonly marks = new Map<string, Marks>();
  private used: Map<string, ModuleScope[]> | undefined;
  private readonly assigned: ReadonlyMap<string, TfvarsAssignment>;

  constructor(
    readonly root: Pick<Root, 'dir' | 'module' | 'modules' | 'tfvars' | 'texts'>,
    private readonly options: ValueOptions = {},
  ) {
    this.modules = new Map(root.modules.map(module => [module.dir, module]));
    this.assigned = new Map(
      options.tfvars === 'none' ? [] : root.tfvars.filter(isAutomatic).map(given => [given.name.normalize(), given]),
    );
    this.scope = new ModuleScope(this, root.module, '', undefined);
  }

  /** Each use of a module in this root; of one that nothing here uses, the module by itself. */
  uses(module: Module): readonly ModuleScope[] {
    const found = this.allUses().get(module.dir);
    if (found !== undefined) return found;
    const alone = [new ModuleScope(this, module, '', undefined)];
    this.allUses().set(module.dir, alone);
    return alone;
  }

  private allUses(): Map<string, ModuleScope[]> {
    if (this.used !== undefined) return this.used;
    const found = new Map<string, ModuleScope[]>();
    const pending = [this.scope];
    for (let count = 0; count < maximumUses; count++) {
      const scope = pending.shift();
      if (scope === undefined) break;
      const group = found.get(scope.module.dir);
      if (group === undefined) found.set(scope.module.dir, [scope]);
      else group.push(scope);
      for (const call of scope.module.calls) {
        const instances = scope.instances(call);
        for (const instance of instances.state === 'known' ? instances.all.slice(0, 50) : [instances.any]) {
          const child = scope.child(call, instance);
          if (child !== undefined) pending.push(child);
        }
      }
    }
    return (this.used = found);
  }

  moduleAt(dir: string): Module | undefined {
    return this.modules.get(dir);
  }

  /** What a variable of the root is set to, before its default. */
  given(
    name: string,
    literal: (expression: Expression) => Value,
  ): { readonly value: Value; readonly from: 'given' | 'tfvars' } | undefined {
    const value = this.options.variables?.get(name);
    if (value !== undefined) return { value, from: 'given' };
    const assigned = this.assigned.get(name);
    return assigned && { value: literal(assigned.attribute.value), from: 'tfvars' };
  }

  workspace(name: string): Value {
    const { workspace } = this.options;
    return name === 'workspace' && workspace !== undefined
      ? text(workspace)
      : unknown(`terraform.${name} is known only where Terraform runs.`, { type: 'string', notNull: true });
  }

  readFile(path: string): FileText {
    return (
      this.options.files?.(path) ??
      this.root.texts?.get(path) ?? { state: 'unknown', why: 'Files that the code reads were not looked at.' }
    );
  }

  attribute(block: ResourceBlock, name: string, read: (expression: Expression) => Value): Value | undefined {
    return this.options.attribute?.(block, name, read);
  }

  /** One object a mark, so that sets of them join in no time. */
  mark(mark: Mark): Marks {
    const key = JSON.stringify(mark);
    let known = this.marks.get(key);
    if (known === undefined) this.marks.set(key, (known = { mark }));
    return known;
  }
}

function isAutomatic({ file }: TfvarsAssignment): boolean {
  return tfvarsRank(file.path.split(/[/\\]/).at(-1) ?? '') <= 2;
}
