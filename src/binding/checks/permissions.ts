import { type ActionOn, comparisonText } from '../../iam/needs/compare';
import type { Check } from '../check';
import type { BindingFacts, ConfigurationFacts, Phase, RolePermissionFacts } from '../facts';
import { phases } from '../facts';
import { parseRoleArn } from './arn';
import { label } from './variables';

/** Actions that are named one by one; the rest is counted. */
const named = 8;

/** What the roles allow, beside what the code needs and what runs were refused. */
export function permissionChecks(facts: BindingFacts): readonly Check[] {
  if (facts.variables.state === 'unknown' || facts.account.state === 'unknown') return [];
  const { permissions } = facts.account.value;
  if (permissions === undefined) return [];
  return facts.variables.value.configurations
    .filter(c => c.backing === 'native' && c.enabled !== 'no')
    .flatMap(c =>
      rolesOf(c).flatMap(({ arn, phase }): readonly Check[] => {
        const found = permissions.get(arn);
        if (found === undefined) return [];
        const base = {
          configuration: label(c),
          ...(phase !== undefined && { phase }),
          title: `Permissions of role ${parseRoleArn(arn)?.name ?? arn}`,
        };
        if (found.state === 'unknown') {
          const next = 'Use a profile that may read policies (iam:GetPolicy, iam:GetPolicyVersion).';
          return [
            {
              ...base,
              id: 'role-permissions',
              state: 'unknown',
              evidence: [],
              why: found.why,
              nextStep: next,
              failureModes: [],
            },
          ];
        }
        return [...comparison(base, c, found.value), ...refused(base, c, found.value)];
      }),
    );
}

/** Each role once: a role of both phases is compared with what applies need. */
function rolesOf(c: ConfigurationFacts): readonly { readonly arn: string; readonly phase: Phase | undefined }[] {
  const set = phases.flatMap(phase => {
    const role = c.roles[phase];
    return role.state === 'set' ? [{ phase, arn: role.arn }] : [];
  });
  const arns = [...new Set(set.map(r => r.arn))];
  return arns.map(arn => {
    const of = set.filter(r => r.arn === arn);
    return { arn, phase: of.length === 1 ? of[0]?.phase : undefined };
  });
}

type Base = Pick<Check, 'configuration' | 'phase' | 'title'>;

function comparison(base: Base, c: ConfigurationFacts, p: RolePermissionFacts): readonly Check[] {
  if (p.comparison === undefined) return [];
  const { missing, denied, conditional, unreadable, broader } = p.comparison;
  // What is not needed can't be told where some of the code was not read.
  const complete = p.unread.length === 0;
  const unneeded = complete ? p.comparison.unneeded : [];
  const lacking = missing.length > 0 || denied.length > 0;
  // What a person wrote for other purposes too is theirs; what we made for this code should fit it.
  const warn = lacking || (p.ours && unneeded.length > 0);
  const evidence = [
    `${comparisonText({ ...p.comparison, unneeded })} (${p.phase === 'plan' ? 'plans' : 'plans and applies'}, by what the code is known to need).`,
    ...list('Missing', missing),
    ...list('Denied', denied),
    ...(p.ours || !lacking ? list('No longer needed', p.ours ? unneeded : []) : []),
    ...list('Allowed under a condition only', conditional),
    ...(broader.length > 0 ? [`Broader than needed: ${names(broader)}.`] : []),
    ...unreadable.map(name => `The policy ${name} can not be read.`),
    ...(p.unmapped.length > 0
      ? [`Nothing is known of what these need: ${p.unmapped.slice(0, named).join(', ')}.`]
      : []),
    ...(complete ? [] : [`What this code needs is not counted: ${p.unread.slice(0, named).join(' ')}`]),
  ];
  return [
    {
      ...base,
      id: 'role-permissions',
      state: warn ? 'warning' : 'ok',
      evidence,
      why: 'A run fails at the first call that its role does not allow; what is allowed and not needed only helps an intruder.',
      ...(warn && {
        nextStep: p.ours
          ? 'Configure the workspace with the policy that the code needs (tfc-oidc configure --permissions code).'
          : 'Add what is missing where the role is managed; tfc-oidc permissions prints the policy.',
      }),
      ...(warn && p.ours && { remedy: { kind: 'configure' as const, tag: c.tag } }),
      failureModes: lacking ? [16] : [],
    },
  ];
}

function refused(base: Base, c: ConfigurationFacts, p: RolePermissionFacts): readonly Check[] {
  if (p.refused.length === 0) return [];
  const open = p.refused.filter(r => !r.allowedNow);
  const evidence = (open.length > 0 ? open : p.refused).slice(0, named).flatMap(r => {
    const what = `${r.action}${r.resource === undefined ? '' : ` on ${r.resource}`} was refused`;
    return [`${what}: ${open.length > 0 ? (r.lacks[0] ?? 'no policy allows it.') : 'the policies allow it now.'}`];
  });
  return [
    {
      ...base,
      id: 'role-allows-refused',
      title: `${base.title}: refused calls`,
      state: open.length > 0 ? 'wrong' : 'ok',
      evidence,
      why: 'AWS refused these calls to the role, and its policies do not allow them yet.',
      ...(open[0] !== undefined && { nextStep: open[0].nextStep }),
      ...(open.length > 0 && p.ours && { remedy: { kind: 'configure' as const, tag: c.tag } }),
      failureModes: open.length > 0 ? [16] : [],
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
