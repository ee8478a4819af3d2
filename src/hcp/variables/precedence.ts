/**
 * Which of several variables with one key and category a run gets
 * (https://developer.hashicorp.com/terraform/cloud-docs/workspaces/variables#precedence).
 */
export type Category = 'env' | 'terraform';

export type VariableOrigin =
  | { readonly from: 'workspace' }
  | {
      readonly from: 'varset';
      readonly id: string;
      readonly name: string;
      readonly priority: boolean;
      readonly owner: 'organization' | 'project';
      /** How it reaches the workspace. */
      readonly scope: 'global' | 'project' | 'workspace';
    }
  /** `-var` and `-var-file`, TF_VAR_* of the shell, and files: Terraform variables only. */
  | { readonly from: 'command-line' | 'shell' | 'auto-tfvars' | 'tfvars' };

export interface Variable {
  readonly id: string;
  readonly key: string;
  readonly category: Category;
  /** `undefined`: sensitive, so never given back, and not known from our own writes. */
  readonly value: string | undefined;
  readonly sensitive: boolean;
  readonly hcl: boolean;
  readonly versionId: string | undefined;
  readonly description: string | undefined;
  readonly origin: VariableOrigin;
}

export interface EffectiveVariable extends Variable {
  /** Those that would count without it, strongest first. */
  readonly shadows: readonly Variable[];
}

/** 1 is the strongest, 15 the weakest: the numbers of HashiCorp's list. */
export function levelOf(origin: VariableOrigin): number {
  switch (origin.from) {
    case 'command-line':
      return 6;
    case 'shell':
      return 7;
    case 'workspace':
      return 8;
    case 'auto-tfvars':
      return 14;
    case 'tfvars':
      return 15;
    case 'varset': {
      const { priority, owner, scope } = origin;
      if (scope === 'global') return priority ? 1 : 13;
      // Project-wide beats one workspace among priority sets of an organization, and the other way round without priority.
      if (owner === 'organization') {
        if (priority) return scope === 'project' ? 2 : 3;
        return scope === 'workspace' ? 11 : 12;
      }
      if (priority) return scope === 'project' ? 4 : 5;
      return scope === 'workspace' ? 9 : 10;
    }
  }
}

/** The variables that a run gets, by category and key. */
export function effectiveVariables(all: readonly Variable[]): readonly EffectiveVariable[] {
  const groups = new Map<string, Variable[]>();
  for (const variable of all) {
    if (
      variable.category === 'env' &&
      ['command-line', 'shell', 'auto-tfvars', 'tfvars'].includes(variable.origin.from)
    ) {
      continue;
    }
    const name = `${variable.category}\0${variable.key}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [variable]);
    else group.push(variable);
  }
  const out: EffectiveVariable[] = [];
  for (const group of groups.values()) {
    const [winner, ...shadows] = [...group].sort(byStrength);
    if (winner !== undefined) out.push({ ...winner, shadows });
  }
  return out.sort((a, b) => compareCodePoints(a.category, b.category) || compareCodePoints(a.key, b.key));
}

function byStrength(a: Variable, b: Variable): number {
  const levels = levelOf(a.origin) - levelOf(b.origin);
  if (levels !== 0 || a.origin.from !== 'varset' || b.origin.from !== 'varset') return levels;
  return compareCodePoints(a.origin.name, b.origin.name) || compareCodePoints(a.origin.id, b.origin.id);
}

/** By Unicode code point; JavaScript's `<` sorts UTF-16 units, which differs above U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const left = Array.from(a);
  const right = Array.from(b);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** "workspace" or "variable set NAME". */
export function originText(origin: VariableOrigin): string {
  switch (origin.from) {
    case 'workspace':
      return 'workspace';
    case 'varset':
      return `variable set ${origin.name}`;
    case 'command-line':
      return 'command line';
    case 'shell':
      return 'shell';
    case 'auto-tfvars':
      return '*.auto.tfvars';
    case 'tfvars':
      return 'terraform.tfvars';
  }
}

/** "workspace", "priority global variable set NAME", "project variable set NAME". */
export function longOriginText(origin: VariableOrigin): string {
  if (origin.from !== 'varset') return originText(origin);
  const scope = origin.scope === 'workspace' ? '' : `${origin.scope} `;
  return `${origin.priority ? 'priority ' : ''}${scope}variable set ${origin.name}`;
}
