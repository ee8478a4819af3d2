import type { OldKeyFacts } from '../facts';
import { bindingRow } from './bindingRow';
import type { CheckResult } from './row';

const day = 86_400_000;
/** As the keys themselves are judged: `quietDays` of src/binding/keys. */
const quiet = 7;

/** The key that the role has replaced: it lives until somebody ends it. */
export const oldKey = bindingRow({
  id: 'old-key',
  title: 'The old access key',
  reason: 'old access key lives on',
  why: 'A key that nobody needs any more still opens the account to whoever has a copy of it.',
  failureModes: [],
  inProof: 'aside',
  refutes: [],
  run: ({ facts }) => {
    const { oldKeys, variables, now } = facts;
    // While a static key stands in the variables, that is what is said of it.
    const standing = variables.state === 'known' && variables.value.staticCredentials.length > 0;
    return standing ? [] : (oldKeys ?? []).flatMap(key => resultOf(key, now));
  },
});

const nextStep = 'Show the old keys to see whether it can be deactivated (tfc-oidc keys --organization, --profile).';

function resultOf(key: OldKeyFacts, now: number): readonly CheckResult<never>[] {
  const name = `Access key ${key.shown}${key.user === undefined ? '' : ` of user ${key.user}`}`;
  const { status } = key;
  if (status.state === 'unknown')
    return [
      {
        state: 'unknown',
        evidence: [`${name} stood here.`],
        why: status.why,
        nextStep: status.nextStep ?? 'Choose a profile of its account (--profile).',
      },
    ];
  switch (status.value) {
    case 'gone':
      return [{ state: 'ok', evidence: [`${name} is deleted.`] }];
    case 'Active':
      return [
        {
          state: 'warning',
          evidence: [`${name} is no longer used here, and is still active.`],
          nextStep,
          failureModes: [],
        },
      ];
    case 'Inactive':
      return [inactive(name, key.inactiveSince, now)];
  }
}

function inactive(name: string, since: number | undefined, now: number): CheckResult<never> {
  if (since === undefined) return { state: 'ok', evidence: [`${name} is inactive.`] };
  const days = Math.floor((now - since) / day);
  const evidence = [`${name} is inactive for ${days === 1 ? '1 day' : `${days} days`}.`];
  if (days < quiet) return { state: 'ok', evidence };
  return {
    state: 'warning',
    evidence,
    nextStep: 'Delete it, unless somebody missed it (tfc-oidc keys --organization, --profile, --delete).',
    failureModes: [],
  };
}
