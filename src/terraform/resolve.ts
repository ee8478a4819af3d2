import { tfvarsRank } from './fileKinds';
import { attributeOf, type Module, type Root, type VariableBlock } from './model';
import type { Expression, ObjectItem, TemplatePart } from './syntax/ast';

/** A value as Terraform would see it. Maps and objects are both `Map`s. */
export type Known = string | number | boolean | null | readonly Known[] | ReadonlyMap<string, Known>;

export type Resolution =
  | {
      readonly known: true;
      readonly value: Known;
      /** Variables of the root module whose default or tfvars value was taken; a variable of the workspace may set another. */
      readonly assumes: readonly string[];
    }
  | { readonly known: false; readonly why: string };

/** A chain of locals or brackets deeper than this is no configuration that a person wrote. */
const maximumDepth = 100;
const maximumText = 1_000_000;

/**
 * What an expression is worth, as far as the files alone tell: literals, lists and maps of them, parentheses, `var.` (default,
 * then the tfvars files that Terraform loads by itself), `local.`, and `${}` of those. Everything else (functions, operators,
 * resources, what a caller gives to a child module, sensitive variables) is unknown, with the reason. Never throws.
 * Rules: https://developer.hashicorp.com/terraform/language/expressions/types and …/language/values/variables.
 */
export function resolve(expression: Expression, module: Module, root: Root): Resolution {
  const resolver = new Resolver(module, root);
  try {
    const value = resolver.value(expression, 0);
    return { known: true, value, assumes: [...resolver.assumed].sort() };
  } catch (error) {
    if (error instanceof Unknown) return { known: false, why: error.message };
    throw error;
  }
}

class Unknown extends Error {}

class Resolver {
  readonly assumed = new Set<string>();
  private readonly locals = new Map<string, Known>();
  private readonly open = new Set<string>();

  constructor(
    private readonly module: Module,
    private readonly root: Root,
  ) {}

  /** @throws Unknown */
  value(expression: Expression, depth: number, literalOnly = false): Known {
    if (depth > maximumDepth) throw new Unknown('The expression is nested too deeply.');
    const inner = (e: Expression): Known => this.value(e, depth + 1, literalOnly);
    switch (expression.kind) {
      case 'string':
        return expression.value.normalize();
      case 'number':
        return number(expression.text);
      case 'bool':
        return expression.text === 'true';
      case 'null':
        return null;
      case 'parentheses':
        return inner(expression.inner);
      case 'tuple':
        return expression.items.map(inner);
      case 'object':
        return new Map(expression.items.map(item => [this.key(item, inner), inner(item.value)]));
      case 'template':
        // The syntax tree doesn't keep "~", which removes the blanks beside it. Which file this is is not known: any may be.
        if (this.module.files.some(f => /\$\{~|~\}/.test(f.text.slice(expression.start, expression.end))))
          throw new Unknown('The marks "~" remove blanks when Terraform runs.');
        return template(expression.parts, expression.heredoc, inner);
      case 'unary': {
        const operand = inner(expression.operand);
        if (expression.operator === '-' && typeof operand === 'number') return operand === 0 ? 0 : -operand;
        throw new Unknown(`The operator "${expression.operator}" is evaluated only by Terraform.`);
      }
      case 'reference':
        if (literalOnly) throw new Unknown(`${expression.path} can not be used here.`);
        return this.reference(expression.path.normalize(), depth);
      case 'attribute':
        return member(inner(expression.on), expression.name.normalize());
      case 'index':
        return member(inner(expression.on), inner(expression.key));
      case 'missing':
        throw new Unknown('The value is not written yet.');
      case 'call':
        throw new Unknown(`The function ${expression.name} is evaluated only by Terraform.`);
      default:
        throw new Unknown(`A ${expression.kind} expression is evaluated only by Terraform.`);
    }
  }

  private key(item: ObjectItem, inner: (e: Expression) => Known): string {
    return item.keyText === undefined ? text(inner(item.key)) : item.keyText.normalize();
  }

  private reference(path: string, depth: number): Known {
    const [scope, name, ...rest] = path.split('.');
    if (name === undefined || (scope !== 'var' && scope !== 'local'))
      throw new Unknown(`${path} is known only when Terraform runs.`);
    const base = scope === 'var' ? this.variable(name) : this.local(name, depth);
    return rest.reduce<Known>((on, step) => member(on, step), base);
  }

  private local(name: string, depth: number): Known {
    const done = this.locals.get(name);
    if (done !== undefined) return done;
    const local = this.module.locals.get(name);
    if (local === undefined) throw new Unknown(`local.${name} is not declared in this folder.`);
    if (this.open.has(name)) throw new Unknown(`local.${name} depends on itself.`);
    this.open.add(name);
    const value = this.value(local.attribute.value, depth + 1);
    this.open.delete(name);
    this.locals.set(name, value);
    return value;
  }

