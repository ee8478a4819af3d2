import type { ServiceUse } from '../../iam/account/askedTypes';
import type { ActionList } from '../../iam/reference/actions';
import type { NamedPolicy } from '../../iam/policy/permissions';
import type { PermissionDocument } from '../../iam/policy/permissionDocument';

/** Three truths about an action that are never mixed: *granted* by a policy, *used* as AWS saw it, *needed by the code*. */
export interface ActionTruth {
  readonly action: string;
  /** The policies that grant it. */
  readonly granted: readonly string[];
  /** `used`: when last. `unused`: not within the time that counts. `not told`: AWS tells nothing of this action. */
  readonly used: { readonly state: 'used'; readonly at: string } | { readonly state: 'unused' | 'not told' };
  readonly needed: boolean;
}

export interface UseComparison {
  readonly actions: readonly ActionTruth[];
  /** Granted, not used in `days` days, and not known to be needed by the code: what could go. */
  readonly couldGo: readonly string[];
  /** Needed by the code though it was not used yet: create and delete happen rarely. These stay. */
  readonly neededUnused: readonly string[];
  /** Services of which AWS tells no actions, so what was used of them is not known. */
  readonly untold: readonly string[];
  readonly days: number;
}

const day = 86_400_000;

/** How long an action has to be unused before it could go. */
export const unusedDays = 90;

/** `granted` are policies that can be changed for this role alone. Pure. */
export function compareUse(
  policies: readonly NamedPolicy[],
  services: readonly ServiceUse[],
  needed: PermissionDocument | undefined,
  actions: ActionList,
  now: number,
): UseComparison {
  const granted = new Map<string, Set<string>>();
  for (const policy of policies) {
    for (const pattern of allowedActions(policy.text)) {
      // "*" alone is everything that there is: it is said as such, not as ten thousand actions.
      for (const action of expand(pattern, actions)) {
        const names = granted.get(action) ?? new Set();
        granted.set(action, names.add(policy.name));
      }
    }
  }
  const needs = new Set((needed?.Statement ?? []).flatMap(s => s.Action.flatMap(a => expand(a, actions))).map(lower));
  const byService = new Map(services.map(s => [s.service.toLowerCase(), s]));
  const truths = [...granted].map(([action, names]): ActionTruth => ({
    action,
    granted: [...names],
    used: usedOf(action, byService, now),
    needed: needs.has(lower(action)),
  }));
  const told = truths.filter(t => t.used.state === 'not told').map(t => serviceOf(t.action));
  return {
    actions: truths,
    couldGo: truths.filter(t => t.used.state === 'unused' && !t.needed).map(t => t.action),
    neededUnused: truths.filter(t => t.used.state === 'unused' && t.needed).map(t => t.action),
    untold: [...new Set(told)].sort(),
    days: unusedDays,
  };
}

const lower = (s: string): string => s.toLowerCase();
const serviceOf = (action: string): string => action.slice(0, action.indexOf(':'));

/** A pattern as actions that AWS knows; what it does not know stands for itself. `*` of all services is left as it is. */
export function expand(pattern: string, actions: ActionList): readonly string[] {
  if (!/[*?]/.test(pattern) || pattern === '*') return [actions.find(pattern)?.name ?? pattern];
  const found = actions.matching(pattern).map(a => a.name);
  return found.length === 0 ? [pattern] : found;
}

function usedOf(action: string, services: ReadonlyMap<string, ServiceUse>, now: number): ActionTruth['used'] {
  if (action === '*') return { state: 'not told' };
  const service = services.get(lower(serviceOf(action)));
  // The report lists every service that the policies allow: one that is not there tells nothing.
  if (service === undefined) return { state: 'not told' };
  const since = now - unusedDays * day;
  if (service.at === undefined || Date.parse(service.at) < since) return { state: 'unused' };
  const told = service.actions?.find(a => lower(a.action) === lower(action));
  if (told === undefined) return { state: 'not told' };
  return told.at !== undefined && Date.parse(told.at) >= since ? { state: 'used', at: told.at } : { state: 'unused' };
}

export interface StatementJson {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly [field: string]: unknown;
}

export const statementsOf = (text: string): readonly StatementJson[] => {
  try {
    const { Statement } = JSON.parse(text) as { Statement?: unknown };
    return [Statement].flat().filter((s): s is StatementJson => typeof s === 'object' && s !== null);
  } catch {
    return [];
  }
};

const texts = (v: unknown): readonly string[] => [v].flat().filter((x): x is string => typeof x === 'string');

export const actionsOf = (s: StatementJson): readonly string[] => texts(s.Action);

const allowedActions = (text: string): readonly string[] =>
  statementsOf(text).flatMap(s => (s.Effect === 'Allow' ? actionsOf(s) : []));
