import type { Check } from '../check';
import type { BindingFacts, ConfigurationFacts, SuspiciousVariable } from '../facts';
import { phases } from '../facts';

/** Checks of what the effective variables say. */

export function variablesReadable(facts: BindingFacts): readonly Check[] {
  if (facts.variables.state === 'known' || facts.workspace.state === 'unknown') return [];
  return [
    {
      id: 'variables-readable',
      title: 'Variables',
      state: 'unknown',
      evidence: [],
      why: facts.variables.why,
      failureModes: [],
    },
  ];
}

/** Codes of lint rules whose findings beat the injected role. */
const winning: ReadonlySet<string> = new Set([
  'static-credentials',
  'provider-profile',
  'shared-files',
  'web-identity',
]);

export function noStaticCredentials(facts: BindingFacts): readonly Check[] {
  const base = { id: 'no-static-credentials', title: 'No static credentials that win' } as const;
  const why =
    'The AWS provider takes static credentials before the injected role: with them in place the role is never used.';
  const inCode = (facts.code?.findings ?? []).filter(f => winning.has(f.code) && f.severity === 'error');
  const inVariables = facts.variables.state === 'known' ? facts.variables.value.staticCredentials : [];
  const [firstInCode] = inCode;
  if (firstInCode === undefined && inVariables.length === 0) {
    if (facts.variables.state === 'unknown') {
      if (facts.workspace.state === 'unknown') return [];
      return [{ ...base, state: 'unknown', evidence: [], why: facts.variables.why, failureModes: [] }];
    }
    return [
      {
        ...base,
        state: 'ok',
        evidence: ['No static AWS credentials in code, workspace or variable sets.'],
        why,
        failureModes: [],
      },
    ];
  }
  return [
    {
      ...base,
      state: 'wrong',
      evidence: [
        ...inVariables.map(
          v => `${v.key} (${v.category === 'env' ? 'environment' : 'Terraform'} variable) comes from the ${v.origin}.`,
        ),
        ...inCode.map(f => f.message),
      ],
      why,
      nextStep: 'Remove them once the role is proven to work.',
      ...(firstInCode === undefined ? {} : { location: firstInCode.location }),
      remedy:
        inVariables.length > 0
          ? { kind: 'remove-variables', keys: inVariables.map(v => v.key) }
          : { kind: 'fix-code', codes: [...new Set(inCode.map(f => f.code))] },
      failureModes: [11],
    },
  ];
}

export function variablesWellFormed(facts: BindingFacts): readonly Check[] {
  if (facts.variables.state === 'unknown') return [];
  const bad = facts.variables.value.suspicious;
  if (bad.length === 0) return [];
  return [
    {
      id: 'variables-well-formed',
      title: 'Names and values of TFC_AWS_* variables',
      state: 'wrong',
      evidence: bad.map(sentence),
      why: 'HCP Terraform ignores what it does not know, without a word.',
      nextStep: 'Rewrite the variables.',
      remedy: { kind: 'rewrite-variables', keys: bad.map(v => v.key) },
      failureModes: [9],
    },
  ];
}

