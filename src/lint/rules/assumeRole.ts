import { at, attributeOf, type Module, type ProviderBlock, type Root } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';
import { commentAbove, removal } from '../edits/fixes';
import type { Fix } from '../finding';
import {
  allProviders,
  defaultConfiguration,
  nested,
  nestedValue,
  providerName,
  sameConfiguration,
  type Nested,
} from '../providers';
import { hasOwnCredentials } from '../identities';
import type { Rule } from '../rule';
import { isUnsetInRun } from '../values';
import { placeOf } from './webIdentity';

export const assumeRole: Rule = {
  code: 'assume-role',
  severity: 'warning',
  title: 'assume_role beside dynamic credentials',
  explanation:
    'There are two readings. It may be a leftover of the days of static keys, when a user’s keys assumed the role; then it goes. Or it is role chaining into another account, which is legitimate: the session lasts one hour at most, and the OIDC role needs sts:AssumeRole on the other role.',
  fix: 'Two to choose from: remove the block, or keep it as role chaining (writes the comment that silences this rule, with the reason).',
  check({ root }) {
    return allProviders(root).flatMap(({ module, provider }) =>
      nested(provider.body, 'assume_role')
        .filter(item => isAssumed(root, module, item))
        .map(item => {
          const account = accountOf(nestedValue(item, 'role_arn'));
          const leftover = hasOwnCredentials(
            root,
            module,
            sameConfiguration(module, provider).map(p => p.body),
          );
          const chaining = !leftover || isChaining(module, provider, account);
          const name = providerName(provider);
          return {
            location: at(provider.file, placeOf(item, provider.file)),
            statement: item.node,
            message: chaining
              ? `${name} assumes a role${account === undefined ? '' : ` in account ${account}`} on top of the role of the run. This role chaining is limited to 1 hour, and the OIDC role needs sts:AssumeRole on that role.`
              : `${name} has assume_role. Either it is a leftover from static keys: remove it. Or it is role chaining into another account: keep it; a chained session is limited to 1 hour, and the OIDC role needs sts:AssumeRole on that role.`,
            ...(chaining && { severity: 'information' as const }),
            fixes: [
              ...removal(provider.file, item.node, { title: 'Remove assume_role', preferred: false }),
              ...keep(provider, item, account),
            ],
          };
        }),
    );
  },
};

function keep(provider: ProviderBlock, item: Nested, account: string | undefined): readonly Fix[] {
  const reason = `role chaining into ${account === undefined ? 'another account' : `account ${account}`}`;
  const edits = commentAbove(provider.file, item.node, `# tfc-oidc:ignore assume-role ${reason}`);
  if (edits.length === 0) return [];
  return [{ id: 'keep-as-role-chaining', title: 'Keep as role chaining', preferred: false, edits }];
}

/** Is there a role to assume in a run? A role that is null, or a dynamic block of nothing, is none. */
function isAssumed(root: Root, module: Module, item: Nested): boolean {
  const role = nestedValue(item, 'role_arn');
  if (role !== undefined && isUnsetInRun(root, module, role)) return false;
  const each =
    item.kind === 'block' && item.node.type === 'dynamic' ? attributeOf(item.node.body, 'for_each')?.value : undefined;
  return each === undefined || !isUnsetInRun(root, module, each);
}

/** The account in a literal role ARN, in any partition. */
function accountOf(roleArn: Expression | undefined): string | undefined {
  const text =
    roleArn?.kind === 'string'
      ? roleArn.value
      : roleArn?.kind === 'template' && roleArn.parts[0]?.kind === 'text'
        ? roleArn.parts[0].value
        : '';
  return /^arn:[a-z0-9-]+:iam::(\d{12}):role\//.exec(text)?.[1];
}

/**
 * Evident role chaining: an aliased provider whose target account is written down and differs from that of the default
 * provider, which either names its account or keeps the role of the run (without a default: from that of another alias); or,
 * in a Stack, a role on top of the web identity.
 */
function isChaining(module: Module, provider: ProviderBlock, account: string | undefined): boolean {
  const own = sameConfiguration(module, provider).map(p => p.body);
  if (provider.inStack && own.some(body => nested(body, 'assume_role_with_web_identity').length > 0)) return true;
  if (provider.alias === undefined || account === undefined) return false;
  const defaults = defaultConfiguration(module, provider);
  if (defaults.length === 0) return otherAccounts(module, provider, account);
  const assumed = defaults.flatMap(p => nested(p.body, 'assume_role'));
  const accounts = [
    ...defaults.flatMap(p => allowedAccounts(attributeOf(p.body, 'allowed_account_ids')?.value)),
    ...assumed.map(item => accountOf(nestedValue(item, 'role_arn'))),
  ];
  if (accounts.some(a => a === account)) return false;
  const known = accounts.filter(a => a !== undefined);
  return known.length > 0 || assumed.length === 0;
}

/** Do other aliased blocks assume roles of another account? One run role cannot be a leftover of both. */
function otherAccounts(module: Module, provider: ProviderBlock, account: string): boolean {
  const aliases = assumedByAlias(module).get(provider.name) ?? new Map<string, ReadonlySet<string | undefined>>();
  // Each account with the aliases that name it: one look, however many blocks there are.
  for (const [other, of] of aliases) if (other !== account && (of.size > 1 || !of.has(provider.alias))) return true;
  return false;
}

const assumed = new WeakMap<
  readonly ProviderBlock[],
  ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string | undefined>>>
>();

/** By the provider's name: each account of a role that a block assumes, and the aliases of those blocks. */
function assumedByAlias({
  providers,
}: Module): ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string | undefined>>> {
  const known = assumed.get(providers);
  if (known !== undefined) return known;
  const out = new Map<string, Map<string, Set<string | undefined>>>();
  for (const p of providers) {
    for (const item of nested(p.body, 'assume_role')) {
      const account = accountOf(nestedValue(item, 'role_arn'));
      if (account === undefined) continue;
      const ofName = out.get(p.name) ?? new Map<string, Set<string | undefined>>();
      out.set(p.name, ofName.set(account, (ofName.get(account) ?? new Set()).add(p.alias)));
    }
  }
  assumed.set(providers, out);
  return out;
}

function allowedAccounts(value: Expression | undefined): readonly (string | undefined)[] {
  if (value?.kind !== 'tuple') return [];
  return value.items.map(item =>
    item.kind === 'string' ? item.value : item.kind === 'number' ? item.text : undefined,
  );
}
