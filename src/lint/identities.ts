import { attributeOf, type Module, type ProviderBlock, type Root } from '../terraform/model';
import type { Body, Expression } from '../terraform/syntax/ast';
import { referencesIn } from '../terraform/syntax/walk';
import { evaluate, isList, isMap, type ModuleScope, stringOf, textOf, type Value } from '../terraform/values';
import { backendArguments } from './backends';
import { comesFromInjected, injectedUses } from './injected';
import { isLocalMock } from './mock';
import { type Nested, nested, nestedValue, providerName, sameConfiguration, setInRun } from './providers';
import { fileArguments, keyArguments } from './arguments';
import { isUnsetInRun, valuesInRun } from './values';

/**
 * One AWS identity that a part of a root speaks as: where its credentials come from, and the roles that it assumes on top. Two parts
 * are the same identity where all of that is the same; the account behind it may be the same even so.
 */
export interface Identity {
  /** Equal for equal identities. Made of names and of what the code says, never shown. */
  readonly key: string;
  /** The key once every credential is taken away that a run of HCP Terraform does not need. */
  readonly afterwards: string;
  readonly source: 'run' | 'tag' | 'profile' | 'keys' | 'files' | 'web-identity';
  /** `provider "aws" (alias "dns")`, `backend "s3"`. */
  readonly of: string;
  /** Where the credentials come from, without the roles that are assumed with them. */
  readonly credentials: string;
  /** The AWS account, where the code says it: by the role that is assumed last, or as the only one that is allowed. */
  readonly account?: string;
  /** The block, where it is one that configures a provider. */
  readonly provider?: ProviderBlock;
}

export interface Identities {
  readonly all: readonly Identity[];
  /** How many different ones there are, today. */
  readonly count: number;
  /** Do they stay as many and as they are, where the credentials are removed? Else two accounts would become one. */
  readonly survive: boolean;
}

/** Who each provider block, backend and remote state of a root speaks as. */
export function identitiesOf(root: Root): Identities {
  const all = [...providerIdentities(root), ...backendIdentities(root)];
  const count = new Set(all.map(i => i.key)).size;
  const pairs = new Set(all.map(i => `${i.key}\0${i.afterwards}`));
  const survive = pairs.size === count && new Set(all.map(i => i.afterwards)).size === count;
  return { all, count, survive };
}

function providerIdentities(root: Root): readonly Identity[] {
  const found = root.modules.flatMap(module =>
    module.providers
      .filter(p => !p.inStack && sameConfiguration(module, p)[0] === p && !isLocalMock(root, module, p))
      .flatMap(provider =>
        valuesInRun(root)
          .uses(module)
          .flatMap(scope => identityOf(root, module, provider, scope)),
      ),
  );
  const { module } = root;
  const isImplicit =
    !module.providers.some(p => p.alias === undefined) &&
    module.resources.some(r => r.type.startsWith('aws_') && attributeOf(r.body, 'provider') === undefined);
  return isImplicit
    ? [
        ...found,
        { key: 'run>', afterwards: 'run>', source: 'run', of: 'the default provider "aws"', credentials: 'run' },
      ]
    : found;
}

/** A block with `for_each` that takes its credentials from `each` is several. */
function identityOf(root: Root, module: Module, provider: ProviderBlock, scope: ModuleScope): readonly Identity[] {
  const bodies = sameConfiguration(module, provider).map(p => p.body);
  const credentials = bodies.flatMap(body => setInRun(root, module, body, credentialArguments));
  const assumed = bodies.flatMap(body => nested(body, 'assume_role')).filter(item => isMade(item, scope) !== false);
  const roles = assumed.map(item => nestedValue(item, 'role_arn'));
  const web = bodies.flatMap(body => nested(body, 'assume_role_with_web_identity'));
  const name = providerName(provider);
  const keyOfRole = (role: Expression | undefined): string => (role === undefined ? '?' : valueKey(role, scope));
  const chain = roles.map(keyOfRole).join('>');
  // What may not be assumed at all tells nobody apart once the credentials are gone.
  const sure = assumed
    .filter(item => isMade(item, scope) === true)
    .map(item => keyOfRole(nestedValue(item, 'role_arn')))
    .join('>');
  const mapping = credentials.filter(a => comesFromInjected(root, module, a.value));
  const taken = credentials.filter(a => !mapping.includes(a));
  const mapped = mapping.flatMap(a => injectedUses(root, module, a.value)).map(partKey);
  const base = mapped.some(part => part !== 'run') ? mapped.join('+') : 'run';
  const own = [
    ...taken.map(a => `${a.name}=${valueKey(a.value, scope)}`).sort(),
    ...web.map(
      item =>
        `web=${nestedValue(item, 'role_arn') === undefined ? '?' : valueKey(nestedValue(item, 'role_arn') ?? missing, scope)}`,
    ),
  ].join('&');
  const [first] = taken;
  const account = accountIn(bodies, roles, scope);
  const one: Identity = {
    ...(account !== undefined && { account }),
    key: `${own === '' ? base : own}>${chain}`,
    afterwards: `${base}>${own === '' ? chain : sure}`,
    credentials: own === '' ? base : own,
    provider,
    source:
      first === undefined ? (web.length > 0 ? 'web-identity' : base === 'run' ? 'run' : 'tag') : sourceOf(first.name),
    of: name,
  };
  const isEach = bodies.some(body => attributeOf(body, 'for_each') !== undefined);
  const isByEach = taken.some(a => referencesIn(a.value).some(path => path.startsWith('each.')));
  return isEach && isByEach ? [one, { ...one, key: `${one.key}>each` }] : [one];
}

