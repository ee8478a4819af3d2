import {
  attributeOf,
  blocksOf,
  type Module,
  type ModuleCall,
  type ProviderBlock,
  type ResourceBlock,
} from '../../terraform/model';
import { partitionOfRegion } from '../../oidc/partition';
import type { Expression } from '../../terraform/syntax/ast';
import { roleArns } from './arns';
import { pathOf } from './modulePaths';
import type { Place, ProviderSettings, Scope } from './scope';
import { isNeverNull, knownText } from './values';

const unset: ProviderSettings = {
  region: undefined,
  fixed: false,
  account: undefined,
  assumes: undefined,
  defaultTags: false,
  literalTags: new Map(),
};

/** `aws` or `aws.east`, as a `provider` argument names it. */
export function providerKey(provider: Pick<ProviderBlock, 'name' | 'alias'>): string {
  return provider.alias === undefined ? provider.name : `${provider.name}.${provider.alias}`;
}

/** The providers that a module's code can name: those that its caller gives, then its own blocks. */
export function providersOf(
  module: Module,
  given: ReadonlyMap<string, ProviderSettings>,
  scope: Omit<Scope, 'providers'>,
): ReadonlyMap<string, ProviderSettings> {
  const out = new Map(given);
  for (const provider of module.providers)
    out.set(providerKey(provider), settingsOf(provider, { ...scope, providers: given }));
  return out;
}

function settingsOf(provider: ProviderBlock, scope: Scope): ProviderSettings {
  const region = attributeOf(provider.body, 'region')?.value;
  const known = region === undefined ? undefined : knownText(region, scope);
  // Of a chain of roles the last one works. One in a dynamic block is perhaps not there.
  const assumed = blocksOf(provider.body, 'assume_role').at(-1);
  const arn = assumed === undefined ? undefined : attributeOf(assumed.body, 'role_arn')?.value;
  const role = arn === undefined ? undefined : knownText(arn, scope);
  return {
    region: known?.open === false && isRegion(known.text) ? known.text : undefined,
    fixed: region?.kind === 'string',
    account: /^arn:[^:]*:iam::(\d{12}):/.exec(role?.open === false ? role.text : '')?.[1],
    assumes: arn === undefined || hasOwnCredentials(provider) ? undefined : assumedRole(arn, scope),
    defaultTags:
      blocksOf(provider.body, 'default_tags').some(block => block.body.attributes.length > 0) ||
      attributeOf(provider.body, 'default_tags') !== undefined,
    literalTags: literalTags(attributeOf(blocksOf(provider.body, 'default_tags')[0]?.body ?? empty, 'tags')?.value),
  };
}

/** With keys or a profile beside it, the role may go with them when the run's own comes: it is not told apart. */
const hasOwnCredentials = ({ body }: ProviderBlock): boolean =>
  ['access_key', 'secret_key', 'profile'].some(name => {
    const value = attributeOf(body, name)?.value;
    return value !== undefined && value.kind !== 'null';
  });

/** A role that may be null is perhaps none: then the resources are the run's own. */
function assumedRole(arn: Expression, scope: Scope): readonly string[] | undefined {
  const text = knownText(arn, scope);
  if (text?.open === false && text.text === '') return undefined;
  return roleArns(arn, scope, scope.place) ?? (isNeverNull(arn, scope) ? [] : undefined);
}

const empty = { start: 0, end: 0, attributes: [], blocks: [] };

/** Keys and values that nothing outside of the code can change. */
function literalTags(value: Expression | undefined): ReadonlyMap<string, string> {
  const items = value?.kind === 'object' ? value.items : [];
  return new Map(
    items.flatMap(item =>
      item.keyText !== undefined && item.value.kind === 'string' ? [[item.keyText, item.value.value]] : [],
    ),
  );
}

/** What a module gets: the default provider as it is, or what `providers = { aws = aws.east }` says. */
export function givenProviders(call: ModuleCall, scope: Scope): ReadonlyMap<string, ProviderSettings> {
  const map = attributeOf(call.body, 'providers')?.value;
  const inherited = new Map([...scope.providers].filter(([key]) => !key.includes('.')));
  if (map?.kind !== 'object') return inherited;
  for (const item of map.items) {
    const name = item.keyText ?? pathOf(item.key)?.join('.');
    const from = nameIn(item.value);
    if (name === undefined || from === undefined) continue;
    const settings = scope.providers.get(from) ?? unset;
    // An alias is named for its region; the region that was asked for is the default provider's.
    inherited.set(name, { ...settings, fixed: settings.fixed || from.includes('.') });
  }
  return inherited;
}

/** The provider block that a resource uses: its `provider` argument, else the one without an alias. */
export function providerOf(resource: ResourceBlock, scope: Scope): ProviderSettings {
  const named = attributeOf(resource.body, 'provider')?.value;
  const key = named === undefined ? (resource.type.split('_')[0] ?? 'aws') : nameIn(named);
  return (key === undefined ? undefined : scope.providers.get(key)) ?? unset;
}

function nameIn(value: Expression): string | undefined {
  // Old style: provider = "aws.east".
  const name = value.kind === 'string' ? value.value : pathOf(value)?.join('.');
  // In a Stack: provider.aws.main.
  return name?.replace(/^provider\./, '');
}

/**
 * Where a resource is: its own `region` argument (provider 6), else its provider's region, else the place that was asked for.
 * The place asked for wins over a default of a variable, which the workspace may set otherwise; never over a literal or an alias.
 */
export function placeOf(resource: ResourceBlock, scope: Scope): Place {
  const own = attributeOf(resource.body, 'region')?.value;
  const written = own === undefined ? undefined : knownText(own, scope);
  const provider = providerOf(resource, scope);
  const place = { ...scope.place, account: provider.account ?? scope.place.account };
  if (written?.open === false && isRegion(written.text)) return inRegion(place, written.text);
  const aliased = attributeOf(resource.body, 'provider') !== undefined;
  if (provider.region !== undefined && (provider.fixed || aliased || place.region === undefined))
    return inRegion(place, provider.region);
  // Another provider block whose region is not known: it may be any.
  return aliased && provider.region === undefined ? { ...place, region: undefined } : place;
}

function inRegion(place: Place, region: string): Place {
  return { ...place, region, partition: partitionOfRegion(region) };
}

/** The region of the provider without an alias, where the code decides it. */
export function mainRegion(scope: Scope): string | undefined {
  return scope.providers.get('aws')?.region;
}

function isRegion(text: string): boolean {
  return /^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(text);
}
