import {
  attributeOf,
  at,
  type FileText,
  type Module,
  type ModuleCall,
  type NamedBlock,
  type ResourceBlock,
  type SourceFile,
} from '../model';
import type { Expression } from '../syntax/ast';
import { Cell } from './cell';
import type { Frame, Scope } from './frame';
import { type Instance, type Instances, instancesOf } from './instances';
import type { Mark } from './marks';
import type { Surroundings } from './surroundings';
import { isMap, listOf, mapOf, nothing, text, unknown, withMarks, type Unknown, type Value } from './value';
import { asDeclared, shapeOf } from './variables';

/** One instance of a block, or (`key` undefined, of several) what stands for each of them. */
export interface BlockInstance {
  readonly block: ResourceBlock | ModuleCall;
  readonly scope: ModuleScope;
  readonly instance: Instance;
  readonly attributes: Map<string, Cell>;
  /** Of a module call: its own module, once it was asked for. */
  child?: ModuleScope | undefined;
}

/** Modules that call themselves have no end. */
const maximumLevels = 40;

interface Index {
  readonly resources: ReadonlyMap<string, ResourceBlock>;
  readonly calls: ReadonlyMap<string, ModuleCall>;
  readonly outputs: ReadonlyMap<string, { readonly value: Expression; readonly file: SourceFile }>;
}

/** Modules and components are never in one folder; a component and an embedded Stack may have one name. */
const callKey = ({ block, name }: ModuleCall): string => `${block.type === 'stack' ? 'stack' : 'module'}.${name}`;

const indexes = new WeakMap<Module, Index>();

/** What a module declares, by name. A module may have thousands of blocks that refer to each other. */
function indexOf(module: Module): Index {
  const known = indexes.get(module);
  if (known !== undefined) return known;
  const outputs = new Map<string, { value: Expression; file: SourceFile }>();
  for (const file of module.files)
    for (const block of file.parsed.body.blocks) {
      const value = block.type === 'output' ? attributeOf(block.body, 'value')?.value : undefined;
      const [name] = block.labels;
      if (name !== undefined && value !== undefined) outputs.set(name.value, { value, file });
    }
  const index = {
    resources: new Map([...module.resources].reverse().map(r => [`${r.mode}.${r.type}.${r.name}`, r])),
    calls: new Map(module.calls.map(c => [callKey(c), c])),
    outputs,
  };
  indexes.set(module, index);
  return index;
}

/** One use of a module: the root itself, or one instance of a `module` block. */
export class ModuleScope implements Scope {
  private readonly cells = new Map<string, Cell>();
  /** The frame of the module's own expressions, outside of any block that is made several times. */
  readonly frame: Frame = { scope: this };

  constructor(
    readonly root: Surroundings,
    readonly module: Module,
    /** `module.network["a"].`, or nothing for the root. */
    readonly prefix: string,
    private readonly caller: BlockInstance | undefined,
    private readonly level = 0,
  ) {}

  get isRoot(): boolean {
    return this.caller === undefined;
  }

  /** The instances of a resource, data source, module call, or of any block with `count` or `for_each`. */
  instances(block: NamedBlock): Instances {
    return instancesOf(this.root.evaluator, block.body, { ...this.frame, file: block.file.path });
  }

  /** The module behind one instance of a call; `undefined`: it could not be read. */
  child(call: ModuleCall, instance: Instance): ModuleScope | undefined {
    const known = this.cell(callKey(call), () => this.blockValue(call));
    const found = this.instanceIn(
      this.root.evaluator.settled(() => this.root.evaluator.demand(known)),
      instance.key,
    );
    return this.childOf(found ?? this.blockInstance(call, instance));
  }

  private instanceIn(value: Value, key: string | number | undefined): BlockInstance | undefined {
    const one =
      value.kind === 'tuple' && typeof key === 'number'
        ? value.items[key]
        : value.kind === 'object' && typeof key === 'string'
          ? value.entries.get(key)
          : value;
    return one?.kind === 'unknown' && one.block !== undefined ? blockOf(one) : undefined;
  }

