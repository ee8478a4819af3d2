import { type ActionOn, type Comparison, comparisonText } from '../../iam/needs/compare';
import type { BindingFacts, Fact, Phase, RolePermissionFacts } from '../facts';
import type { Remedy } from '../remedy';
import { parseRoleArn } from './arn';
import { bindingRow } from './bindingRow';
import { rolesNamedBy } from './configurations';
import type { CheckResult } from './row';
import { stackRow, type StackUnderCheck } from './stack/underCheck';
import { label } from './variables';

/** Actions that are named one by one; the rest is counted. */
const named = 8;

/** What was read of one role's permissions, with how a result begins. */
interface RoleFound {
  readonly base: { readonly configuration: string; readonly phase?: Phase; readonly title: string };
  /** What gives the role the policy that the code needs, where it is ours. */
  readonly offer: { readonly remedy?: Remedy };
  /** What is set up with that policy: `workspace`, `deployment`. */
  readonly noun: string;
  readonly found: Fact<RolePermissionFacts>;
}

/** Each role once: a role of both phases is compared with what applies need. */
function rolesOf(facts: BindingFacts): readonly RoleFound[] {
  if (facts.variables.state === 'unknown' || facts.account.state === 'unknown') return [];
  const { permissions } = facts.account.value;
  if (permissions === undefined) return [];
  return facts.variables.value.configurations
    .filter(c => c.backing === 'native' && c.enabled !== 'no')
    .flatMap(configuration => {
      const uses = rolesNamedBy(configuration);
      return [...new Set(uses.map(use => use.arn))].flatMap((arn): readonly RoleFound[] => {
        const found = permissions.get(arn);
        if (found === undefined) return [];
        const [use, another] = uses.filter(u => u.arn === arn);
        const base = {
          configuration: label(configuration),
          ...(use !== undefined && another === undefined && { phase: use.phase }),
          title: `Permissions of role ${parseRoleArn(arn)?.name ?? arn}`,
        };
        const remedy: Remedy = { kind: 'update-permissions', roleArn: arn, tag: configuration.tag };
        return [{ base, offer: { remedy }, noun: 'workspace', found }];
      });
    });
}

/** What the roles allow, beside what the code needs. */
export const rolePermissions = bindingRow({
  id: 'role-permissions',
  title: 'Permissions of the role',
  reason: result => (result.state === 'wrong' ? 'permissions are missing' : 'permissions differ from code'),
  why: 'A run fails at the first call that its role does not allow; what is allowed and not needed only helps an intruder.',
  failureModes: ['permission-missing'],
  inProof: 'counts',
  refutes: [],
  run: ({ facts }) => rolesOf(facts).flatMap(compared),
});

function compared(role: RoleFound): readonly CheckResult<'permission-missing'>[] {
  const { base, found } = role;
  if (found.state === 'known') return comparison(role, found.value);
  const nextStep = found.nextStep ?? 'Use a profile that may read policies (iam:GetPolicy, iam:GetPolicyVersion).';
  return [{ ...base, state: 'unknown', evidence: [], why: found.why, nextStep }];
}

/** The roles of one deployment, each compared with the components whose providers assume it. */
function deploymentRoles({ permissions, wiring }: StackUnderCheck): readonly RoleFound[] {
  const configuration = wiring.deployment.name;
  return [...(permissions ?? [])].map(([arn, found]) => ({
    base: { configuration, title: `Permissions of role ${parseRoleArn(arn)?.name ?? arn}` },
    offer: {},
    noun: 'deployment',
    found,
  }));
}

export const stackRolePermissions = stackRow({
  ...rolePermissions,
  run: stack => deploymentRoles(stack).flatMap(compared),
});

const steps = {
  foreign: 'Add what is missing where the role is managed (tfc-oidc permissions prints the policy).',
  more: (noun: string): string =>
    `Configure the ${noun} with the policy that the code needs (tfc-oidc configure --permissions code).`,
  less: 'Configure the smaller policy (tfc-oidc configure --permissions code): neither the code, nor what exists, nor what was applied last needs the rest.',
} as const;

const headline = ({ phase }: RolePermissionFacts, found: Comparison): string =>
  `${comparisonText(found)} (${phase === 'plan' ? 'plans' : 'plans and applies'}, by what the code is known to need).`;