function sentence(v: SuspiciousVariable): string {
  switch (v.problem) {
    case 'misspelt':
      return `${v.key} in the ${v.origin} is no variable that HCP Terraform knows; ${v.suggestion} is.`;
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

export const label = (configuration: ConfigurationFacts): string => configuration.tag ?? 'default';
const suffix = (configuration: ConfigurationFacts): string =>
  configuration.tag === undefined ? '' : `_${configuration.tag}`;

/** The switch and the role ARNs of each configuration. */
export function configurationsComplete(facts: BindingFacts): readonly Check[] {
  if (facts.variables.state === 'unknown') return [];
  const { configurations } = facts.variables.value;
  if (configurations.length === 0) {
    return [
      {
        id: 'enabled',
        title: 'Dynamic credentials',
        state: 'wrong',
        evidence: ['The workspace has no TFC_AWS_PROVIDER_AUTH variable.'],
        why: 'Without it HCP Terraform does not ask AWS for credentials.',
        nextStep: 'Configure the workspace.',
        remedy: { kind: 'configure', tag: undefined },
        failureModes: [9],
      },
    ];
  }
  return configurations.flatMap(c => [enabled(c), ...(c.backing === 'native' ? [rolesNamed(c)] : [])]);
}

function enabled(c: ConfigurationFacts): Check {
  const variable =
    c.backing === 'native'
      ? `TFC_AWS_PROVIDER_AUTH${suffix(c)}`
      : `the ${c.backing === 'vault' ? 'Vault' : 'HVS'}-backed switch`;
  const base = {
    id: 'enabled',
    configuration: label(c),
    title: 'Dynamic credentials switched on',
    why: 'Only the value true makes HCP Terraform ask AWS for credentials.',
  } as const;
  switch (c.enabled) {
    case 'yes':
      return { ...base, state: 'ok', evidence: [`${variable} is true.`], failureModes: [] };
    case 'hidden':
      return {
        ...base,
        state: 'unknown',
        evidence: [],
        why: `${variable} is sensitive, so its value can not be read.`,
        nextStep: 'Rewrite it as not sensitive: it is no secret.',
        remedy: { kind: 'rewrite-variables', keys: [variable] },
        failureModes: [],
      };
    case 'no':
      return {
        ...base,
        state: 'wrong',
        evidence: [c.enabledValue === undefined ? `${variable} is not set.` : `${variable} is "${c.enabledValue}".`],
        nextStep: `Set ${variable} to true.`,
        remedy: { kind: 'configure', tag: c.tag },
        failureModes: c.tag === undefined ? [9] : [12, 9],
      };
  }
}

function rolesNamed(c: ConfigurationFacts): Check {
  const base = {
    id: 'roles-named',
    configuration: label(c),
    title: 'Role ARNs',
    why: 'Each phase needs a role: its own, or the run role for both.',
  } as const;
  const missing = phases.filter(phase => c.roles[phase].state === 'missing');
  const hidden = phases.map(phase => c.roles[phase]).filter(role => role.state === 'hidden');
  if (missing.length > 0) {
    return {
      ...base,
      state: 'wrong',
      evidence: missing.map(phase => `No role is named for ${phase} runs.`),
      nextStep: 'Configure the workspace.',
      remedy: { kind: 'configure', tag: c.tag },
      failureModes: missing.length === 1 ? [3, 9] : [9],
    };
  }
  if (hidden.length > 0) {
    const keys = [...new Set(hidden.map(role => role.variable))];
    return {
      ...base,
      state: 'unknown',
      evidence: hidden.map(role => `${role.variable} comes from the ${role.origin} and is sensitive.`),
      why: 'The value of a sensitive variable can not be read back. A role ARN is no secret.',
      nextStep: 'Rewrite it as not sensitive.',
      remedy: { kind: 'rewrite-variables', keys },
      failureModes: [],
    };
  }
  const evidence = phases.map(phase => {
    const role = c.roles[phase];
    return role.state === 'set' ? `${phase}: ${role.arn} (${role.variable}, ${role.origin}).` : '';
  });
  return { ...base, state: 'ok', evidence, failureModes: [] };
}

export function regionKnown(facts: BindingFacts): readonly Check[] {
  if (facts.variables.state === 'unknown' || facts.code === undefined) return [];
  const { region } = facts.variables.value;
  const base = {
    id: 'region-known',
    title: 'AWS region',
    why: 'The provider and the STS endpoint need a region.',
  } as const;
  if (facts.code.regionSet || region !== undefined) {
    return [
      {
        ...base,
        state: 'ok',
        evidence: [region === undefined ? 'The provider block names a region.' : `AWS_REGION is ${region}.`],
        failureModes: [],
      },
    ];
  }
  return [
    {
      ...base,
      state: 'warning',
      evidence: ['Neither a provider block nor AWS_REGION names a region.'],
      nextStep: 'Set region in the provider block, or AWS_REGION in the workspace.',
      failureModes: [],
    },
  ];
}