  base(words: readonly string[], frame: Frame): { readonly value: Value; readonly taken: number } {
    const [first = '', second = '', third = ''] = words;
    switch (first) {
      case 'var':
        return { value: this.named(`var.${second}`, () => this.variable(second)), taken: 2 };
      case 'local':
        return { value: this.named(`local.${second}`, () => this.local(second)), taken: 2 };
      case 'each':
        return { value: eachOf(frame, second), taken: 2 };
      case 'count':
        return { value: frame.count ?? unknown('"count.index" is outside of a block with "count".'), taken: 2 };
      case 'path':
        return { value: this.path(second), taken: 2 };
      case 'terraform':
        return { value: this.root.workspace(second), taken: 2 };
      case 'module':
      case 'component':
        return { value: this.called(`module.${second}`), taken: 2 };
      case 'stack':
        return { value: this.called(`stack.${second}`), taken: 2 };
      case 'store':
        return { value: this.block('resource', `store.${second}`, third), taken: 3 };
      case 'data':
      case 'ephemeral':
      case 'resource':
        return { value: this.block(first, second, third), taken: 3 };
      default:
        return { value: this.block('resource', first, second), taken: 2 };
    }
  }

  private cell(name: string, compute: () => Value): Cell {
    let cell = this.cells.get(name);
    if (cell === undefined) this.cells.set(name, (cell = new Cell(`${this.prefix}${name}`, compute)));
    return cell;
  }

  private named(name: string, compute: () => Value): Value {
    return this.root.evaluator.demand(this.cell(name, compute));
  }

  private read(expression: Expression, file: SourceFile, frame = this.frame): Value {
    return this.root.evaluator.value(expression, { ...frame, file: file.path });
  }

  private local(name: string): Value {
    const local = this.module.locals.get(name);
    if (local === undefined) return unknown(`local.${name} is not declared in this folder.`);
    return this.read(local.attribute.value, local.file);
  }

  private variable(name: string): Value {
    const block = this.module.variables.get(name);
    if (block === undefined) return unknown(`var.${name} is not declared in this folder.`);
    const shape = shapeOf(block);
    const literal = (expression: Expression): Value => this.read(expression, block.file);
    const declared = (value: Value): Value =>
      asDeclared(value, shape, literal) ??
      unknown(`The value of var.${name} does not fit its type.`, { location: at(block.file, block.block.typeSpan) });
    const given = this.caller === undefined ? this.root.given(name, literal) : this.argument(name);
    const fallback =
      block.default === undefined ? undefined : this.marked(declared(literal(block.default)), name, 'default');
    const isDefault = given === undefined || (given.value.kind === 'null' && !shape.nullable);
    const value = isDefault
      ? (fallback ??
        unknown(`var.${name} has no default, and nothing in the code sets it.`, {
          type: shape.type,
          notNull: !shape.nullable,
          location: at(block.file, block.block.labels[0] ?? block.block),
        }))
      : this.marked(declared(given.value), name, given.from);
    return shape.sensitive ? withMarks(value, this.root.mark({ kind: 'sensitive' })) : value;
  }

  /** A workspace may set another value of a root's variable. */
  private marked(value: Value, name: string, from: Extract<Mark, { kind: 'variable' }>['from']): Value {
    return this.caller === undefined ? withMarks(value, this.root.mark({ kind: 'variable', name, from })) : value;
  }

