import type { IamChange } from '../change';
import { isOurs, madeForAnother } from '../plan/model';
import { madeFor } from '../desired/ownership';
import type { PreparedBinding } from '../plan/prepare';

/** A role that would be changed and that this product did not make, or made for another binding. */
export interface StrangeRole {
  readonly name: string;
  /** `ORGANIZATION/WORKSPACE` (or the like of a Stack or a module), where it was made for one; `undefined`: somebody else made it. */
  readonly madeFor: string | undefined;
}

type Worked = Pick<PreparedBinding, 'desired' | 'actual' | 'plan'>;

/** What the refusal to change a role without a yes is called in a plan. */
const refusals = new Set(['role-not-ours', 'role-of-another-workspace']);

/**
 * The roles that want a yes of their own, from a plan that was made without one. Empty where something else is in the way, too: a yes
 * would lead nowhere then.
 */
export function strangeRoles({ desired, actual, plan }: Worked): readonly StrangeRole[] {
  if (plan.problems.some(p => !refusals.has(p.code))) return [];
  return desired.account.roles.flatMap((role): readonly StrangeRole[] => {
    const there = actual.roles.get(role.name);
    if (there === undefined || changesOfRole({ plan }, role.name).length === 0) return [];
    if (!isOurs(there.tags)) return [{ name: role.name, madeFor: undefined }];
    if (madeForAnother(role.name, role.tags, there.tags) === undefined) return [];
    return [{ name: role.name, madeFor: madeFor(there.tags)?.name ?? '' }];
  });
}

/** What would be done to one role. */
export const changesOfRole = ({ plan }: Pick<Worked, 'plan'>, name: string): readonly IamChange[] =>
  plan.changes.filter(c => c.id === `role:${name}` || c.id.startsWith(`role:${name}:`));
