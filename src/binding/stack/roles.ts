import type { StackDeployment } from '../../terraform/model';
import { parseRoleArn } from '../checks/arn';
import type { StackWiring } from './wiring';

/** A role that providers of a deployment assume, or should. */
export interface RoleOfDeployment {
  readonly deployment: StackDeployment;
  /** The role that the code names; `undefined`: it names none yet. */
  readonly arn: string | undefined;
  /** The variables of the components by which the providers get it; empty where it gets one of its own. */
  readonly inputs: readonly string[];
}

/** What a deployment has to do with one AWS account. */
export interface RolesInAccount {
  readonly roles: readonly RoleOfDeployment[];
  /** Roles of other accounts. */
  readonly elsewhere: readonly string[];
  /** Providers whose role could not be read, with the reason. */
  readonly unread: readonly { readonly name: string; readonly input: string | undefined; readonly why: string }[];
  /** Variables that have no role yet, where there are several: somebody has to say which are of this account. */
  readonly open: readonly string[];
}

/**
 * The roles of a deployment in one account, by what its code says. `chosen`: the inputs that somebody named; their providers get a role of
 * this account, whatever the code says of them, and all others are left alone.
 */
export function rolesInAccount(wiring: StackWiring, accountId: string, chosen: readonly string[] = []): RolesInAccount {
  const { deployment } = wiring;
  if (chosen.length > 0)
    return { roles: [{ deployment, arn: undefined, inputs: chosen }], elsewhere: [], unread: [], open: [] };
  const byArn = new Map<string, Set<string>>();
  const elsewhere = new Set<string>();
  const unread: RolesInAccount['unread'][number][] = [];
  const open = new Set<string | undefined>();
  for (const { role, roleInput, name } of wiring.exchanges) {
    const arn = role.state === 'known' ? parseRoleArn(role.value) : undefined;
    if (role.state === 'unknown') unread.push({ name, input: roleInput, why: role.why });
    else if (role.state !== 'known' || arn === undefined) open.add(roleInput);
    else if (arn.accountId !== accountId) elsewhere.add(role.value);
    else byArn.set(role.value, new Set([...(byArn.get(role.value) ?? []), ...list(roleInput)]));
  }
  const named = [...byArn].map(([arn, inputs]) => ({ deployment, arn, inputs: [...inputs] }));
  const variables = [...open].flatMap(list);
  if (variables.length > 1) return { roles: named, elsewhere: [...elsewhere], unread, open: variables };
  const missing = open.size === 0 ? [] : [{ deployment, arn: undefined, inputs: variables }];
  return { roles: [...named, ...missing], elsewhere: [...elsewhere], unread, open: [] };
}

const list = (name: string | undefined): readonly string[] => (name === undefined ? [] : [name]);
