import type { Span } from '../../core/text';
import { parseOperator } from './evaluate';
import { compilePattern, matches } from './patterns/glob';
import { entry, listOf, type PolicyNode, type PolicyText, readPolicyText } from './node';
import type { PolicyInCode } from '../inCode/policiesInCode';
import { anyName, anyText } from './patterns/resourcePattern';

/** One call to AWS. */
export interface PermissionRequest {
  /** `s3:PutObject`. */
  readonly action: string;
  /** Undefined: not known, only `*` is sure to match it. */
  readonly resource: string | undefined;
  /** Values of condition keys in lower case, as far as they are known. */
  readonly context?: ReadonlyMap<string, readonly string[]>;
}

/** A policy with the name that a person knows it by: a file, an inline policy, an ARN. */
export interface NamedPolicy {
  readonly name: string;
  readonly text: string;
  /** AWS's own: it can't be changed. */
  readonly fixed?: boolean;
  /** Where it stands in Terraform code; `text` is that of the whole file then. */
  readonly code?: PolicyInCode & { readonly file: string };
}

/** The tree of a policy and the text that its places count in. */
export function readNamed({ text, code }: NamedPolicy): Pick<PolicyText, 'root' | 'syntax' | 'text'> {
  return code === undefined ? readPolicyText(text) : { root: code.root, syntax: [], text };
}

export type Truth = 'yes' | 'no' | 'unknown';

/** What one statement says to a request, part by part. */
export interface StatementVerdict {
  readonly policy: string;
  readonly index: number;
  readonly sid: string | undefined;
  readonly span: Span;
  readonly effect: 'Allow' | 'Deny';
  readonly action: Truth;
  readonly resource: Truth;
  readonly condition: Truth;
  /** The condition keys that are not fulfilled or not known. */
  readonly conditionKeys: readonly string[];
  readonly applies: Truth;
}

export interface PermissionVerdict {
  readonly decision: 'allow' | 'explicit-deny' | 'implicit-deny' | 'undecided';
  readonly statements: readonly StatementVerdict[];
  /** Policies that are no JSON, by name. */
  readonly unreadable: readonly string[];
}

/**
 * What policies that are attached to one caller say to a request, by themselves
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). Conditions on what is not known are
 * "unknown", never guessed.
 */
export function evaluatePermissions(policies: readonly NamedPolicy[], request: PermissionRequest): PermissionVerdict {
  const statements: StatementVerdict[] = [];
  const unreadable: string[] = [];
  for (const policy of policies) {
    const { root, syntax } = readNamed(policy);
    if (root === undefined || syntax.length > 0) {
      unreadable.push(policy.name);
      continue;
    }
    const version = entry(root, 'Version')?.value;
    const variables = version?.kind === 'string' && version.value === '2012-10-17';
    listOf(entry(root, 'Statement')?.value).forEach((node, index) => {
      const verdict = judge(node, request, variables);
      if (verdict !== undefined) statements.push({ policy: policy.name, index, ...verdict });
    });
  }
  const of = (effect: 'Allow' | 'Deny', applies: Truth): boolean =>
    statements.some(s => s.effect === effect && s.applies === applies);
  const decision = of('Deny', 'yes')
    ? 'explicit-deny'
    : of('Allow', 'yes')
      ? of('Deny', 'unknown')
        ? 'undecided'
        : 'allow'
      : of('Allow', 'unknown')
        ? 'undecided'
        : 'implicit-deny';
  return { decision, statements, unreadable };
}

