import type { Root } from '../../terraform/model';
import { compact, policySize } from '../policy/document';
import type { ActionList } from './actions';
import { alternativeKinds, fitsFormat, type Place } from './arns';
import type { TypeMapping } from './mapping';
import { collectNeeds, type Need, type Phase, type Unmapped } from './needs';
import { planWrites } from './tables';

export interface PermissionStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface PermissionDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PermissionStatement[];
}

export interface Permissions {
  readonly policy: PermissionDocument;
  /** The same statements in documents that each fit in a managed policy; one where all of it fits. */
  readonly parts: readonly PermissionDocument[];
  readonly unmapped: readonly Unmapped[];
  readonly needs: readonly Need[];
  readonly notes: readonly string[];
  /** Characters as IAM counts them. */
  readonly size: number;
  /** The provider version that the policy stands for. */
  readonly provider: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: characters of one managed policy. */
const managedQuota = 6144;

/** A starting policy for one Terraform root: what its code is known to need, and what nobody could say. */
export function generatePermissions(
  root: Root,
  mapping: TypeMapping,
  list: ActionList,
  phase: Phase,
  place: Place,
): Permissions {
  const collected = collectNeeds(root, mapping, phase, place);
  const notes = [...collected.notes];
  const needs = collected.needs.filter(need => {
    const fact = list.find(need.action);
    if (phase === 'apply' || need.action === 'sts:AssumeRole' || planWrites.has(need.action)) return true;
    if (need.source === 'backend') return true;
    if (fact !== undefined && /^(?:Read|List)(?:, (?:Read|List))*$/.test(fact.level)) return true;
    notes.push(`${need.address}: ${need.action} is no read; a plan policy does not hold it.`);
    return false;
  });
  const policy: PermissionDocument = {
    Version: '2012-10-17',
    Statement: statements(needs, mapping, list, place, notes),
  };
  return {
    policy,
    parts: split(policy),
    unmapped: collected.unmapped,
    needs,
    notes: [...new Set(notes)],
    size: policySize(compact(policy)),
    provider: mapping.provider,
  };
}

interface Grant {
  readonly action: string;
  readonly why: '' | 'NoResourceScope' | 'NameNotKnown';
  readonly resources: readonly string[];
  readonly condition: Need['condition'];
}

function grantOf(need: Need, mapping: TypeMapping, list: ActionList, place: Place): Grant | undefined {
  const { action, arns, condition } = need;
  const account = place.account ?? '*';
  if (need.exact === true) {
    if (arns !== undefined) return { action, why: '', resources: arns, condition };
    // Assuming any role is more than a starting policy may hold; the caller notes it.
    if (action === 'sts:AssumeRole') return undefined;
    const all =
      action === 'iam:PassRole'
        ? `arn:${place.partition}:iam::${account}:role/*`
        : action.startsWith('kms:')
          ? `arn:${place.partition}:kms:${place.region ?? '*'}:${account}:key/*`
          : '*';
    return { action, why: 'NameNotKnown', resources: [all], condition };
  }
  const formats = mapping.formats(action) ?? [];
  if (list.find(action)?.scoped !== true) return { action, why: 'NoResourceScope', resources: ['*'], condition };
  const fitting = (arns ?? []).filter(arn => formats.some(f => fitsFormat(arn, f.format)));
  const reached = formats.filter(f => fitting.some(arn => fitsFormat(arn, f.format)));
  const enough =
    fitting.length > 0 &&
    // Tags are put on one resource at a time: the kinds that AWS lists as required are alternatives there.
    (/Tags?(?:$|For|Of|Resource)|Untag/.test(action) || formats.every(f => !f.required || reached.includes(f))) &&
    (reached.length === formats.length || alternativeKinds.has(action.split(':')[0] ?? ''));
  return enough
    ? { action, why: '', resources: fitting, condition }
    : { action, why: 'NameNotKnown', resources: ['*'], condition };
}

/** One statement for all actions of a service with the same resources and condition. */
function statements(
  needs: readonly Need[],
  mapping: TypeMapping,
  list: ActionList,
  place: Place,
  notes: string[],
): readonly PermissionStatement[] {
  const anywhere = new Set<string>();
  const byAction = new Map<
    string,
    { action: string; why: Grant['why']; resources: Set<string>; condition: Need['condition'] }
  >();
  for (const need of needs) {
    const grant = grantOf(need, mapping, list, place);
    if (grant === undefined) {
      notes.push(`${need.address}: the role to assume is not known here; allow sts:AssumeRole on it by hand.`);
      continue;
    }
    if (grant.resources.includes('*') && grant.condition === undefined) anywhere.add(grant.action);
    const key = JSON.stringify([grant.action, grant.why, grant.condition ?? null]);
    const row = byAction.get(key) ?? { ...grant, resources: new Set<string>() };
    for (const resource of grant.resources) row.resources.add(resource);
    byAction.set(key, row);
  }
  const groups = new Map<
    string,
    { service: string; why: string; resources: string[]; condition: Need['condition']; actions: string[] }
  >();
  for (const row of byAction.values()) {
    const resources = [...row.resources].sort();
    // A statement for all resources covers the named ones too.
    if (anywhere.has(row.action) && !resources.includes('*')) continue;
    const service = row.action.split(':')[0] ?? '';
    const key = JSON.stringify([service, row.why, resources, row.condition ?? null]);
    const group = groups.get(key) ?? { service, why: row.why, resources, condition: row.condition, actions: [] };
    group.actions.push(row.action);
    groups.set(key, group);
  }
  const used = new Map<string, number>();
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const base = sid(group);
      const count = (used.get(base) ?? 0) + 1;
      used.set(base, count);
      return {
        Sid: count === 1 ? base : `${base}${count}`,
        Effect: 'Allow',
        Action: group.actions.sort(),
        Resource: group.resources,
        ...(group.condition !== undefined && { Condition: group.condition }),
      };
    });
}

