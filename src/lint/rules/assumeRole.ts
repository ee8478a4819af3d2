import type { TextEdit } from '../../core/text';
import { attributeOf, headerSpan, type Module, type ProviderBlock, type SourceFile } from '../../terraform/model';
import type { Block } from '../../terraform/syntax/ast';
import { describe, nestedBlocks, setAttribute } from '../provider';
import { indentOf, lineEnding, remove, startOfLine } from '../removal';
import type { Fix } from '../finding';
import type { Rule, RuleFinding } from '../rule';

export const assumeRole: Rule = {
  code: 'assume-role',
  severity: 'warning',
  summary: '`assume_role` in an AWS provider block: leftover, or role chaining',
  explanation:
    'There are two readings. It may be a leftover of the days of static keys, when a user assumed the deployment role: then remove it, since the OIDC role is the deployment role now. Or it is role chaining: from the OIDC role into a role of another account, which is legitimate. Chained sessions last one hour at most, and the OIDC role needs `sts:AssumeRole` on the target. Keep it with an ignore comment that says so. Where chaining is evident (an aliased provider whose role is in another account) this is information only.',
  run: context =>
    context.modules.flatMap(module =>
      module.providers
        .filter(provider => !provider.inStack)
        .flatMap(provider =>
          nestedBlocks(provider.body, 'assume_role').map((block): RuleFinding => {
            const evident = isChaining(module, provider, block);
            return {
              file: provider.file,
              span: headerSpan(block),
              severity: evident ? 'information' : 'warning',
              message: evident
                ? `assume_role in ${describe(provider)} chains from the OIDC role into another account. The session lasts one hour at most, and the OIDC role needs sts:AssumeRole on the target.`
                : `assume_role in ${describe(provider)} is either a leftover of static keys (remove it: the OIDC role is the deployment role), or role chaining into another account (keep it: limited to one hour, and the OIDC role needs sts:AssumeRole on the target).`,
              fixes: [removal(provider, block), ...keep(provider.file, block)],
            };
          }),
        ),
    ),
};

function removal(provider: ProviderBlock, block: Block): Fix {
  return {
    id: 'remove-block',
    title: 'Remove assume_role (leftover of static keys)',
    edits: [remove(provider.file, block)],
    preferred: false,
  };
}

/** JSON has no comments, so there it can't be kept by one. */
function keep(file: SourceFile, block: Block): readonly Fix[] {
  if (file.syntax === 'json') return [];
  const line = startOfLine(file.text, block.start);
  const ownLine = file.text.slice(line, block.start).trim() === '';
  if (!ownLine) return [];
  const edit: TextEdit = {
    file: file.path,
    span: { start: line, end: line },
    newText: `${indentOf(file.text, block.start)}# tfc-oidc:ignore assume-role role chaining from the OIDC role${lineEnding(file.text)}`,
  };
  return [
    {
      id: 'keep-as-role-chaining',
      title: 'Keep as role chaining (adds an ignore comment)',
      edits: [edit],
      preferred: false,
    },
  ];
}

/** An aliased provider whose target account is another one than the default provider's. */
function isChaining(module: Module, provider: ProviderBlock, block: Block): boolean {
  if (provider.alias === undefined) return false;
  const target = accountOf(block);
  if (target === undefined) return false;
  const home = module.providers.filter(p => p.name === provider.name && p.alias === undefined);
  const homeAccounts = home
    .flatMap(p => [...allowed(p), ...nestedBlocks(p.body, 'assume_role').map(accountOf)])
    .filter(a => a !== undefined);
  if (homeAccounts.length > 0) return !homeAccounts.includes(target);
  // The default provider works with the OIDC role as it is, in whatever account that is: nothing of it speaks of static keys.
  return home.every(p =>
    ['access_key', 'secret_key', 'profile'].every(name => setAttribute(p.body, name) === undefined),
  );
}

function accountOf(block: Block): string | undefined {
  const value = attributeOf(block.body, 'role_arn')?.value;
  return value?.kind === 'string' ? /^arn:[\w-]+:iam::(\d{12}):role\//.exec(value.value)?.[1] : undefined;
}

function allowed(provider: ProviderBlock): readonly string[] {
  const value = attributeOf(provider.body, 'allowed_account_ids')?.value;
  return value?.kind === 'tuple' ? value.items.flatMap(item => (item.kind === 'string' ? [item.value] : [])) : [];
}
