import type { Problem } from '../../core/problem';
import type { ActualRole } from '../../iam/account/types';
import type { ActionList } from '../../iam/reference/actions';
import { policySize } from '../../iam/policy/document';
import type { IamChange } from '../change';
import { isOurs, ownedElsewhere, type CodeOwner } from '../plan/model';
import { prettyPolicy } from '../plan/policy';
import { actionsOf, expand, type StatementJson, statementsOf, type UseComparison } from './compare';

export interface Shrinking {
  readonly changes: readonly IamChange[];
  readonly problems: readonly Problem[];
  /** What stays as it is, and why, one sentence each. */
  readonly notes: readonly string[];
}

const inlineQuota = 10_240;

/**
 * The role's inline policies without what could go. A pattern gives way to the actions of it that stay; where these would not fit, the
 * pattern stays. Managed policies are shared, and are left alone.
 */
export function shrinkRole(
  role: ActualRole,
  accountId: string,
  use: UseComparison,
  actions: ActionList,
  owners: readonly CodeOwner[],
): Shrinking {
  const owned = ownedElsewhere('role', role.name, role.tags, owners);
  if (owned !== undefined) return { changes: [], problems: [owned], notes: [] };
  const go = new Set(use.couldGo.map(a => a.toLowerCase()));
  const notes: string[] = [];
  const changes: IamChange[] = [];
  for (const [name, text] of Object.entries(role.inlinePolicies)) {
    const next = smaller(name, text, go, actions, notes);
    if (next !== undefined && next !== text) changes.push(changeOf(role, accountId, name, text, next));
  }
  for (const arn of role.attachedPolicyArns)
    notes.push(`${arn} may be attached elsewhere too: it stays. Detach it once an inline policy has what is needed.`);
  return { changes, problems: [], notes };
}

/** The policy without what goes; "": nothing is left of it. */
function smaller(
  name: string,
  text: string,
  go: ReadonlySet<string>,
  actions: ActionList,
  notes: string[],
): string | undefined {
  let document: { readonly Statement?: unknown };
  try {
    document = JSON.parse(text) as { Statement?: unknown };
  } catch {
    notes.push(`The policy ${name} cannot be read as JSON: it stays.`);
    return undefined;
  }
  const kept = statementsOf(text).flatMap(s => keep(s, go, actions));
  if (kept.length === 0) return '';
  const next = JSON.stringify({ ...document, Statement: kept });
  if (policySize(next) <= inlineQuota) return next;
  notes.push(`Without its patterns the policy ${name} would be longer than ${inlineQuota} characters: it stays.`);
  return undefined;
}

function keep(s: StatementJson, go: ReadonlySet<string>, actions: ActionList): readonly StatementJson[] {
  const given = actionsOf(s);
  if (s.Effect !== 'Allow' || given.length === 0) return [s];
  const left = given.flatMap(pattern => {
    const all = expand(pattern, actions);
    const stay = all.filter(a => !go.has(a.toLowerCase()));
    return stay.length === all.length ? [pattern] : stay;
  });
  if (left.length === 0) return [];
  return [left.length === given.length && left.every((a, i) => a === given[i]) ? s : { ...s, Action: left }];
}

function changeOf(role: ActualRole, accountId: string, name: string, text: string, next: string): IamChange {
  const gone = next === '';
  return {
    kind: 'iam',
    id: `role:${role.name}:policy:${name}:smaller`,
    accountId,
    title: gone
      ? `Remove the inline policy ${name} of role ${role.name}: nothing of it is used or needed`
      : `Make the inline policy ${name} of role ${role.name} smaller`,
    action: gone ? 'DeleteRolePolicy' : 'PutRolePolicy',
    input: gone
      ? { RoleName: role.name, PolicyName: name }
      : { RoleName: role.name, PolicyName: name, PolicyDocument: next },
    before: prettyPolicy(text),
    after: gone ? undefined : prettyPolicy(next),
    language: 'json',
    expected: text,
    wanted: gone ? null : next,
    destructive: !isOurs(role.tags),
    undoable: true,
  };
}
