import { editDistance } from '../core/editDistance';
import type { Module, Root } from '../terraform/model';
import type { Expression } from '../terraform/syntax/ast';
import { childrenOf } from '../terraform/syntax/walk';
import { isUnset, pathOf, type Path } from './expressions';

/** The variables that HCP Terraform fills in a run, and the file argument that each of them is for. */
export const injectedVariables = {
  tfc_aws_dynamic_credentials: { field: 'shared_config_file', argument: 'shared_config_files' },
  tfc_vault_backed_aws_dynamic_credentials: {
    field: 'shared_credentials_file',
    argument: 'shared_credentials_files',
  },
  tfc_hvs_backed_aws_dynamic_credentials: { field: 'shared_credentials_file', argument: 'shared_credentials_files' },
} as const;

export type InjectedVariable = keyof typeof injectedVariables;

export function injectedVariable(name: string): InjectedVariable | undefined {
  return name in injectedVariables ? (name as InjectedVariable) : undefined;
}

/** The injected variable whose name was meant: HCP Terraform fills none of another name, however near. */
export function meantVariable(name: string): InjectedVariable | undefined {
  if (injectedVariable(name) !== undefined || !/dyn|cred/i.test(name)) return undefined;
  const plain = name.toLowerCase().replaceAll('-', '_');
  const names = Object.keys(injectedVariables) as InjectedVariable[];
  return names.find(n => editDistance(plain, n) <= 2);
}

/** One use of an injected variable: its default, one tag of its aliases, or something that can't be told. */
export interface InjectedUse {
  readonly variable: InjectedVariable;
  readonly path: Path;
  /** A tag is `undefined` where its key is an expression. */
  readonly part:
    | { readonly kind: 'default' }
    | { readonly kind: 'alias'; readonly tag: string | undefined }
    | { readonly kind: 'other' };
}

/** Reads `var.tfc_aws_dynamic_credentials.default…` and `….aliases["TAG"]…`. */
export function injectedUse(path: Path): InjectedUse | undefined {
  const [head, name, part, key] = path.steps;
  const variable = typeof name === 'string' ? injectedVariable(name) : undefined;
  if (head !== 'var' || variable === undefined) return undefined;
  if (part === 'default') return { variable, path, part: { kind: 'default' } };
  if (part !== 'aliases') return { variable, path, part: { kind: 'other' } };
  if (typeof key === 'string') return { variable, path, part: { kind: 'alias', tag: key } };
  return { variable, path, part: { kind: 'alias', tag: key?.key.kind === 'string' ? key.key.value : undefined } };
}

/** All uses of injected variables in an expression, through locals and through the arguments of module calls. */
export function injectedUses(root: Root, module: Module, expression: Expression): readonly InjectedUse[] {
  const out: InjectedUse[] = [];
  trace(root, module, expression, use => {
    if (use !== undefined) out.push(use);
  });
  return out;
}

/** True where every part of a value comes from an injected variable (or is unset). */
export function comesFromInjected(root: Root, module: Module, expression: Expression): boolean {
  let all = true;
  let found = false;
  trace(root, module, expression, use => {
    if (use === undefined) all = false;
    else found = true;
  });
  return all && found;
}

interface Place {
  readonly module: Module;
  /** Undefined: it is nowhere. */
  readonly value: Expression | undefined;
}

/**
 * Calls `report` for each source of an expression: with a use of an injected variable, or with nothing for any other source. In the
 * order of the text, each part once; without recursion, since chains of locals may be of any length.
 */
function trace(
  root: Root,
  module: Module,
  expression: Expression,
  report: (use: InjectedUse | undefined) => void,
): void {
  const seen = new Set<Expression>();
  const left: Place[] = [{ module, value: expression }];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { module: at, value } = place;
    if (value === undefined) {
      report(undefined);
      continue;
    }
    if (seen.has(value) || isUnset(value)) continue;
    seen.add(value);
    const path = pathOf(value);
    const use = path === undefined ? undefined : injectedUse(path);
    if (use !== undefined) report(use);
    else left.push(...[...(path === undefined ? partsOf(at, value) : originsOf(root, at, path))].reverse());
  }
}

/** Where a reference leads. */
function originsOf(root: Root, module: Module, path: Path): readonly Place[] {
  const [head, name] = path.steps;
  const nowhere = [{ module, value: undefined }];
  if (typeof name !== 'string') return nowhere;
  if (head === 'local') return [{ module, value: module.locals.get(name)?.attribute.value }];
  const given = head === 'var' ? argumentsOf(root, module, name) : [];
  return given.length === 0 ? nowhere : given;
}

/** The parts of an expression that may be its value. */
function partsOf(module: Module, value: Expression): readonly Place[] {
  const of = (values: readonly (Expression | undefined)[]): readonly Place[] => values.map(v => ({ module, value: v }));
  switch (value.kind) {
    case 'string':
    case 'number':
    case 'bool':
    case 'missing':
      return of([undefined]);
    case 'conditional':
      return of([value.whenTrue, value.whenFalse]);
    case 'template':
      return of(
        value.parts
          .filter(p => p.kind !== 'text' || p.value.trim() !== '')
          .map(p => (p.kind === 'interpolation' ? p.expression : undefined)),
      );
    default:
      return of(childrenOf(value));
  }
}

/** What the calls of a child module give one of its variables. */
function argumentsOf(
  root: Root,
  child: Module,
  variable: string,
): readonly { readonly module: Module; readonly value: Expression | undefined }[] {
  return root.modules.flatMap(module =>
    module.calls
      .filter(call => call.dir === child.dir)
      .map(call => ({ module, value: call.body.attributes.find(a => a.name === variable)?.value })),
  );
}
