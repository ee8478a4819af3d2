import type { CodeFacts, ConfigurationFacts, ProviderMapping } from '../facts';
import { bindingRow } from './bindingRow';
import { switches } from './variables';

/** Which variable HCP Terraform fills with the files of each kind of configuration. */
const injectedBy = {
  native: 'tfc_aws_dynamic_credentials',
  vault: 'tfc_vault_backed_aws_dynamic_credentials',
  hvs: 'tfc_hvs_backed_aws_dynamic_credentials',
} as const;

type Backing = ConfigurationFacts['backing'];

/** Tags and aliases, joined both ways: variables to provider blocks and back. Each kind of configuration has tags of its own. */
export const tagsAndAliases = bindingRow({
  id: 'tags-and-aliases',
  title: 'Tags and provider aliases',
  reason: 'tags and aliases differ',
  why: 'Once a tagged configuration exists, every provider has to say which configuration it uses, the default one included.',
  failureModes: ['tags-and-aliases'],
  inProof: 'counts',
  refutes: ['tags-and-aliases'],
  run: ({ facts }) => {
    if (facts.code === undefined || facts.variables.state === 'unknown') return [];
    const join = joined(facts.code, facts.variables.value.configurations);
    if (join === undefined) return [];
    const { configured, strange, unused, unmapped, undeclared } = join;
    const evidence = [
      ...strange.map(use =>
        use.tag === undefined
          ? `A provider uses var.${injectedBy[use.backing]}.default, and ${switches[use.backing]} is not set.`
          : `A provider uses tag ${use.tag}, and no ${switchOf(use)} is set${nearest(use, configured)}.`,
      ),
      ...unused.map(({ backing, tag }) => `Tag ${tag ?? ''}${kindOf(backing)} is configured, and no provider uses it.`),
      ...unmapped.map(
        p =>
          `Provider "aws"${p.alias === undefined ? '' : ` (alias ${p.alias})`}${p.inChildModule === true ? ' of a child module' : ''} maps no configuration.`,
      ),
      ...undeclared.map(backing => `The variable ${injectedBy[backing]} is not declared.`),
    ];
    if (evidence.length === 0)
      return [
        { state: 'ok', evidence: [`Every provider is mapped; tags: ${tagged(configured).map(named).join(', ')}.`] },
      ];
    const location = unmapped[0]?.location ?? facts.code.declaresDynamicCredentials;
    const mapping = unmapped.length > 0 || undeclared.length > 0;
    // What is written for native tags has no counterpart for Vault's.
    const native = tagged(configured).some(c => c.backing === 'native');
    return [
      {
        // A tag that nobody uses is untidy; an unmapped provider or an unknown tag breaks runs.
        state: mapping || strange.length > 0 ? 'wrong' : 'warning',
        evidence,
        nextStep: mapping ? `Map every provider with ${variablesOf(join).join(' or ')}.` : tagStep(join),
        ...(location === undefined ? {} : { location }),
        ...(((mapping && native) || isMisspelled(facts.code, join)) && { remedy: { kind: 'map-providers' } }),
        failureModes: ['tags-and-aliases'],
      },
    ];
  },
});

/** A configuration by its kind and tag; `undefined` is the default one. */
interface Used {
  readonly backing: Backing;
  readonly tag: string | undefined;
}

interface Join {
  /** What the variables configure. */
  readonly configured: readonly Used[];
  /** What only the code knows. */
  readonly strange: readonly Used[];
  /** Tags that no provider uses. */
  readonly unused: readonly Used[];
  readonly unmapped: CodeFacts['providers'];
  readonly undeclared: readonly Backing[];
}

const same = (a: Used, b: Used): boolean => a.backing === b.backing && a.tag === b.tag;
const tagged = (all: readonly Used[]): readonly Used[] => all.filter(c => c.tag !== undefined);
const usedBy = (mapping: ProviderMapping): readonly Used[] =>
  mapping.kind === 'none'
    ? []
    : [{ backing: mapping.backing ?? 'native', tag: mapping.kind === 'tag' ? mapping.tag : undefined }];

/** `undefined`: there is no tag on either side. */
function joined(code: CodeFacts, configurations: readonly ConfigurationFacts[]): Join | undefined {
  const configured = configurations.map(({ backing, tag }) => ({ backing, tag }));
  const all = code.providers.flatMap(p => usedBy(p.mapsTo));
  const used = all.filter((use, i) => all.findIndex(o => same(o, use)) === i);
  if (tagged(configured).length === 0 && tagged(used).length === 0) return undefined;
  const backings = [...new Set([...tagged(configured), ...used].map(c => c.backing))];
  const declared: Readonly<Record<Backing, unknown>> = {
    native: code.declaresDynamicCredentials,
    vault: code.declaresBacked?.vault,
    hvs: code.declaresBacked?.hvs,
  };
  return {
    configured,
    strange: used.filter(use => !configured.some(c => same(c, use))),
    unused: tagged(configured).filter(c => !used.some(use => same(use, c))),
    unmapped: code.providers.filter(p => p.mapsTo.kind === 'none'),
    undeclared: backings.filter(backing => declared[backing] === undefined),
  };
}

const switchOf = ({ backing, tag }: Used): string => `${switches[backing]}${tag === undefined ? '' : `_${tag}`}`;
const kindOf = (backing: Backing): string =>
  backing === 'native' ? '' : backing === 'vault' ? ' (Vault-backed)' : ' (HVS-backed)';
const named = ({ backing, tag }: Used): string => `${tag ?? ''}${kindOf(backing)}`;

/** The injected variables of the configurations at hand. */
const variablesOf = ({ configured }: Join): readonly string[] => {
  const backings = [...new Set(configured.map(c => c.backing))];
  return (backings.length === 0 ? (['native'] as const) : backings).map(backing => injectedBy[backing]);
};

/** The providers are mapped; what does not fit is the name of a tag, on one side or the other. */
function tagStep({ configured, strange, unused }: Join): string {
  const [use] = strange;
  if (use === undefined) return `Use ${unused.map(named).join(', ')} in a provider block, or remove its variables.`;
  if (use.tag === undefined)
    return `Set ${switchOf(use)} to true and name the role, or map the provider to another configuration.`;
  const other = sameLetters(use, configured);
  return other === undefined
    ? `Set ${switchOf(use)} to true and name the role of ${use.tag}, or correct the tag in the provider block.`
    : `Write the tag in the provider block as ${other}.`;
}

const sameLetters = ({ backing, tag = '' }: Used, configured: readonly Used[]): string | undefined =>
  configured.find(c => c.backing === backing && c.tag?.toLowerCase() === tag.toLowerCase())?.tag;

/** Do tags differ in case alone, in blocks of the root? Then mapping the providers spells them as they are configured. */
const isMisspelled = ({ providers }: CodeFacts, { strange, configured }: Join): boolean =>
  strange.length > 0 &&
  strange.every(use => use.backing === 'native' && sameLetters(use, configured) !== undefined) &&
  !providers.some(p => p.inChildModule === true && usedBy(p.mapsTo).some(use => strange.some(s => same(s, use))));

function nearest(use: Used, configured: readonly Used[]): string {
  const other = sameLetters(use, configured);
  return other === undefined ? '' : ` (${other} is; tags are case-sensitive)`;
}
