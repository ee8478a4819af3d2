import type { Environment } from '../core/host';
import type { Location } from '../core/text';
import { at, attributeOf, type CloudDefaults, type SourceFile, type Value } from './model';
import type { Body, Expression } from './syntax/ast';
import { childrenOf } from './syntax/walk';

/** What the blocks that Terraform reads before it evaluates anything, `cloud` and `backend`, are read with. */
export interface CloudContext {
  readonly env: Environment;
  /** Trimmed content of the data folder's `environment` file, where there is one. */
  readonly selected: { readonly name: string; readonly file: string } | undefined;
  readonly opentofu: boolean;
  readonly defaults?: CloudDefaults;
  /** What an expression is worth: constants for Terraform, and what OpenTofu evaluates early. */
  readonly evaluate?: (expression: Expression) => EvaluatedValue;
}

/** The text of a value, or why there is none. */
interface EvaluatedValue {
  readonly text: string | undefined;
  readonly why: string;
}

export const absent = { state: 'absent' } as const;

/** The value of an argument that must be a constant: these blocks are read before anything is evaluated. */
export function literalString(body: Body, name: string, file: SourceFile, context: CloudContext): Value<string> {
  const attribute = attributeOf(body, name);
  if (attribute === undefined) return absent;
  const location = at(file, attribute.value);
  const { value } = attribute;
  if (value.kind === 'string') return { state: 'known', value: value.value, source: { kind: 'config' }, location };
  // HCL turns numbers and booleans into the text that they are written as.
  if (value.kind === 'number' || value.kind === 'bool')
    return { state: 'known', value: value.text, source: { kind: 'config' }, location };
  if (value.kind === 'null') return absent;
  if (context.evaluate !== undefined && (context.opentofu || isConstant(value))) {
    const evaluated = context.evaluate(value);
    if (evaluated.text !== undefined)
      return { state: 'known', value: evaluated.text, source: { kind: 'config' }, location };
    if (context.opentofu) return { state: 'unknown', why: evaluated.why, location };
  }
  const why = file.role === 'terragrunt' ? `Terragrunt writes "${name}" when it runs.` : notLiteral(value, name);
  return { state: 'unknown', why, location };
}

/** Without names and functions Terraform knows the value before it evaluates anything. */
function isConstant(value: Expression): boolean {
  return value.kind !== 'reference' && value.kind !== 'call' && childrenOf(value).every(isConstant);
}

function notLiteral(value: Expression, name: string): string {
  if (value.kind === 'missing') return `The value of "${name}" is not written yet.`;
  return `"${name}" is an expression. Terraform allows only literal values here; OpenTofu evaluates it when it runs.`;
}

export function literalTags(
  value: Expression,
  location: Location,
): Value<readonly string[] | Readonly<Record<string, string>>> {
  const unknown = { state: 'unknown', why: notLiteral(value, 'tags'), location } as const;
  if (value.kind === 'tuple') {
    const items = value.items.map(literalText);
    if (items.some(item => item === undefined)) return unknown;
    return { state: 'known', value: items.filter(item => item !== undefined), source: { kind: 'config' }, location };
  }
  if (value.kind === 'object') {
    const entries = value.items.map(item => [item.keyText, literalText(item.value)] as const);
    if (entries.some(([key, text]) => key === undefined || text === undefined)) return unknown;
    return {
      state: 'known',
      value: Object.fromEntries(entries.map(([key, text]) => [key ?? '', text ?? ''])),
      source: { kind: 'config' },
      location,
    };
  }
  return unknown;
}

function literalText(value: Expression): string | undefined {
  if (value.kind === 'string') return value.value;
  return value.kind === 'number' || value.kind === 'bool' ? value.text : undefined;
}
