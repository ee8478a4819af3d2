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

/** Calls `report` for each source of an expression: with a use of an injected variable, or with nothing for any other source. */
function trace(
  root: Root,
  module: Module,
  expression: Expression,
  report: (use: InjectedUse | undefined) => void,
  seen: ReadonlySet<Expression> = new Set(),
): void {
  if (seen.has(expression)) return;
  const next = new Set(seen).add(expression);
  if (isUnset(expression)) return;
  const path = pathOf(expression);
  if (path !== undefined) {
    const use = injectedUse(path);
    if (use !== undefined) return report(use);
    const [head, name] = path.steps;
    const origin =
      typeof name !== 'string'
        ? []
        : head === 'local'
          ? [{ module, value: module.locals.get(name)?.attribute.value }]
          : head === 'var'
            ? argumentsOf(root, module, name)
            : [];
    if (origin.length === 0) return report(undefined);
    for (const { module: from, value } of origin) {
      if (value === undefined) report(undefined);
      else trace(root, from, value, report, next);
    }
    return;
  }
  switch (expression.kind) {
    case 'string':
    case 'number':
    case 'bool':
    case 'missing':
      return report(undefined);
    case 'conditional':
      trace(root, module, expression.whenTrue, report, next);
      trace(root, module, expression.whenFalse, report, next);
      return;
    case 'template': {
      const interpolations = expression.parts.filter(p => p.kind !== 'text' || p.value.trim() !== '');
      for (const part of interpolations) {
        if (part.kind === 'interpolation') trace(root, module, part.expression, report, next);
        else report(undefined);
      }
      return;
    }
    default:
      for (const child of childrenOf(expression)) trace(root, module, child, report, next);
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
