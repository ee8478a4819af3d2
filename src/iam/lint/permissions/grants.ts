import { parseOperator } from '../../policy/conditions';
import { entry, listOf, type PolicyNode } from '../../policy/node';
import { matchesText } from '../../policy/patterns/partly';
import { anyName, anyText, overlaps } from '../../policy/patterns/resourcePattern';
import type { ActionList } from '../../reference/actions';

/** An action that a policy allows on a pattern of resources. */
export interface Grant {
  readonly pattern: string;
  /** Where the pattern stands; `undefined`: all but what a NotResource names. */
  readonly resource: PolicyNode | undefined;
  /** The resource is everything, or everything of one kind: `*`, `arn:aws:iam::123456789012:role/*`. */
  readonly broad: boolean;
  /** A name in it ends in, or has, a wildcard: `role/app-*`. */
  readonly open: boolean;
  /** May a role be passed to the service, `lambda.amazonaws.com`? */
  readonly passesTo: (service: string) => boolean;
  /** Is the pattern about the policy or role of that name? Unknown where the name is not known. */
  readonly names: (name: string | undefined) => 'yes' | 'no' | 'unknown';
  readonly node: PolicyNode;
}

/** Condition keys that keep a grant from being "on any resource". */
const limiting = /^(?:iam:PermissionsBoundary|iam:PolicyARN|(?:aws|iam):ResourceTag\/.*)$/i;

/** What the statements together allow, by action, less what they deny on any resource without a condition. */
export function grantsOf(
  statements: readonly PolicyNode[],
  list: ActionList,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, readonly Grant[]> {
  const grants = new Map<string, Grant[]>();
  for (const s of statements) {
    if (effectOf(s) !== 'Allow') continue;
    const conditions = conditionsOf(entry(s, 'Condition')?.value);
    if (conditions.some(isLimiting)) continue;
    const resources = resourcesOf(s);
    for (const [name, node] of actionsOf(s, list)) {
      if (!wanted.has(name) || (name === 'iam:PassRole' && conditions.some(ofOneResource))) continue;
      const here = resources.map(r => grant(r, node, conditions));
      grants.set(name, [...(grants.get(name) ?? []), ...here]);
    }
  }
  for (const s of statements)
    if (
      effectOf(s) === 'Deny' &&
      entry(s, 'Condition') === undefined &&
      resourcesNamed(s).some(r => isEverything(r.pattern))
    )
      for (const [name] of actionsOf(s, list)) grants.delete(name);
  return grants;
}

function effectOf(statement: PolicyNode): string | undefined {
  const effect = entry(statement, 'Effect')?.value;
  return effect?.kind === 'string' ? effect.value : undefined;
}

type Resource = Pick<Grant, 'pattern' | 'resource'>;

const resourcesOf = (s: PolicyNode): readonly Resource[] =>
  entry(s, 'NotResource') === undefined ? resourcesNamed(s) : [{ pattern: '*', resource: undefined }];

const resourcesNamed = (s: PolicyNode): readonly Resource[] =>
  listOf(entry(s, 'Resource')?.value).flatMap(n => (n.kind === 'string' ? [{ pattern: n.value, resource: n }] : []));

function isEverything(resource: string): boolean {
  return (
    /^(?:\*+|arn:(?:[^:]*:){0,3}\*+|arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:\*+|[\w-]+[/:]\??\*+))$/.test(resource) ||
    /^arn:[^:]*:iam:[^:]*:[^:]*:(?:role|user|group|policy)\*+$/.test(resource)
  );
}

function grant({ pattern, resource }: Resource, node: PolicyNode, conditions: readonly Condition[]): Grant {
  const name = pattern.split(':').slice(5).join(':');
  return {
    pattern,
    resource,
    broad: isEverything(pattern),
    open: /[*?]/.test(name),
    passesTo: service => conditions.every(c => passesTo(c, service)),
    names: own => namesIt(name, own),
    node,
  };
}