function accountIn(
  bodies: readonly Body[],
  roles: readonly (Expression | undefined)[],
  scope: ModuleScope,
): string | undefined {
  const role = roles.at(-1);
  if (role !== undefined) return accountOfRole(role, scope);
  const allowed = bodies.map(body => attributeOf(body, 'allowed_account_ids')?.value).find(v => v !== undefined);
  const list = allowed && evaluate(allowed, scope.frame);
  const [only, ...others] = list !== undefined && isList(list) ? list.items : [];
  const text = only === undefined || others.length > 0 ? undefined : stringOf(only);
  return text !== undefined && /^\d{12}$/.test(text) ? text : undefined;
}

/** The account in a role ARN of any partition, as far as the code says it. */
function accountOfRole(roleArn: Expression, scope: ModuleScope): string | undefined {
  return /^arn:[a-z0-9-]+:iam::(\d{12}):role\//.exec(textOf(evaluate(roleArn, scope.frame))?.starts ?? '')?.[1];
}

/** Identities in words: `provider "aws" (alias "dns"), with a profile`. One line for each. */
export function identityLines({ all }: Identities): readonly string[] {
  const byKey = new Map<string, Identity[]>();
  for (const identity of all) byKey.set(identity.key, [...(byKey.get(identity.key) ?? []), identity]);
  return [...byKey.values()].map(same => {
    const [first] = same;
    const account = same.map(i => i.account).find(a => a !== undefined);
    const of = [...new Set(same.map(i => i.of))].join(', ');
    return `${of}: ${first === undefined ? '' : sources[first.source]}${account === undefined ? '' : `, account ${account}`}`;
  });
}

const sources: Readonly<Record<Identity['source'], string>> = {
  run: 'the credentials of the run',
  tag: 'a tagged configuration',
  profile: 'a profile',
  keys: 'access keys',
  files: 'shared files',
  'web-identity': 'a web identity of its own',
};

/** Is the block there? Of a `dynamic` one its `for_each` decides; `undefined`: the code does not say. */
function isMade(item: Nested, scope: ModuleScope): boolean | undefined {
  if (item.kind !== 'block' || item.node.type !== 'dynamic') return true;
  const each = attributeOf(item.node.body, 'for_each')?.value;
  const value = each && evaluate(each, scope.frame);
  if (value === undefined || value.kind === 'unknown') return undefined;
  return isList(value) ? value.items.length > 0 : !isMap(value) || value.entries.size > 0;
}

const credentialArguments: readonly string[] = [...keyArguments, 'profile', ...fileArguments];
const missing: Expression = { kind: 'missing', start: 0, end: 0 };

function sourceOf(argument: string): Identity['source'] {
  if (argument === 'profile') return 'profile';
  return argument.startsWith('shared_') ? 'files' : 'keys';
}

function partKey({ part, variable }: ReturnType<typeof injectedUses>[number]): string {
  if (part.kind === 'default') return 'run';
  return `${variable}:${part.kind === 'alias' ? (part.tag ?? '?') : '?'}`;
}

/** The text where it is known, else what the code says in this use of the module. */
function valueKey(expression: Expression, scope: ModuleScope): string {
  return textKey(evaluate(expression, scope.frame)) ?? `${scope.prefix}${JSON.stringify(referencesIn(expression))}`;
}

function textKey(value: Value): string | undefined {
  const text = textOf(value);
  return text?.whole === true ? JSON.stringify(text.starts) : undefined;
}

/** Backends and remote states that name credentials of their own; others take those of whoever runs Terraform. */
function backendIdentities(root: Root): readonly Identity[] {
  const byOwner = new Map<string, string[]>();
  for (const argument of backendArguments(root)) {
    if (argument.backend !== 's3' || !credentialArguments.includes(argument.name)) continue;
    if (isUnsetInRun(root, argument.module, argument.value)) continue;
    const [scope] = valuesInRun(root).uses(argument.module);
    if (scope === undefined) continue;
    const owner = `${argument.file.path}\0${argument.owner}`;
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), `${argument.name}=${valueKey(argument.value, scope)}`]);
  }
  return [...byOwner].map(([owner, own]) => ({
    key: `${own.sort().join('&')}>`,
    afterwards: 'run>',
    credentials: own.sort().join('&'),
    source: own.some(o => o.startsWith('profile=')) ? 'profile' : 'keys',
    of: owner.split('\0')[1] ?? '',
  }));
}

/** A body's argument that some fix would take away. */
export function hasOwnCredentials(root: Root, module: Module, bodies: readonly Body[]): boolean {
  return bodies.some(body => setInRun(root, module, body, [...keyArguments, 'profile']).length > 0);
}
