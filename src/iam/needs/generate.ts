import type { Root } from '../../terraform/model';
import type { Value } from '../../terraform/values';
import { fit, fitting, type Fit } from './fit';
import type { TypeMapping } from './mapping';
import type { Conditions, PermissionDocument, PermissionStatement } from '../policy/permissionDocument';
import { type HeldCode, heldNeeds, withoutKeys } from './held';
import type { Need, NeedSource, Phase, Why } from './need';
import { type AskedPlace, collectNeeds, type Needs, type Unmapped } from './collect';
import type { Unread } from './unread';
import { withoutCovered } from './scopes';
import { globalServices, planWrites } from './tables/calls';

export interface Permissions {
  /** All statements in one document, whatever its size. */
  readonly policy: PermissionDocument;
  /** How it fits into IAM's limits, and the documents to use. */
  readonly fit: Fit;
  readonly unmapped: readonly Unmapped[];
  /** Code that could not be read. Not empty: the policy is not complete. */
  readonly unread: readonly Unread[];
  readonly needs: readonly Need[];
  readonly notes: readonly string[];
  /** The provider version that the policy stands for. */
  readonly provider: string;
}

export interface PermissionOptions {
  readonly phase: Phase;
  readonly place: AskedPlace;
  /** Count what a data source that nothing is known of may need by the resource type of the same name (default: no). */
  readonly guesses?: boolean;
  /** Limit deletes in EC2 to what carries the provider's default tags (default: yes). */
  readonly tagConditions?: boolean;
  /** Code that was applied before: what it made is still there, to be refreshed and deleted. */
  readonly applied?: readonly Root[];
  /** What a state or a plan holds: to be refreshed, changed and deleted, whether the code still has it or not. */
  readonly held?: readonly HeldCode[];
  /** What a caller gives to the variables of a root: the inputs of a Stack's deployment. */
  readonly inputs?: ReadonlyMap<Root, ReadonlyMap<string, Value>>;
  /** The ARN of a role that provider blocks assume: what they need as it. Default, and for any other role: what the run needs as its own. */
  readonly role?: string | undefined;
  /** Addresses without instance keys: the needs of nothing else, for one change. */
  readonly only?: ReadonlySet<string>;
}

/**
 * A starting policy for one Terraform root: what its code is known to need, and what nobody could say; with the code that was applied
 * last, the union of both.
 */
export function generatePermissions(root: Root, mapping: TypeMapping, options: PermissionOptions): Permissions {
  const { phase, place, applied } = options;
  const asked = {
    phase,
    place,
    guesses: options.guesses === true,
    tagConditions: options.tagConditions !== false,
    inputs: options.inputs,
  };
  const collected = (applied ?? []).reduce<Needs>(
    (so, former) => union(so, collectNeeds(former, mapping, asked)),
    collectNeeds(root, mapping, asked),
  );
  const inCode = new Map(collected.needs.map(need => [withoutKeys(need.address), need.as]));
  const held = (options.held ?? []).map(code => heldNeeds(code, mapping, asked, inCode));
  const { only } = options;
  const isAsked = askedRole(collected, options.role);
  const notes = [...collected.notes, ...ofOtherRoles(collected.needs, isAsked)];
  const needs = [...collected.needs, ...held.flatMap(h => h.needs)].filter(need => {
    if (!isAsked(need)) return false;
    if (only?.has(withoutKeys(need.address)) === false && !alwaysNeeded.has(need.source)) return false;
    if (phase === 'apply' || planWrites.has(need.action)) return true;
    const level = mapping.level(need.action);
    if (level === 'read' || level === 'list') return true;
    notes.push(`${need.address}: ${need.action} does not only read; a plan policy does not hold it.`);
    return false;
  });
  const policy = fitting({ Version: '2012-10-17', Statement: statements(needs) }, mapping);
  return {
    policy,
    fit: fit(policy, mapping),
    unmapped: held.reduce<readonly Unmapped[]>((so, h) => withMore(so, h.unmapped), collected.unmapped).filter(isAsked),
    unread: collected.unread,
    needs,
    notes: [...new Set(notes)],
    provider: mapping.provider,
  };
}