  /** What the call of this module sets a variable to. */
  private argument(name: string): { readonly value: Value; readonly from: 'given' } | undefined {
    const caller = this.caller;
    if (caller === undefined) return undefined;
    const { block, scope, instance } = caller;
    if (block.block.type !== 'component' && block.block.type !== 'stack') {
      const written = attributeOf(block.body, name)?.value;
      return written && { value: scope.read(written, block.file, instance.frame), from: 'given' };
    }
    const inputs = attributeOf(block.body, 'inputs')?.value;
    if (inputs === undefined) return undefined;
    // One input needs no other: where the names are written, only its own expression is evaluated.
    if (inputs.kind === 'object' && inputs.items.every(item => item.keyText !== undefined)) {
      const written = inputs.items.findLast(item => item.keyText === name)?.value;
      return written && { value: scope.read(written, block.file, instance.frame), from: 'given' };
    }
    const value = inputOf(scope.read(inputs, block.file, instance.frame), name);
    return value && { value, from: 'given' };
  }

  private path(name: string): Value {
    if (name === 'root') return text('.');
    const relative = name === 'module' ? relativePath(this.root.root.dir, this.module.dir) : undefined;
    return relative === undefined
      ? unknown(`path.${name} is known only where Terraform runs.`, { type: 'string', notNull: true })
      : text(relative);
  }

  private called(key: string): Value {
    const call = indexOf(this.module).calls.get(key);
    return call === undefined
      ? unknown(`${key} is not declared in this folder.`)
      : this.named(key, () => this.blockValue(call));
  }

  private block(mode: ResourceBlock['mode'], type: string, name: string): Value {
    const key = `${mode}.${type}.${name}`;
    const block = indexOf(this.module).resources.get(key);
    if (block === undefined)
      return unknown(`${mode === 'resource' ? '' : `${mode}.`}${type}.${name} is not declared in this folder.`);
    return this.named(key, () => this.blockValue(block));
  }

  private blockValue(block: ResourceBlock | ModuleCall): Value {
    const instances = this.instances(block);
    const one = (instance: Instance, isOne = true): Unknown => {
      const of = this.blockInstance(block, instance);
      return unknown(`${addressOf(of)} is known only when Terraform runs.`, {
        notNull: true,
        location: at(block.file, block.block.labels.at(-1) ?? block.block),
        block: { of, one: isOne },
      });
    };
    if (instances.state === 'unknown') return withMarks(one(instances.any, false), instances.why.marks);
    const [first] = instances.all;
    if (first !== undefined && first.key === undefined) return withMarks(one(first), instances.marks);
    if (attributeOf(block.body, 'for_each') !== undefined)
      return mapOf(
        'object',
        instances.all.map(instance => [String(instance.key), one(instance)]),
        undefined,
        instances.marks,
      );
    if (attributeOf(block.body, 'count') === undefined) return nothing();
    return listOf(
      'tuple',
      instances.all.map(instance => one(instance)),
      undefined,
      instances.marks,
    );
  }

  private blockInstance(block: ResourceBlock | ModuleCall, instance: Instance): BlockInstance {
    return { block, scope: this, instance, attributes: new Map() };
  }

  instance(on: Unknown, key: Value | undefined): Value {
    const of = blockOf(on);
    if (of === undefined) return unknown(on.why);
    const { frame } = of.instance;
    // aws_sqs_queue.jobs["mail"], where it is not known which there are: each.key is "mail" all the same.
    const named: Frame =
      key?.kind === 'string' && frame.each !== undefined
        ? { ...frame, each: { ...frame.each, key } }
        : key?.kind === 'number' && frame.count !== undefined
          ? { ...frame, count: key }
          : frame;
    const own = key?.kind === 'string' || key?.kind === 'number' ? key.value : undefined;
    return { ...on, block: { of: of.scope.blockInstance(of.block, { key: own, frame: named }), one: true } };
  }

  attribute(on: Unknown, name: string): Value {
    const of = blockOf(on);
    if (of === undefined) return unknown(on.why);
    let cell = of.attributes.get(name);
    if (cell === undefined)
      of.attributes.set(
        name,
        (cell = new Cell(`${addressOf(of)}.${name}`, () =>
          'mode' in of.block ? of.scope.argumentOf(of, of.block, name, on) : of.scope.output(of, name),
        )),
      );
    const value = withMarks(this.root.evaluator.demand(cell), on.marks);
    return value.origin !== undefined || !('mode' in of.block) ? value : { ...value, origin: { of, attribute: name } };
  }

