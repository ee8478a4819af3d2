import { coversAction } from '../policy/patterns/partly';
import { entry, listOf, type PolicyNode, readPolicyText } from '../policy/node';
import type { PermissionDocument, PermissionStatement } from '../policy/permissionDocument';
import type { NamedPolicy } from '../policy/permissions';
import { covers, overlaps } from '../policy/patterns/resourcePattern';

/** An action with the resources that it is about. */
export interface ActionOn {
  readonly action: string;
  readonly resources: readonly string[];
}

/** How what the code needs and what a role's policies allow differ, by action and resource. */
export interface Comparison {
  /** Needed, and allowed by no statement on these resources. */
  readonly missing: readonly ActionOn[];
  /** Needed, and denied by a statement without a condition. */
  readonly denied: readonly (ActionOn & { readonly policy: string })[];
  /** Allowed by a policy that can be changed, and needed on none of these resources. */
  readonly unneeded: readonly (ActionOn & { readonly policy: string; readonly sid: string | undefined })[];
  /** Allowed with a pattern such as `s3:*` that also allows what is not needed. */
  readonly broader: readonly { readonly action: string; readonly policy: string }[];
  /** Needed, and allowed only where a condition holds that the code does not ask for. */
  readonly conditional: readonly ActionOn[];
  /** Policies that can't be read as JSON. */
  readonly unreadable: readonly string[];
}

interface Held {
  readonly policy: NamedPolicy;
  readonly sid: string | undefined;
  readonly allow: boolean;
  readonly actions: readonly string[];
  readonly notActions: readonly string[] | undefined;
  readonly resources: readonly string[];
  readonly notResources: readonly string[] | undefined;
  /** As JSON; undefined: none. */
  readonly condition: string | undefined;
}

/**
 * Compares the policy that the code needs with the policies of the role. Resources of which only a part is known (another region,
 * a name that Terraform makes) count as allowed where any such resource is. Pure.
 */
export function compareWithRole(wanted: PermissionDocument, policies: readonly NamedPolicy[]): Comparison {
  const unreadable: string[] = [];
  const held = policies.flatMap(policy => {
    const read = statementsOf(policy);
    if (read === undefined) unreadable.push(policy.name);
    return read ?? [];
  });
  const missing = new Map<string, Set<string>>();
  const conditional = new Map<string, Set<string>>();
  const denied: (ActionOn & { policy: string })[] = [];
  for (const s of wanted.Statement) {
    for (const action of s.Action) {
      for (const resource of s.Resource) {
        const answer = allowed(held, s, action, resource);
        if (answer !== 'yes') note(answer === 'no' ? missing : conditional, action, resource);
      }
      for (const d of held.filter(h => !h.allow && h.condition === undefined && hasAction(h, action))) {
        const resources = s.Resource.filter(r => reaches(d, r, s) === 'yes');
        if (resources.length > 0) denied.push({ action, resources, policy: d.policy.name });
      }
    }
  }
  return {
    missing: listed(missing),
    denied,
    ...superfluous(wanted, held),
    conditional: listed(conditional).filter(c => !missing.has(c.action)),
    unreadable,
  };
}

/** "3 actions missing, 5 no longer needed". */
export function comparisonText(c: Comparison): string {
  const count = (items: readonly { readonly action: string }[]): number =>
    new Set(items.map(i => i.action.toLowerCase())).size;
  const plural = (n: number): string => `${n} ${n === 1 ? 'action' : 'actions'}`;
  const [missing, denied, unneeded] = [count(c.missing), count(c.denied), count(c.unneeded)];
  const parts = [
    ...(missing > 0 ? [`${plural(missing)} missing`] : []),
    ...(denied > 0 ? [`${plural(denied)} denied`] : []),
    ...(unneeded > 0 ? [`${missing + denied > 0 ? unneeded : plural(unneeded)} no longer needed`] : []),
  ];
  return parts.length === 0 ? 'All that the code is known to need is allowed' : parts.join(', ');
}

function allowed(
  held: readonly Held[],
  s: PermissionStatement,
  action: string,
  resource: string,
): 'yes' | 'no' | 'conditional' {
  const reach = held.filter(h => h.allow && hasAction(h, action) && reaches(h, resource, s) !== 'no');
  const wanted = s.Condition === undefined ? undefined : canonical(s.Condition);
  if (reach.some(h => h.condition === undefined || h.condition === wanted)) return 'yes';
  return reach.length > 0 ? 'conditional' : 'no';
}

function hasAction(h: Held, action: string): boolean {
  const matchesAny = (patterns: readonly string[]): boolean => patterns.some(p => coversAction(p, action) === 'yes');
  return h.notActions === undefined ? matchesAny(h.actions) : !matchesAny(h.notActions);
}

