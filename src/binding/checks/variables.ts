import type { ConfigurationFacts, Phase, SuspiciousVariable } from '../facts';
import { phases } from '../facts';
import { bindingRow } from './bindingRow';
import type { Remedy } from '../remedy';
import type { CheckResult } from './row';

/** Checks of what the effective variables say. */

const readSets = 'Use a token that may read the variable sets that reach the workspace, or ask for that permission.';

export const variablesReadable = bindingRow({
  id: 'variables-readable',
  title: 'Variables',
  reason: 'variables could not be read',
  why: 'What HCP Terraform asks AWS for is decided by the variables of the workspace and of its variable sets.',
  failureModes: [],
  inProof: 'needed',
  refutes: [],
  run: ({ facts }) => {
    if (facts.variables.state === 'known') {
      const { unsure } = facts.variables.value;
      return unsure === undefined ? [] : [{ state: 'unknown', evidence: [], why: unsure.why, nextStep: readSets }];
    }
    if (facts.workspace.state === 'unknown') return [];
    const nextStep = facts.variables.nextStep ?? 'Use a token that may read the variables of the workspace.';
    return [{ state: 'unknown', evidence: [], why: facts.variables.why, nextStep }];
  },
});

/** Codes of lint rules whose findings beat the injected role. */
export const winningCodes: ReadonlySet<string> = new Set([
  'static-credentials',
  'provider-profile',
  'shared-files',
  'web-identity',
]);

export const noStaticCredentials = bindingRow({
  id: 'no-static-credentials',
  title: 'Static credentials',
  reason: 'keys still win',
  why: 'The AWS provider takes static credentials before the injected role: with them in place the role is never used.',
  failureModes: ['static-keys-win'],
  inProof: 'aside',
  refutes: ['static-keys-win'],
  run: ({ facts }) => {
    const inCode = (facts.code?.findings ?? []).filter(f => winningCodes.has(f.code) && f.severity === 'error');
    const inVariables = facts.variables.state === 'known' ? facts.variables.value.staticCredentials : [];
    const [firstInCode] = inCode;
    if (firstInCode === undefined && inVariables.length === 0) {
      if (facts.variables.state === 'unknown') {
        if (facts.workspace.state === 'unknown') return [];
        const nextStep = facts.variables.nextStep ?? 'Use a token that may read the variables of the workspace.';
        return [{ state: 'unknown', evidence: [], why: facts.variables.why, nextStep }];
      }
      const { unsure } = facts.variables.value;
      if (unsure?.of === 'names') return [{ state: 'unknown', evidence: [], why: unsure.why, nextStep: readSets }];
      return [{ state: 'ok', evidence: ['No static AWS credentials in code, workspace or variable sets.'] }];
    }
    return [
      {
        state: 'wrong',
        evidence: [
          ...inVariables.map(
            v =>
              `${v.key} (${v.category === 'env' ? 'environment' : 'Terraform'} variable) comes from the ${v.origin}.`,
          ),
          ...inCode.map(f => f.message),
        ],
        nextStep: 'Remove them once the role is proven to work.',
        ...(firstInCode === undefined ? {} : { location: firstInCode.location }),
        remedy:
          inVariables.length > 0
            ? { kind: 'remove-variables', keys: inVariables.map(v => v.key) }
            : { kind: 'fix-code', codes: [...new Set(inCode.map(f => f.code))] },
        failureModes: ['static-keys-win'],
      },
    ];
  },
});

export const variablesWellFormed = bindingRow({
  id: 'variables-well-formed',
  title: 'Names and values of TFC_AWS_* variables',
  reason: 'a variable is malformed',
  why: 'HCP Terraform ignores what it does not know, without a word.',
  failureModes: ['not-enabled'],
  inProof: 'aside',
  refutes: [],
  run: ({ facts }) => {
    if (facts.variables.state === 'unknown') return [];
    const { suspicious: bad, shadowed = [] } = facts.variables.value;
    const hidden = shadowed.map((v): CheckResult<'not-enabled'> => ({
      state: 'warning',
      evidence: [`${v.key} of the workspace has no effect: the ${v.by} hides it with a value of its own.`],
      nextStep: `Change ${v.key} in the variable set, or remove it from the workspace.`,
      failureModes: [],
    }));
    if (bad.length === 0) return hidden;
    return [
      ...hidden,
      {
        state: 'wrong',
        evidence: bad.map(sentence),
        nextStep: bad.map(step).join(' '),
        remedy: { kind: 'rewrite-variables', keys: bad.map(v => v.key) },
        failureModes: ['not-enabled'],
      },
    ];
  },
});