function comparison(
  { base, offer, noun }: RoleFound,
  p: RolePermissionFacts,
): readonly CheckResult<'permission-missing'>[] {
  if (p.comparison === undefined) return [];
  const { missing, denied, conditional, unreadable, broader } = p.comparison;
  // What is not needed can't be told where some of the code, or what the workspace holds, was not read.
  const unneeded = p.additionsOnly === undefined ? p.comparison.unneeded : [];
  const lacking = missing.length > 0 || denied.length > 0;
  // What a person wrote for other purposes too is theirs; what we made for this code should fit it.
  const warn = lacking || (p.ours && unneeded.length > 0);
  const evidence = [
    headline(p, { ...p.comparison, unneeded }),
    ...list('Missing', missing),
    ...list('Denied', denied),
    ...list('No longer needed', p.ours ? unneeded : []),
    ...(p.counted === undefined ? [] : [p.counted]),
    ...(p.additionsOnly === undefined ? [] : [`What is no longer needed is not known: ${p.additionsOnly.why}`]),
    ...list('Allowed under a condition only', conditional),
    ...(broader.length > 0 ? [`Broader than needed: ${names(broader)}.`] : []),
    ...unreadable.map(name => `The policy ${name} cannot be read.`),
    ...notCounted(p),
  ];
  if (!warn) return [{ ...base, state: 'ok', evidence }];
  return [
    {
      ...base,
      state: 'warning',
      evidence,
      nextStep: p.ours ? (lacking ? steps.more(noun) : steps.less) : steps.foreign,
      // A role is made smaller by a person who has seen the policy, never by a click.
      ...(p.ours && lacking && offer),
      failureModes: lacking ? ['permission-missing'] : [],
    },
  ];
}

/** What the comparison leaves out. */
const notCounted = ({ unmapped, unread }: RolePermissionFacts): readonly string[] => [
  ...(unmapped.length > 0 ? [`Nothing is known of what these need: ${unmapped.slice(0, named).join(', ')}.`] : []),
  ...(unread.length > 0 ? [`What this code needs is not counted: ${unread.slice(0, named).join(' ')}`] : []),
];

/** What runs were refused, beside what the policies say of it. */
export const roleAllowsRefused = bindingRow({
  id: 'role-allows-refused',
  title: 'Permissions of the role: refused calls',
  reason: 'AWS refused calls',
  why: 'AWS refused these calls to the role, and its policies do not allow them yet.',
  failureModes: ['permission-missing'],
  inProof: 'counts',
  refutes: [],
  run: ({ facts }) => rolesOf(facts).flatMap(refusedOf),
});

export const stackRoleAllowsRefused = stackRow({
  ...roleAllowsRefused,
  run: stack => deploymentRoles(stack).flatMap(refusedOf),
});

const refusedOf = (role: RoleFound): readonly CheckResult<'permission-missing'>[] =>
  role.found.state === 'known' ? refused(role, role.found.value) : [];

function refused({ base, offer }: RoleFound, p: RolePermissionFacts): readonly CheckResult<'permission-missing'>[] {
  if (p.refused.length === 0) return [];
  const open = p.refused.filter(r => !r.allowedNow);
  const evidence = (open.length > 0 ? open : p.refused).slice(0, named).map(r => {
    const what = `${r.action}${r.resource === undefined ? '' : ` on ${r.resource}`} was refused`;
    return `${what}: ${open.length > 0 ? (r.lacks[0] ?? 'no policy allows it.') : 'the policies allow it now.'}`;
  });
  const result = { ...base, title: `${base.title}: refused calls`, evidence };
  const [first] = open;
  if (first === undefined) return [{ ...result, state: 'ok' }];
  return [
    {
      ...result,
      state: 'wrong',
      nextStep: first.nextStep,
      ...(p.ours && open.some(r => r.inReach) && offer),
      failureModes: ['permission-missing'],
    },
  ];
}

function list(what: string, items: readonly ActionOn[]): readonly string[] {
  return items.length === 0 ? [] : [`${what}: ${names(items)}.`];
}

function names(items: readonly { readonly action: string }[]): string {
  const all = [...new Set(items.map(i => i.action))];
  return `${all.slice(0, named).join(', ')}${all.length > named ? ` and ${all.length - named} more` : ''}`;
}