/** Does a statement reach all of a needed resource, or, where that is known in part only, something of it? */
function reaches(h: Held, resource: string, s: PermissionStatement): 'yes' | 'no' {
  const open = /NameNotKnown/.test(s.Sid);
  const reach = (pattern: string): boolean =>
    pattern === '*' || covers(pattern, inPlaceOf(resource, pattern)) || (open && overlaps(pattern, resource));
  if (h.notResources !== undefined) return h.notResources.some(n => overlaps(n, resource)) ? 'no' : 'yes';
  return h.resources.some(reach) ? 'yes' : 'no';
}

/** A region or account that the code leaves open is that of the policy. */
function inPlaceOf(resource: string, pattern: string): string {
  const wanted = resource.split(':');
  const own = pattern.split(':');
  if (wanted[0] !== 'arn' || own.length < 6) return resource;
  return wanted.map((part, i) => ((i === 3 || i === 4) && part === '*' ? (own[i] ?? part) : part)).join(':');
}

function superfluous(wanted: PermissionDocument, held: readonly Held[]): Pick<Comparison, 'unneeded' | 'broader'> {
  const unneeded: Comparison['unneeded'][number][] = [];
  const broader: Comparison['broader'][number][] = [];
  const needs = wanted.Statement.flatMap(s => s.Action.map(action => ({ action, statement: s })));
  for (const h of held) {
    if (!h.allow || h.policy.fixed === true) continue;
    if (h.notActions !== undefined) {
      broader.push({ action: 'NotAction', policy: h.policy.name });
      continue;
    }
    for (const action of h.actions) {
      const one = { ...h, actions: [action] };
      const same = needs.filter(n => hasAction(one, n.action));
      const resources = (h.notResources === undefined ? h.resources : ['*']).filter(
        r => !same.some(n => n.statement.Resource.some(w => near(r, w))),
      );
      if (same.length === 0 || (resources.length > 0 && h.notResources === undefined)) {
        const on = same.length === 0 ? h.resources : resources;
        unneeded.push({ action, resources: on, policy: h.policy.name, sid: h.sid });
      } else if (/[*?]/.test(action)) broader.push({ action, policy: h.policy.name });
    }
  }
  return { unneeded, broader };
}

function near(held: string, wanted: string): boolean {
  return held === '*' || wanted === '*' || overlaps(held, inPlaceOf(wanted, held));
}

function statementsOf(policy: NamedPolicy): readonly Held[] | undefined {
  const { root, syntax } = readPolicyText(policy.text);
  if (root === undefined || syntax.length > 0) return undefined;
  return listOf(entry(root, 'Statement')?.value).flatMap((node): readonly Held[] => {
    const effect = entry(node, 'Effect')?.value;
    if (effect?.kind !== 'string') return [];
    const sid = entry(node, 'Sid')?.value;
    const condition = entry(node, 'Condition')?.value;
    const texts = (key: string): readonly string[] | undefined => {
      const found = entry(node, key)?.value;
      return found === undefined ? undefined : listOf(found).flatMap(n => (n.kind === 'string' ? [n.value] : []));
    };
    return [
      {
        policy,
        sid: sid?.kind === 'string' ? sid.value : undefined,
        allow: effect.value === 'Allow',
        actions: texts('Action') ?? [],
        notActions: texts('NotAction'),
        resources: texts('Resource') ?? [],
        notResources: texts('NotResource'),
        condition: condition === undefined ? undefined : canonical(plain(condition)),
      },
    ];
  });
}

function plain(node: PolicyNode): unknown {
  switch (node.kind) {
    case 'string':
    case 'literal':
      return node.value;
    case 'unknown':
      return node.text;
    case 'array':
      return node.items.map(plain);
    case 'object':
      return Object.fromEntries(node.entries.map(e => [e.key, plain(e.value)]));
  }
}

/** One text for conditions that mean the same: order does not count, nor does a list of one. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    const items = (value as readonly unknown[]).map(canonical).sort();
    return items.length === 1 ? (items[0] ?? '') : `[${items.join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(String(value));
  const entries = Object.entries(value).map(([k, v]) => `${JSON.stringify(k.toLowerCase())}:${canonical(v)}`);
  return `{${entries.sort().join(',')}}`;
}

function note(map: Map<string, Set<string>>, action: string, resource: string): void {
  const known = map.get(action);
  if (known === undefined) map.set(action, new Set([resource]));
  else known.add(resource);
}

function listed(map: ReadonlyMap<string, ReadonlySet<string>>): readonly ActionOn[] {
  return [...map].map(([action, resources]) => ({ action, resources: [...resources] }));
}