function judge(
  node: PolicyNode,
  request: PermissionRequest,
  variables: boolean,
): Omit<StatementVerdict, 'policy' | 'index'> | undefined {
  const effect = entry(node, 'Effect')?.value;
  if (effect?.kind !== 'string' || (effect.value !== 'Allow' && effect.value !== 'Deny')) return undefined;
  const sid = entry(node, 'Sid')?.value;
  const action = element(node, 'Action', pattern => text(pattern.toLowerCase(), request.action.toLowerCase(), false));
  const resource = element(node, 'Resource', pattern =>
    request.resource === undefined
      ? /^\*+$/.test(pattern)
        ? 'yes'
        : 'unknown'
      : text(pattern, request.resource, variables),
  );
  const { truth: condition, keys } = conditions(entry(node, 'Condition')?.value, request, variables);
  return {
    sid: sid?.kind === 'string' ? sid.value : undefined,
    span: { start: node.start, end: node.end },
    effect: effect.value,
    action,
    resource,
    condition,
    conditionKeys: keys,
    applies: all([action, resource, condition]),
  };
}

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
function element(node: PolicyNode, key: string, match: (pattern: string) => Truth): Truth {
  const find = (list: PolicyNode): Truth =>
    any(
      listOf(list).map((n): Truth => (n.kind === 'string' ? match(n.value) : n.kind === 'unknown' ? 'unknown' : 'no')),
    );
  const positive = entry(node, key)?.value;
  if (positive !== undefined) return find(positive);
  const negative = entry(node, `Not${key}`)?.value;
  return negative === undefined ? 'no' : not(find(negative));
}

/** What only Terraform knows (in policies that stand in code) may be what was asked for, never surely. */
function text(pattern: string, value: string, variables: boolean): Truth {
  if (pattern.includes(anyText) || pattern.includes(anyName))
    return text(pattern.replace(unknownPart, '*'), value, variables) === 'no' ? 'no' : 'unknown';
  const compiled = compilePattern(pattern, variables, true);
  if (compiled.kind === 'variable') return 'unknown';
  return matches(compiled.parts, value) ? 'yes' : 'no';
}

const unknownPart = new RegExp(`[${anyText}${anyName}]+`, 'g');

const stringKinds: Readonly<Record<string, { readonly like: boolean; readonly negated: boolean }>> = {
  stringequals: { like: false, negated: false },
  stringnotequals: { like: false, negated: true },
  stringlike: { like: true, negated: false },
  stringnotlike: { like: true, negated: true },
  arnequals: { like: true, negated: false },
  arnlike: { like: true, negated: false },
  arnnotequals: { like: true, negated: true },
  arnnotlike: { like: true, negated: true },
  bool: { like: false, negated: false },
};

function conditions(
  condition: PolicyNode | undefined,
  request: PermissionRequest,
  variables: boolean,
): { truth: Truth; keys: readonly string[] } {
  if (condition === undefined) return { truth: 'yes', keys: [] };
  if (condition.kind !== 'object') return { truth: 'unknown', keys: [] };
  const keys: string[] = [];
  const truths = condition.entries.flatMap(operator =>
    (operator.value.kind === 'object' ? operator.value.entries : []).map(({ key, value }): Truth => {
      const truth = clause(operator.key, key, value, request, variables);
      if (truth !== 'yes') keys.push(key);
      return truth;
    }),
  );
  return { truth: all(truths), keys };
}

function clause(
  operator: string,
  key: string,
  value: PolicyNode,
  request: PermissionRequest,
  variables: boolean,
): Truth {
  const { base, set } = parseOperator(operator);
  const kind = Object.hasOwn(stringKinds, base) ? stringKinds[base] : undefined;
  const context = request.context?.get(key.toLowerCase());
  // One value each: set operators on several need all of them, which a message does not tell.
  const [only] = context ?? [];
  if (kind === undefined || only === undefined || context?.length !== 1 || set !== undefined) return 'unknown';
  const hit = any(
    listOf(value).map((n): Truth => {
      const wanted = n.kind === 'string' ? n.value : n.kind === 'literal' ? String(n.value) : undefined;
      if (wanted === undefined) return 'unknown';
      const compiled = compilePattern(wanted, variables, kind.like);
      return compiled.kind === 'variable' ? 'unknown' : matches(compiled.parts, only) ? 'yes' : 'no';
    }),
  );
  return kind.negated ? not(hit) : hit;
}

function any(truths: readonly Truth[]): Truth {
  return truths.includes('yes') ? 'yes' : truths.includes('unknown') ? 'unknown' : 'no';
}

function all(truths: readonly Truth[]): Truth {
  return truths.includes('no') ? 'no' : truths.includes('unknown') ? 'unknown' : 'yes';
}

function not(truth: Truth): Truth {
  return truth === 'yes' ? 'no' : truth === 'no' ? 'yes' : 'unknown';
}