function namesIt(name: string, own: string | undefined): 'yes' | 'no' | 'unknown' {
  // What Terraform fills in is a name of its own, and a wildcard covers more than one policy.
  if (name === '' || name.includes(anyText) || name.includes(anyName)) return 'no';
  if (own === undefined) return 'unknown';
  return matchesText(name.replace(/^.*\//, ''), own, { variables: true, wildcards: true }) === 'no' ? 'no' : 'yes';
}

interface Condition {
  readonly operator: string;
  /** In lower case. */
  readonly key: string;
  readonly values: readonly string[];
}

function conditionsOf(condition: PolicyNode | undefined): readonly Condition[] {
  if (condition?.kind !== 'object') return [];
  return condition.entries.flatMap(({ key: operator, value }) =>
    value.kind !== 'object'
      ? []
      : value.entries.map(e => ({
          operator,
          key: e.key.toLowerCase(),
          values: listOf(e.value).flatMap(v => (v.kind === 'string' ? [v.value] : [])),
        })),
  );
}

/** Does it hold only for requests with such a value? Negated operators, IfExists and ForAllValues hold without one. */
function isPositive({ operator: written }: Condition): boolean {
  const { operator, set, ifExists } = parseOperator(written);
  return operator !== undefined && !operator.negated && set !== 'all' && !ifExists;
}

const isLimiting = (c: Condition): boolean => limiting.test(c.key) && isPositive(c);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#available-keys-for-iam */
const ofOneResource = (c: Condition): boolean =>
  c.key === 'iam:associatedresourcearn' && isPositive(c) && !c.values.some(isEverything);

function passesTo({ operator: written, key, values }: Condition, service: string): boolean {
  const { operator } = parseOperator(written);
  if (key !== 'iam:passedtoservice' || operator?.compares !== 'string') return true;
  const named = values.some(v => operator.fits(v, service, true) !== 'no');
  return named !== operator.negated;
}

/** The actions of a statement, each with the place that allows it. */
function actionsOf(statement: PolicyNode, list: ActionList): readonly (readonly [string, PolicyNode])[] {
  const texts = (key: string): readonly (PolicyNode & { kind: 'string' })[] =>
    listOf(entry(statement, key)?.value).filter((n): n is PolicyNode & { kind: 'string' } => n.kind === 'string');
  const not = entry(statement, 'NotAction');
  if (not !== undefined) {
    const out = new Set(texts('NotAction').flatMap(n => list.matching(n.value).map(f => f.name)));
    // What it leaves out is known only where all of it is written out.
    if (listOf(not.value).some(n => n.kind !== 'string')) return [];
    return list.matching('*').flatMap(f => (out.has(f.name) ? [] : [[f.name, not.value] as const]));
  }
  return texts('Action').flatMap(n => list.matching(n.value === '*:*' ? '*' : n.value).map(f => [f.name, n] as const));
}

/** `role`, `function`: names of different kinds have nothing to share. */
const kindOf = (pattern: string): string => /^(?:[^:]*:){5}([\w-]+)[/:]/.exec(pattern)?.[1] ?? '';

const reach = (a: Grant, b: Grant): boolean =>
  (kindOf(a.pattern) !== '' && kindOf(b.pattern) !== '' && kindOf(a.pattern) !== kindOf(b.pattern)) ||
  overlaps(a.pattern, b.pattern);

/** One grant of each list, such that all are about one resource; `undefined`: there are none. */
export function share(
  lists: readonly (readonly Grant[])[],
  chosen: readonly Grant[] = [],
): readonly Grant[] | undefined {
  const [first, ...rest] = lists;
  if (first === undefined) return chosen;
  for (const g of first) {
    if (!chosen.every(c => reach(c, g))) continue;
    const found = share(rest, [...chosen, g]);
    if (found !== undefined) return found;
  }
  return undefined;
}