  /** An attribute of a resource: what the caller of the evaluator knows of it, or the argument as it is written. */
  private argumentOf(of: BlockInstance, block: ResourceBlock, name: string, on: Unknown): Value {
    const known = this.root.attribute(block, name, expression => this.read(expression, block.file, of.instance.frame));
    if (known !== undefined) return known;
    const written = attributeOf(block.body, name)?.value;
    const value = written === undefined ? undefined : this.read(written, block.file, of.instance.frame);
    if (value !== undefined && value.kind !== 'null') return value;
    return unknown(`${addressOf(of)}.${name} is known only when Terraform runs.`, { location: on.location });
  }

  private output(of: BlockInstance, name: string): Value {
    const child = this.childOf(of);
    if (child === undefined)
      return unknown(`The code of ${addressOf(of)} could not be read.`, {
        location: at(of.block.file, of.block.block.typeSpan),
      });
    const output = indexOf(child.module).outputs.get(name);
    return output === undefined
      ? unknown(`${addressOf(of)} has no output "${name}".`)
      : child.read(output.value, output.file);
  }

  private childOf(of: BlockInstance): ModuleScope | undefined {
    if (of.child !== undefined || 'mode' in of.block || this.level >= maximumLevels) return of.child;
    const { dir } = of.block;
    const module = dir === undefined ? undefined : this.root.moduleAt(dir);
    of.child = module && new ModuleScope(this.root, module, `${addressOf(of)}.`, of, this.level + 1);
    return of.child;
  }

  readFile(path: string): FileText {
    return this.root.readFile(path);
  }
}

/** One of the inputs that an expression gives; `undefined`: it gives none of that name. */
export function inputOf(inputs: Value, name: string): Value | undefined {
  if (isMap(inputs)) {
    const member = inputs.entries.get(name);
    return member && withMarks(member, inputs.marks);
  }
  return inputs.kind === 'null'
    ? undefined
    : unknown(inputs.kind === 'unknown' ? inputs.why : 'The inputs are not an object.', { marks: inputs.marks });
}

function blockOf(value: Unknown): BlockInstance | undefined {
  return value.block?.of as BlockInstance | undefined;
}

/** The resource or data source that a value is an attribute of, or (`attribute` undefined) is itself. */
export function originOf(
  value: Value,
): { readonly block: ResourceBlock; readonly of: BlockInstance; readonly attribute: string | undefined } | undefined {
  const of = (value.origin?.of ?? (value.kind === 'unknown' ? value.block?.of : undefined)) as
    BlockInstance | undefined;
  return of !== undefined && 'mode' in of.block
    ? { block: of.block, of, attribute: value.origin?.attribute }
    : undefined;
}

function addressOf({ block, scope, instance }: BlockInstance): string {
  const { key } = instance;
  const name =
    'mode' in block
      ? `${block.mode === 'resource' ? '' : `${block.mode}.`}${block.type}.${block.name}`
      : `${block.block.type}.${block.name}`;
  return `${scope.prefix}${name}${key === undefined ? '' : typeof key === 'number' ? `[${key}]` : `["${key}"]`}`;
}

function eachOf(frame: Frame, part: string): Value {
  if (frame.each === undefined) return unknown('"each" is outside of a block with "for_each".');
  return part === 'key' ? frame.each.key : frame.each.value;
}

/** One folder as seen from another, as Terraform writes it: "." for itself. */
function relativePath(from: string, to: string): string {
  const [a, b] = [from, to].map(path => path.split(/[\\/]/).filter((part, i) => part !== '' || i === 0)) as [
    string[],
    string[],
  ];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/') || '.';
}