function sentence(v: SuspiciousVariable): string {
  switch (v.problem) {
    case 'misspelt':
      return `HCP Terraform does not know the variable ${v.key} in the ${v.origin}; it knows ${v.suggestion}.`;
    case 'category':
      return `${v.key} in the ${v.origin} is a Terraform variable; it must be an environment variable.`;
    case 'quoted':
      return `The value of ${v.key} in the ${v.origin} has quotes around it; they are part of the value.`;
    case 'padded':
      return `The value of ${v.key} in the ${v.origin} has white space around it.`;
    case 'value':
      return `The value of ${v.key} in the ${v.origin} must be ${v.suggestion}.`;
  }
}

function step(v: SuspiciousVariable): string {
  switch (v.problem) {
    case 'misspelt':
      return `Rename ${v.key} to ${v.suggestion}.`;
    case 'category':
      return `Make ${v.key} an environment variable.`;
    case 'quoted':
      return `Write the value of ${v.key} without quotes.`;
    case 'padded':
      return `Write the value of ${v.key} without white space around it.`;
    case 'value':
      return `Set ${v.key} to ${v.suggestion}.`;
  }
}

export const label = (configuration: ConfigurationFacts): string => configuration.tag ?? 'default';

/** A variable of one configuration: `TFC_AWS_PROVIDER_AUTH` and its tag. */
const variableOf = (name: string, configuration: ConfigurationFacts): string =>
  configuration.tag === undefined ? name : `${name}_${configuration.tag}`;

export const switches = {
  native: 'TFC_AWS_PROVIDER_AUTH',
  vault: 'TFC_VAULT_BACKED_AWS_AUTH',
  hvs: 'TFC_HVS_BACKED_AWS_AUTH',
} as const;

/** The variable that switches a configuration on. */
export const switchOf = (c: ConfigurationFacts): string => variableOf(switches[c.backing], c);

export const enabled = bindingRow({
  id: 'enabled',
  title: 'Dynamic credentials switched on',
  reason: 'not switched on',
  why: 'Only the value true makes HCP Terraform ask AWS for credentials.',
  failureModes: ['not-enabled', 'tags-and-aliases'],
  inProof: 'needed',
  refutes: ['not-enabled'],
  run: ({ facts }) => {
    if (facts.variables.state === 'unknown') return [];
    const { configurations, suspicious } = facts.variables.value;
    if (configurations.length > 0) return configurations.map(switchedOn);
    return [
      {
        title: 'Dynamic credentials',
        state: 'wrong',
        evidence: ['The workspace has no TFC_AWS_PROVIDER_AUTH variable.'],
        why: 'Without it HCP Terraform does not ask AWS for credentials.',
        ...setUp(suspicious, undefined),
        failureModes: ['not-enabled'],
      },
    ];
  },
});

/** Variables that only have to be written right may name roles that exist: then no new ones are made. */
const setUp = (
  suspicious: readonly SuspiciousVariable[],
  tag: string | undefined,
): { readonly nextStep: string; readonly remedy: Remedy } =>
  suspicious.length > 0
    ? {
        nextStep: suspicious.map(step).join(' '),
        remedy: { kind: 'rewrite-variables', keys: suspicious.map(v => v.key) },
      }
    : { nextStep: 'Configure the workspace.', remedy: { kind: 'configure', tag } };

function switchedOn(c: ConfigurationFacts): CheckResult<'not-enabled' | 'tags-and-aliases'> {
  const variable = switchOf(c);
  const base = { configuration: label(c) };
  const remedy = { kind: 'set-variable', key: variable, value: 'true' } as const;
  switch (c.enabled) {
    case 'yes':
      return { ...base, state: 'ok', evidence: [`${variable} is true.`] };
    case 'hidden':
      return {
        ...base,
        state: 'unknown',
        evidence: [],
        why: `${variable} is sensitive, so its value cannot be read.`,
        nextStep: `Write ${variable} anew as not sensitive: it is not a secret.`,
        remedy: { kind: 'rewrite-variables', keys: [variable] },
      };
    case 'no':
      return {
        ...base,
        state: 'wrong',
        evidence: [c.enabledValue === undefined ? `${variable} is not set.` : `${variable} is "${c.enabledValue}".`],
        nextStep: `Set ${variable} to true.`,
        remedy,
        failureModes: c.tag === undefined ? ['not-enabled'] : ['tags-and-aliases', 'not-enabled'],
      };
  }
}

