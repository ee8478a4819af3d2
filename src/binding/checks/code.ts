import type { Check } from '../check';
import type { BindingFacts } from '../facts';

/** Tags and aliases, joined both ways: variables to provider blocks and back. */
export function tagsAndAliases(facts: BindingFacts): readonly Check[] {
  if (facts.code === undefined || facts.variables.state === 'unknown') return [];
  const { providers, declaresDynamicCredentials } = facts.code;
  const native = facts.variables.value.configurations.filter(c => c.backing === 'native');
  const tags = native.flatMap(c => (c.tag === undefined ? [] : [c.tag]));
  const mapped = providers.flatMap(p => (p.mapsTo.kind === 'tag' ? [p.mapsTo.tag] : []));
  if (tags.length === 0 && mapped.length === 0) return [];
  const base = {
    id: 'tags-and-aliases',
    title: 'Tags and provider aliases',
    why: 'Once a tagged configuration exists, every provider has to say which configuration it uses, the default one included.',
  } as const;
  const unmapped = providers.filter(p => p.mapsTo.kind === 'none');
  const evidence = [
    ...mapped
      .filter(tag => !tags.includes(tag))
      .map(tag => `A provider uses tag ${tag}, and no TFC_AWS_PROVIDER_AUTH_${tag} is set${nearest(tag, tags)}.`),
    ...tags.filter(tag => !mapped.includes(tag)).map(tag => `Tag ${tag} is configured, and no provider uses it.`),
    ...unmapped.map(p => `Provider "aws"${p.alias === undefined ? '' : ` (alias ${p.alias})`} maps no configuration.`),
    ...(declaresDynamicCredentials === undefined ? ['The variable tfc_aws_dynamic_credentials is not declared.'] : []),
  ];
  if (evidence.length === 0) {
    return [
      { ...base, state: 'ok', evidence: [`Every provider is mapped; tags: ${tags.join(', ')}.`], failureModes: [] },
    ];
  }
  // A tag that nobody uses is untidy; an unmapped provider or an unknown tag breaks runs.
  const breaks =
    unmapped.length > 0 || declaresDynamicCredentials === undefined || mapped.some(tag => !tags.includes(tag));
  const location = unmapped[0]?.location ?? declaresDynamicCredentials;
  return [
    {
      ...base,
      state: breaks ? 'wrong' : 'warning',
      evidence,
      nextStep: 'Map every provider with tfc_aws_dynamic_credentials.',
      ...(location === undefined ? {} : { location }),
      remedy: { kind: 'fix-code', codes: ['dynamic-credentials-variable'] },
      failureModes: [12],
    },
  ];
}

function nearest(tag: string, tags: readonly string[]): string {
  const other = tags.find(t => t.toLowerCase() === tag.toLowerCase());
  return other === undefined ? '' : ` (${other} is; tags are case-sensitive)`;
}

/** The injected variable in a project that runs where nothing injects it. */
export function dynamicCredentialsInjected(facts: BindingFacts): readonly Check[] {
  const declared = facts.code?.declaresDynamicCredentials;
  if (declared === undefined || facts.variables.state === 'unknown') return [];
  const configured = facts.variables.value.configurations.some(c => c.enabled !== 'no');
  const local = facts.workspace.state === 'known' && facts.workspace.value.executionMode === 'local';
  const base = {
    id: 'dynamic-credentials-injected',
    title: 'tfc_aws_dynamic_credentials gets its value',
    why: 'HCP Terraform gives this variable a value in remote runs, and only where dynamic credentials are configured.',
    location: declared,
  } as const;
  if (configured && !local) {
    return [
      {
        ...base,
        state: 'ok',
        evidence: ['Remote runs get the variable from HCP Terraform. Local plans and tests do not.'],
        failureModes: [],
      },
    ];
  }
  return [
    {
      ...base,
      state: 'wrong',
      evidence: [
        local
          ? 'Runs execute on your machine, where nothing gives the variable a value.'
          : 'The variable is declared, and dynamic credentials are not configured in the workspace.',
      ],
      nextStep: local
        ? 'Give it a value in a git-ignored *.auto.tfvars file.'
        : 'Configure dynamic credentials for the workspace, or remove the variable.',
      ...(!local && { remedy: { kind: 'configure' as const, tag: undefined } }),
      failureModes: [13],
    },
  ];
}
