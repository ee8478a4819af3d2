import type { CodeFacts } from '../facts';
import { bindingRow } from './bindingRow';

/** Tags and aliases, joined both ways: variables to provider blocks and back. */
export const tagsAndAliases = bindingRow({
  id: 'tags-and-aliases',
  title: 'Tags and provider aliases',
  why: 'Once a tagged configuration exists, every provider has to say which configuration it uses, the default one included.',
  failureModes: ['tags-and-aliases'],
  inProof: 'counts',
  refutes: ['tags-and-aliases'],
  run: ({ facts }) => {
    if (facts.code === undefined || facts.variables.state === 'unknown') return [];
    const native = facts.variables.value.configurations.filter(c => c.backing === 'native');
    const join = joined(
      facts.code,
      native.flatMap(c => (c.tag === undefined ? [] : [c.tag])),
    );
    if (join === undefined) return [];
    const { tags, strange, unused, unmapped, declared } = join;
    const evidence = [
      ...strange.map(
        tag => `A provider uses tag ${tag}, and no TFC_AWS_PROVIDER_AUTH_${tag} is set${nearest(tag, tags)}.`,
      ),
      ...unused.map(tag => `Tag ${tag} is configured, and no provider uses it.`),
      ...unmapped.map(
        p => `Provider "aws"${p.alias === undefined ? '' : ` (alias ${p.alias})`} maps no configuration.`,
      ),
      ...(declared === undefined ? ['The variable tfc_aws_dynamic_credentials is not declared.'] : []),
    ];
    if (evidence.length === 0)
      return [{ state: 'ok', evidence: [`Every provider is mapped; tags: ${tags.join(', ')}.`] }];
    const location = unmapped[0]?.location ?? declared;
    const mapping = unmapped.length > 0 || declared === undefined;
    return [
      {
        // A tag that nobody uses is untidy; an unmapped provider or an unknown tag breaks runs.
        state: mapping || strange.length > 0 ? 'wrong' : 'warning',
        evidence,
        nextStep: mapping ? 'Map every provider with tfc_aws_dynamic_credentials.' : tagStep(join),
        ...(location === undefined ? {} : { location }),
        ...(mapping && { remedy: { kind: 'map-providers' } }),
        failureModes: ['tags-and-aliases'],
      },
    ];
  },
});

interface Join {
  /** Tags that the variables configure. */
  readonly tags: readonly string[];
  /** Tags that only the code knows. */
  readonly strange: readonly string[];
  readonly unused: readonly string[];
  readonly unmapped: CodeFacts['providers'];
  readonly declared: CodeFacts['declaresDynamicCredentials'];
}

/** `undefined`: there is no tag on either side. */
function joined(code: CodeFacts, tags: readonly string[]): Join | undefined {
  const mapped = [...new Set(code.providers.flatMap(p => (p.mapsTo.kind === 'tag' ? [p.mapsTo.tag] : [])))];
  if (tags.length === 0 && mapped.length === 0) return undefined;
  return {
    tags,
    strange: mapped.filter(tag => !tags.includes(tag)),
    unused: tags.filter(tag => !mapped.includes(tag)),
    unmapped: code.providers.filter(p => p.mapsTo.kind === 'none'),
    declared: code.declaresDynamicCredentials,
  };
}

/** The providers are mapped; what does not fit is the name of a tag, on one side or the other. */
function tagStep({ tags, strange, unused }: Join): string {
  const [tag] = strange;
  if (tag === undefined) return `Use ${unused.join(', ')} in a provider block, or remove its variables.`;
  const other = sameLetters(tag, tags);
  return other === undefined
    ? `Set TFC_AWS_PROVIDER_AUTH_${tag} to true and name the role of ${tag}, or correct the tag in the provider block.`
    : `Write the tag in the provider block as ${other}.`;
}

const sameLetters = (tag: string, tags: readonly string[]): string | undefined =>
  tags.find(t => t.toLowerCase() === tag.toLowerCase());

function nearest(tag: string, tags: readonly string[]): string {
  const other = sameLetters(tag, tags);
  return other === undefined ? '' : ` (${other} is; tags are case-sensitive)`;
}

/** The injected variable in a project that runs where nothing injects it. */
export const dynamicCredentialsInjected = bindingRow({
  id: 'dynamic-credentials-injected',
  title: 'tfc_aws_dynamic_credentials gets its value',
  why: 'HCP Terraform gives this variable a value in remote runs, and only where dynamic credentials are configured.',
  failureModes: ['variable-not-injected'],
  inProof: 'counts',
  refutes: ['variable-not-injected'],
  run: ({ facts }) => {
    const declared = facts.code?.declaresDynamicCredentials;
    if (declared === undefined || facts.variables.state === 'unknown') return [];
    const { configurations } = facts.variables.value;
    const local = facts.workspace.state === 'known' && facts.workspace.value.executionMode === 'local';
    const base = { location: declared };
    if (configurations.some(c => c.enabled !== 'no') && !local) {
      const evidence = ['Remote runs get the variable from HCP Terraform. Local plans and tests do not.'];
      return [{ ...base, state: 'ok', evidence }];
    }
    if (local)
      return [
        {
          ...base,
          state: 'wrong',
          evidence: ['Runs execute on your machine, where nothing gives the variable a value.'],
          nextStep: 'Give it a value in a git-ignored *.auto.tfvars file.',
          failureModes: ['variable-not-injected'],
        },
      ];
    // Configurations that are named and switched off have a smaller remedy of their own.
    const remedy = configurations.length === 0 ? { remedy: { kind: 'configure', tag: undefined } as const } : {};
    return [
      {
        ...base,
        state: 'wrong',
        evidence: ['The variable is declared, and dynamic credentials are not configured in the workspace.'],
        nextStep: 'Configure dynamic credentials for the workspace, or remove the variable.',
        ...remedy,
        failureModes: ['variable-not-injected'],
      },
    ];
  },
});