/** The switch and the role ARNs of each configuration. */
export const rolesNamed = bindingRow({
  id: 'roles-named',
  title: 'Role ARNs',
  reason: 'no role is named',
  why: 'Each phase needs a role: its own, or the run role for both.',
  failureModes: ['phase-mismatch', 'not-enabled'],
  inProof: 'needed',
  refutes: [],
  run: ({ facts }) => {
    if (facts.variables.state === 'unknown') return [];
    const { configurations, suspicious } = facts.variables.value;
    return configurations.filter(c => c.backing === 'native').map(c => named(c, suspicious));
  },
});

function named(
  c: ConfigurationFacts,
  suspicious: readonly SuspiciousVariable[],
): CheckResult<'phase-mismatch' | 'not-enabled'> {
  const base = { configuration: label(c) };
  const missing = phases.filter(phase => c.roles[phase].state === 'missing');
  if (missing.length > 0) return { ...base, ...lacking(c, missing, suspicious) };
  const hidden = phases.map(phase => c.roles[phase]).filter(role => role.state === 'hidden');
  if (hidden.length > 0) {
    const keys = [...new Set(hidden.map(role => role.variable))];
    return {
      ...base,
      state: 'unknown',
      evidence: hidden.map(role => `${role.variable} comes from the ${role.origin} and is sensitive.`),
      why: 'The value of a sensitive variable cannot be read back. A role ARN is not a secret.',
      nextStep: `Write ${keys.join(' and ')} anew as not sensitive.`,
      remedy: { kind: 'rewrite-variables', keys },
    };
  }
  const evidence = phases.map(phase => {
    const role = c.roles[phase];
    return role.state === 'set' ? `${phase}: ${role.arn} (${role.variable}, ${role.origin}).` : '';
  });
  return { ...base, state: 'ok', evidence };
}

/** A phase without a role. Where the other phase has one, that role is what a variable may name for this phase too; no new one is made. */
function lacking(
  c: ConfigurationFacts,
  missing: readonly Phase[],
  suspicious: readonly SuspiciousVariable[],
): Omit<Extract<CheckResult<'phase-mismatch' | 'not-enabled'>, { state: 'warning' | 'wrong' }>, 'configuration'> {
  const ofTag = c.tag === undefined ? '' : ` of the tag ${c.tag}`;
  const evidence = missing.map(phase => `No role is named for ${phase} runs${ofTag}.`);
  const other = phases.find(phase => !missing.includes(phase));
  const role = other === undefined ? undefined : c.roles[other];
  const [phase = 'plan'] = missing;
  const key = variableOf(`TFC_AWS_${phase.toUpperCase()}_ROLE_ARN`, c);
  if (role === undefined)
    return {
      state: 'wrong',
      evidence,
      ...setUp(suspicious, c.tag),
      failureModes: ['not-enabled'],
    };
  return {
    state: 'wrong',
    evidence,
    nextStep: `Set ${key} to the role of ${phase} runs, or name one role for both phases in ${variableOf('TFC_AWS_RUN_ROLE_ARN', c)}.`,
    // A role of one phase alone would be refused in the other, so which role to name is a person's to say.
    failureModes: ['phase-mismatch', 'not-enabled'],
  };
}

export const regionKnown = bindingRow({
  id: 'region-known',
  title: 'AWS region',
  reason: 'no AWS region',
  why: 'The provider and the STS endpoint need a region.',
  failureModes: [],
  inProof: 'counts',
  refutes: [],
  run: ({ facts }) => {
    if (facts.variables.state === 'unknown' || facts.code === undefined) return [];
    const { region } = facts.variables.value;
    if (facts.code.regionSet || region !== undefined) {
      const evidence = [region === undefined ? 'The provider block names a region.' : `AWS_REGION is ${region}.`];
      return [{ state: 'ok', evidence }];
    }
    return [
      {
        state: 'warning',
        evidence: ['Neither a provider block nor AWS_REGION names a region.'],
        nextStep: 'Set region in the provider block, or AWS_REGION in the workspace.',
        failureModes: [],
      },
    ];
  },
});
