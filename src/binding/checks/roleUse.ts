import { bindingRow } from './bindingRow';
import { parseRoleArn } from './arn';
import type { Fact, RoleUseFacts } from '../facts';
import type { CheckResult } from './row';

/** Actions that are named one by one; the rest is counted. */
const named = 8;

/** What roles were granted and did not use, as AWS tells it. Only where it was asked. */
export const roleUse = bindingRow({
  id: 'role-use',
  title: 'Use of the role',
  reason: 'unused permissions',
  why: 'What a role may do and never does only helps an intruder.',
  failureModes: [],
  inProof: 'aside',
  refutes: [],
  run: ({ facts }) =>
    facts.account.state === 'unknown'
      ? []
      : [...(facts.account.value.use ?? [])].map(([arn, use]) => resultOf(parseRoleArn(arn)?.name ?? arn, use)),
});

function resultOf(role: string, use: Fact<RoleUseFacts>): CheckResult<never> {
  const title = `Use of role ${role}`;
  if (use.state === 'unknown')
    return {
      title,
      state: 'unknown',
      evidence: [],
      why: use.why,
      nextStep: use.nextStep ?? 'Use a profile that may ask (iam:GenerateServiceLastAccessedDetails).',
    };
  const { unused, neededUnused, untold, tooYoung, codeKnown } = use.value;
  const count = `${unused.length} ${unused.length === 1 ? 'action' : 'actions'} granted, unused for 90 days${codeKnown ? ' and not needed by the code' : ''}`;
  const evidence = [
    unused.length === 0
      ? 'Nothing that it was granted is known to be unused.'
      : `${count}: ${unused.slice(0, named).join(', ')}${unused.length > named ? ` and ${unused.length - named} more` : ''}.`,
    ...(neededUnused > 0 ? [`${neededUnused} more are needed by the code and were not used yet; they stay.`] : []),
    ...(untold.length > 0 ? [`AWS does not tell what was used of ${untold.join(', ')}.`] : []),
    ...(tooYoung ? ['The role is younger than 90 days, so this says little yet.'] : []),
  ];
  if (unused.length === 0 || tooYoung) return { title, state: 'ok', evidence };
  return {
    title,
    state: 'warning',
    evidence,
    nextStep:
      'Look at the smaller policy (tfc-oidc permissions --compare-with-use --role ROLE --profile NAME --remote).',
    failureModes: [],
  };
}
