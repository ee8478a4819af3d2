import type { ConfigurationFacts } from '../facts';
import { bindingRow } from './bindingRow';
import type { CheckResult } from './row';
import { label, switchOf } from './variables';

/** What the run signs in to before it gets AWS credentials. */
const services = { vault: 'Vault', hvs: 'HCP Vault Secrets' } as const;

/** Configurations that take their credentials from Vault or HCP Vault Secrets, as a whole. */
export const backingConfigured = bindingRow({
  id: 'backing-configured',
  title: 'Vault behind the credentials',
  reason: 'Vault is not set up',
  why: 'A run signs in to Vault before it gets AWS credentials: without one of these variables it stops there.',
  failureModes: ['vault-backed'],
  inProof: 'counts',
  refutes: [],
  run: ({ facts }) => {
    if (facts.variables.state === 'unknown') return [];
    const { configurations } = facts.variables.value;
    return configurations
      .filter(c => c.backing !== 'native' && c.enabled !== 'no')
      .flatMap(c => [backed(c), ...besideNative(c, configurations)]);
  },
});

function backed(c: ConfigurationFacts): CheckResult<'vault-backed'> {
  const { behind, backing } = c;
  const service = services[backing === 'hvs' ? 'hvs' : 'vault'];
  const base = {
    configuration: label(c),
    title: `${service} behind the credentials`,
    why: `A run signs in to ${service} before it gets AWS credentials: without one of these variables it stops there.`,
  };
  const { missing = [], invalid = [], doubtful = [] } = behind ?? {};
  const ended =
    backing === 'hvs' ? ['HCP Vault Secrets is said to have ended in July 2026: see whether it still answers.'] : [];
  if (missing.length > 0 || invalid.length > 0) {
    const steps = [
      ...(missing.length > 0 ? [`Set ${missing.join(', ')}.`] : []),
      ...invalid.map(({ key, expected }) => `Set ${key} to ${expected}.`),
    ];
    return {
      ...base,
      state: 'wrong',
      evidence: [
        ...missing.map(key => `${key} is not set.`),
        ...invalid.map(({ key, expected }) => `${key} has a value that cannot be right; it takes ${expected}.`),
        ...ended,
      ],
      nextStep: steps.join(' '),
      failureModes: ['vault-backed'],
    };
  }
  if (doubtful.length > 0)
    return {
      ...base,
      state: 'warning',
      evidence: [`${doubtful.join(', ')} is not set, and the credentials are those of an assumed role.`, ...ended],
      why: 'Vault has to be told which role of AWS to assume, unless its own role knows a single one.',
      nextStep: `Set ${doubtful.join(', ')} to the ARN of the role, if the role of Vault knows several.`,
      failureModes: ['vault-backed'],
    };
  return {
    ...base,
    state: 'ok',
    evidence: [
      `The variables of ${service} are set. What it gives out is decided there, and was not looked at.`,
      ...ended,
    ],
  };
}

/** Native credentials for the same configuration: which of both a run takes is documented nowhere. */
function besideNative(
  c: ConfigurationFacts,
  all: readonly ConfigurationFacts[],
): readonly CheckResult<'vault-backed'>[] {
  const native = all.find(o => o.backing === 'native' && o.tag === c.tag && o.enabled !== 'no');
  if (native === undefined) return [];
  return [
    {
      configuration: label(c),
      title: 'Native and Vault-backed credentials together',
      state: 'warning',
      evidence: [`${switchOf(native)} and ${switchOf(c)} are both switched on for the same configuration.`],
      why: 'Which of the two a run takes is documented nowhere.',
      nextStep: `Switch one of them off: ${switchOf(native)} or ${switchOf(c)}.`,
      failureModes: ['vault-backed'],
    },
  ];
}