/** Is something needed by the role that is asked for: one that providers assume, or else the run's own? */
function askedRole({ needs, unmapped }: Needs, role: string | undefined): (need: Pick<Need, 'as'>) => boolean {
  const isAssumed = role !== undefined && [...needs, ...unmapped].some(need => need.as?.includes(role) === true);
  return isAssumed ? need => need.as?.includes(role) === true : need => need.as === undefined;
}

/** The resources whose providers assume another role, by that role. */
function ofOtherRoles(needs: readonly Need[], isAsked: (need: Need) => boolean): readonly string[] {
  const byRole = new Map<string, Set<string>>();
  for (const need of needs) {
    if (need.as === undefined || isAsked(need)) continue;
    const role = need.as.length === 0 ? 'a role that is not known here' : need.as.join(' or ');
    byRole.set(role, (byRole.get(role) ?? new Set()).add(need.address));
  }
  return [...byRole].map(([role, addresses]) => {
    const [first = '', ...more] = addresses;
    const others = more.length === 0 ? '' : ` and ${more.length} more`;
    return `Not in this policy: what ${first}${others} need${more.length === 0 ? 's' : ''}. The provider assumes ${role}, and that role needs it.`;
  });
}

/** The state and the role of a provider block are needed whatever a run changes. */
const alwaysNeeded: ReadonlySet<NeedSource> = new Set(['backend', 'provider-block']);

function union(own: Needs, former: Needs): Needs {
  return {
    ...own,
    needs: [...own.needs, ...former.needs],
    unmapped: withMore(own.unmapped, former.unmapped),
    unread: [...own.unread, ...former.unread],
    notes: [...new Set([...own.notes, ...former.notes])],
  };
}

const withMore = (own: readonly Unmapped[], more: readonly Unmapped[]): readonly Unmapped[] => [
  ...own,
  ...more.filter(m => own.every(u => withoutKeys(u.address) !== withoutKeys(m.address))),
];

/** One action with one kind of reach and one condition, over all resources that need it so. */
interface Row {
  readonly action: string;
  readonly condition: Conditions | undefined;
  readonly whys: Set<Why>;
  readonly resources: Set<string>;
  /** Undefined stands for a region that is not known. */
  readonly regions: Set<string | undefined>;
}

interface Group {
  readonly service: string;
  readonly why: Why;
  readonly resources: readonly string[];
  readonly condition: Conditions | undefined;
  readonly actions: string[];
}

/** One statement for all actions of a service with the same resources and condition, in a stable order. */
function statements(needs: readonly Need[]): readonly PermissionStatement[] {
  const rows = new Map<string, Row>();
  for (const need of needs) {
    const key = JSON.stringify([need.action, need.condition ?? null]);
    const row: Row = rows.get(key) ?? {
      action: need.action,
      condition: need.condition,
      whys: new Set(),
      resources: new Set(),
      regions: new Set(),
    };
    row.whys.add(need.why);
    for (const resource of need.resources) row.resources.add(resource);
    row.regions.add(need.region);
    rows.set(key, row);
  }
  const groups = new Map<string, Group>();
  for (const row of merged([...rows.values()])) {
    const service = row.action.split(':')[0] ?? '';
    // A statement without a condition that reaches as far makes the one with a condition pointless.
    const free = rows.get(JSON.stringify([row.action, null]));
    if (row.condition !== undefined && free !== undefined && covered(row.resources, free.resources)) continue;
    const resources = row.resources.has('*') ? ['*'] : withoutCovered([...row.resources]);
    const why = whyOf(row, resources);
    const condition = row.condition ?? regionCondition(service, resources, row.regions);
    const key = JSON.stringify([service, why, resources, condition ?? null]);
    const group = groups.get(key) ?? { service, why, resources, condition, actions: [] };
    group.actions.push(row.action);
    groups.set(key, group);
  }
  const used = new Map<string, number>();
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const base = sid(group);
      const count = (used.get(base.toLowerCase()) ?? 0) + 1;
      used.set(base.toLowerCase(), count);
      return {
        Sid: count === 1 ? base : `${base}${count}`,
        Effect: 'Allow',
        Action: group.actions.sort(),
        Resource: group.resources,
        ...(group.condition !== undefined && { Condition: group.condition }),
      };
    });
}