function sid(group: {
  service: string;
  why: string;
  resources: readonly string[];
  condition: Need['condition'];
}): string {
  const words = (text: string): string =>
    text
      .split(/[^A-Za-z0-9]+/)
      .map(word => word.charAt(0).toUpperCase() + word.slice(1))
      .join('');
  const to = Object.values(Object.values(group.condition ?? {})[0] ?? {})[0] ?? '';
  const name =
    group.why === '' ? words(group.resources[0]?.split(':').slice(5).join(' ') ?? '').slice(0, 60) : group.why;
  return `${words(group.service)}${name}${words(to.replace(/\.amazonaws\.com$/, ''))}`;
}

/** Documents that each keep to the quota, in the order of the statements; a long statement is cut between its actions. */
export function split(policy: PermissionDocument): readonly PermissionDocument[] {
  const document = (Statement: readonly PermissionStatement[]): PermissionDocument => ({
    Version: '2012-10-17',
    Statement,
  });
  const fits = (all: readonly PermissionStatement[]): boolean => policySize(compact(document(all))) <= managedQuota;
  const pieces: PermissionStatement[] = [];
  const cut = (statement: PermissionStatement): void => {
    if (fits([statement]) || statement.Action.length < 2) {
      pieces.push(statement);
      return;
    }
    const middle = statement.Action.length >> 1;
    cut({ ...statement, Sid: `${statement.Sid}A`, Action: statement.Action.slice(0, middle) });
    cut({ ...statement, Sid: `${statement.Sid}B`, Action: statement.Action.slice(middle) });
  };
  policy.Statement.forEach(cut);
  const parts: PermissionStatement[][] = [];
  for (const piece of pieces) {
    const last = parts.at(-1);
    if (last !== undefined && fits([...last, piece])) last.push(piece);
    else parts.push([piece]);
  }
  return parts.map(document);
}
