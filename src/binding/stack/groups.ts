import { type Problem, unwrap } from '../../core/problem';
import { deploymentName } from '../../oidc/names';
import type { StackIdentity } from '../../oidc/subject';
import { parseRoleArn } from '../checks/arn';
import type { BindingChoices } from '../desired/choices';
import { rolesInAccount } from './roles';
import { rolesOf, type StackWiring } from './wiring';

/** Deployments of a Stack that get one role. */
export interface StackGroup {
  readonly choices: BindingChoices;
  readonly members: readonly GroupMember[];
}

/** A deployment with the role of its group. */
export interface GroupMember {
  readonly deployment: string;
  /** The role that its code names for it today; `undefined`: none yet. */
  readonly arn: string | undefined;
  /** The variables of the components that carry the role; empty for the one that does, or a new one. */
  readonly inputs: readonly string[];
}

export interface StackGroups {
  readonly groups: readonly StackGroup[];
  /** What is left alone, and why. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * The roles that the deployments of a Stack get in the account of `base`: the role that their code names in this account, else one that is
 * called after the deployment. `base` names all of them; `inputs` those that somebody chose; `shared`: one role for all.
 */
export function stackGroups(
  base: BindingChoices,
  wirings: readonly StackWiring[],
  {
    inputs,
    shared,
    all = wirings,
  }: {
    readonly inputs: readonly string[];
    readonly shared: boolean;
    /** Every deployment of the Stack: those that share a role stay trusted by it. */
    readonly all?: readonly StackWiring[];
  },
): StackGroups {
  const byRole = new Map<string, { arn: string | undefined; members: StackGroup['members'][number][] }>();
  const notes: string[] = [];
  const problems: Problem[] = [];
  const given = base.names.run !== undefined;
  for (const wiring of wirings) {
    const { name } = wiring.deployment;
    const found = rolesInAccount(wiring, base.accountId, inputs);
    if (found.elsewhere.length > 0)
      notes.push(
        `Deployment ${name} also uses ${found.elsewhere.join(', ')}; ${found.elsewhere.length === 1 ? 'it is' : 'they are'} left alone, since the profile belongs to account ${base.accountId}.`,
      );
    for (const { name: provider, input, why } of found.unread)
      notes.push(
        `Which role ${provider} has in deployment ${name} is not known here, so it is left alone. ${why} ${input === undefined ? 'Write its role as an input of the deployment.' : `Name its input to give it a role of this account (--input ${input}).`}`,
      );
    if (found.open.length > 0) problems.push(severalInputs(name, found.open));
    for (const { arn, inputs: own } of found.roles) {
      const key = given || shared ? '' : (arn ?? `deployment ${name}`);
      const group = byRole.get(key) ?? { arn: given || shared ? undefined : arn, members: [] };
      group.members.push({ deployment: name, arn, inputs: own });
      byRole.set(key, group);
    }
  }
  for (const { arn, members } of byRole.values()) {
    const more = arn === undefined ? [] : all.filter(w => !wirings.includes(w) && rolesOf(w).includes(arn));
    if (more.length === 0) continue;
    const names = more.map(w => w.deployment.name);
    members.push(...names.map(deployment => ({ deployment, arn, inputs: [] })));
    notes.push(
      `${arn ?? ''} is also the role of ${names.join(', ')}, and goes on trusting ${names.length === 1 ? 'it' : 'them'}.`,
    );
  }
  if (byRole.size === 0 && problems.length === 0) problems.push(nothingHere(base.accountId, wirings, notes));
  return {
    groups: [...byRole.values()].map(({ arn, members }) => ({ members, choices: choicesFor(base, arn, members) })),
    notes,
    problems,
  };
}

function choicesFor(base: BindingChoices, arn: string | undefined, members: StackGroup['members']): BindingChoices {
  const [one] = base.identities.filter((i): i is StackIdentity => i.kind === 'stack');
  const names = [...new Set(members.map(m => m.deployment))];
  const identities =
    one === undefined ? [] : names.map((name): StackIdentity => ({ ...one, deployment: unwrap(deploymentName(name)) }));
  const role = arn === undefined ? undefined : parseRoleArn(arn);
  return {
    ...base,
    identities,
    ...(role !== undefined && { names: { run: role.name }, path: role.path }),
  };
}

const severalInputs = (deployment: string, open: readonly string[]): Problem => ({
  code: 'several-roles',
  message: `The providers of deployment ${deployment} take several roles that are not there yet: ${open.map(name => `var.${name}`).join(', ')}.`,
  nextStep: `Say which of them are roles of this account, and set up the others with the profile of theirs (${open.map(name => `--input ${name}`).join(' or ')}).`,
});

function nothingHere(accountId: string, wirings: readonly StackWiring[], notes: readonly string[]): Problem {
  const names = wirings.map(w => w.deployment.name).join(', ') || 'this Stack';
  return wirings.some(w => w.exchanges.length > 0)
    ? {
        code: 'no-role-here',
        message: [`Nothing of ${names} is for account ${accountId}.`, ...notes.slice(0, 3)].join(' '),
        nextStep: 'Choose a profile of the account of the roles, or name the input that takes the role (--input).',
      }
    : {
        code: 'no-provider',
        message: `The code of ${names} has no provider "aws".`,
        nextStep: 'Write the provider block with its region first.',
      };
}