/** Rows of one action on the same resources whose conditions differ only in the value of one key become one. */
function merged(rows: readonly Row[]): readonly Row[] {
  const out = new Map<string, Row>();
  for (const row of rows) {
    const [[test, keys] = ['', {}], ...more] = Object.entries(row.condition ?? {});
    const [[key, value] = ['', ''], ...others] = Object.entries(keys);
    const name = JSON.stringify([row.action, [...row.resources].sort(), test, key]);
    const known = out.get(name);
    if (test === '' || more.length + others.length > 0 || known === undefined) {
      out.set(
        test === '' || more.length + others.length > 0 ? JSON.stringify([name, row.condition ?? null]) : name,
        row,
      );
      continue;
    }
    const before = known.condition?.[test]?.[key] ?? [];
    const values = [...new Set([before, value].flat())].sort();
    out.set(name, { ...known, condition: { [test]: { [key]: values } } });
  }
  return [...out.values()];
}

function covered(resources: ReadonlySet<string>, by: ReadonlySet<string>): boolean {
  if (by.has('*')) return true;
  const kept = new Set(withoutCovered([...resources, ...by]));
  return [...resources].every(r => by.has(r) || !kept.has(r));
}

function whyOf(row: Row, resources: readonly string[]): Why {
  if (resources.includes('*'))
    return (['NoResourceScope', 'MayHaveNoResource', 'NameNotKnown'] as const).find(w => row.whys.has(w)) ?? '';
  return row.whys.has('NameNotKnown') ? 'NameNotKnown' : '';
}

/**
 * Where no ARN limits the region, the region of the call does: only for services that are called in the provider's region, and only
 * where the region of each resource is known.
 */
function regionCondition(
  service: string,
  resources: readonly string[],
  regions: ReadonlySet<string | undefined>,
): Conditions | undefined {
  if (!resources.includes('*') || globalServices.has(service)) return undefined;
  const known = [...regions].filter((r): r is string => r !== undefined).sort();
  const [first, ...more] = known;
  if (first === undefined || known.length < regions.size) return undefined;
  return { StringEquals: { 'aws:RequestedRegion': more.length === 0 ? first : known } };
}

function sid(group: Group): string {
  const words = (text: string): string =>
    text
      // The role of a service is known by its service; its domain says nothing more.
      .replace(/\.amazonaws\.com\b/g, '')
      .split(/[^A-Za-z0-9]+/)
      .map(word => word.charAt(0).toUpperCase() + word.slice(1))
      .join('');
  const [test] = Object.values(group.condition ?? {});
  const [key = '', value = ''] = Object.entries(test ?? {})[0] ?? [];
  const [first = ''] = [value].flat();
  const to =
    key === 'iam:PassedToService'
      ? `To ${first.replace(/\.amazonaws\.com.*$/, '')}`
      : key === 'kms:ViaService'
        ? `Via ${first.split('.')[0] ?? ''}`
        : key === 'kms:GrantIsForAWSResource'
          ? 'For Service'
          : key === 'iam:PolicyARN'
            ? `Policy ${first.split('/').at(-1) ?? ''}`
            : key === 'iam:PermissionsBoundary'
              ? 'With Boundary'
              : key.startsWith('aws:ResourceTag/')
                ? 'With Tags'
                : '';
  const named = (arns: readonly string[]): string =>
    words(arns.map(arn => arn.split(':').slice(5).join(' ')).join(' ')).slice(0, 60);
  const name = group.resources.includes('*')
    ? group.why
    : group.why === ''
      ? named(group.resources.slice(0, 1))
      : // The kinds alone: EC2 on any subnet or VPC here.
        `Any${named(group.resources)}`;
  return `${words(group.service)}${name}${words(to)}`;
}