  private variable(name: string): Known {
    const block = this.module.variables.get(name);
    if (block === undefined) throw new Unknown(`var.${name} is not declared in this folder.`);
    if (this.module.dir !== this.root.dir) throw new Unknown(`var.${name} gets its value where the module is called.`);
    const sensitive = attributeOf(block.body, 'sensitive')?.value;
    if (sensitive !== undefined && !(sensitive.kind === 'bool' && sensitive.text === 'false'))
      throw new Unknown(`var.${name} is sensitive.`);
    const given = this.root.tfvars.filter(t => t.name.normalize() === name);
    const byHand = given.find(t => tfvarsRank(t.file.path.split(/[/\\]/).at(-1) ?? '') > 2);
    if (byHand !== undefined)
      throw new Unknown(`var.${name} is also set by ${byHand.file.path}, which counts only where it is named.`);
    const expression = given.at(-1)?.attribute.value ?? block.default;
    if (expression === undefined) throw new Unknown(`var.${name} has no default, and no tfvars file sets it.`);
    const value = this.value(expression, 0, true);
    if (value === null && attributeOf(block.body, 'nullable') !== undefined)
      throw new Unknown(`var.${name} is null, which "nullable" may turn into its default.`);
    const converted = convert(value, typeOf(block), name);
    this.assumed.add(name);
    return converted;
  }
}

function typeOf(block: VariableBlock): Expression | undefined {
  return attributeOf(block.body, 'type')?.value;
}

/** The value as the variable's type makes it: `type = string` turns 5 into "5". */
function convert(value: Known, type: Expression | undefined, name: string): Known {
  if (type === undefined || value === null) return value;
  // Old style, `type = "string"`: quoted.
  const word = type.kind === 'reference' ? type.path : type.kind === 'string' ? type.value : undefined;
  if (word === 'any') return value;
  if (word === 'string' && !isCollection(value)) return text(value);
  if (word === 'number' && typeof value === 'number') return value;
  if (word === 'number' && typeof value === 'string') return number(value);
  if (word === 'bool' && typeof value === 'boolean') return value;
  if (word === 'bool' && (value === 'true' || value === 'false')) return value === 'true';
  if (type.kind === 'call' && type.args.length === 1 && isCollection(value)) {
    const [element] = type.args;
    if (type.name === 'list' && !(value instanceof Map) && isList(value))
      return value.map(item => convert(item, element, name));
    if (type.name === 'map' && value instanceof Map)
      return new Map([...(value as ReadonlyMap<string, Known>)].map(([k, v]) => [k, convert(v, element, name)]));
  }
  throw new Unknown(`The type of var.${name} converts its value when Terraform runs.`);
}

function isList(value: Known): value is readonly Known[] {
  return Array.isArray(value);
}

function isCollection(value: Known): value is readonly Known[] | ReadonlyMap<string, Known> {
  return typeof value === 'object' && value !== null;
}

function template(parts: readonly TemplatePart[], heredoc: boolean, inner: (e: Expression) => Known): Known {
  const [first] = parts;
  // "${x}" alone is x itself, whatever its type.
  if (parts.length === 1 && !heredoc && first?.kind === 'interpolation') return inner(first.expression);
  let out = '';
  for (const part of parts) {
    if (part.kind === 'directive') throw new Unknown(`%{ ${part.word} } is evaluated only by Terraform.`);
    out += part.kind === 'text' ? part.value : text(inner(part.expression));
    if (out.length > maximumText) throw new Unknown('The text is too long.');
  }
  return out.normalize();
}

/** As Terraform writes it into a string. */
function text(value: Known): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  // 1e-7 and 1e21 are written with all their digits by Terraform.
  if (typeof value === 'number' && !String(value).includes('e')) return String(value);
  throw new Unknown('The value can not be written into a text.');
}

/** Terraform's numbers have 512 bits; those that JavaScript would round are left unknown. */
function number(written: string): number {
  const parsed = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(written) ? Number(written) : Number.NaN;
  const digits = (/^-?([\d.]+)/.exec(written)?.[1] ?? '').replace('.', '').replace(/^0+/, '');
  if (!Number.isFinite(parsed) || digits.length > 15 || (parsed === 0 && digits !== ''))
    throw new Unknown('This number is not known exactly.');
  return parsed === 0 ? 0 : parsed;
}

function member(on: Known, key: Known): Known {
  if (on instanceof Map) {
    const found = (on as ReadonlyMap<string, Known>).get(text(key));
    if (found === undefined) throw new Unknown('The value has no such element.');
    return found;
  }
  const index = typeof key === 'string' && /^\d{1,9}$/.test(key) ? Number(key) : key;
  const found = isList(on) && typeof index === 'number' && Number.isInteger(index) ? on[index] : undefined;
  if (found === undefined) throw new Unknown('The value has no such element.');
  return found;
}
