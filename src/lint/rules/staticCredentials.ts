import { at, type ProviderBlock } from '../../terraform/model';
import { referencesIn } from '../../terraform/syntax/walk';
import type { Finding } from '../finding';
import { describe, isLocalMock, setAttribute } from '../provider';
import { remove } from '../removal';
import type { Rule, RuleContext, RuleFinding } from '../rule';

const names = ['access_key', 'secret_key', 'token'] as const;

export const staticCredentials: Rule = {
  code: 'static-credentials',
  severity: 'error',
  summary: '`access_key`, `secret_key` or `token` in an AWS provider block',
  explanation:
    'Credentials in the provider block come before everything else: with them in place the OIDC role is never used. Written as literals they are a leak besides, and stay in the history of the repository. Remove them; HCP Terraform gives each run short-lived credentials. Where the block plainly talks to a mock on your machine (every endpoint is a loopback address and the values are dummies) this is information only.',
  run: context =>
    context.modules.flatMap(module =>
      module.providers.flatMap(provider => {
        const mock = isLocalMock(provider);
        return names.flatMap((name): RuleFinding[] => {
          const attribute = setAttribute(provider.body, name);
          if (attribute === undefined) return [];
          const literal = attribute.value.kind === 'string';
          return [
            {
              file: provider.file,
              span: attribute,
              message: mock
                ? `${name} in ${describe(provider)} is a dummy for a mock on this machine. Runs in HCP Terraform need the block without it.`
                : `${name} in ${describe(provider)} wins over the OIDC role${literal ? ', and is written down in the repository' : ''}. Remove it: runs get short-lived credentials.`,
              ...(mock ? { severity: 'information' as const } : {}),
              fixes: [
                {
                  id: 'remove-argument',
                  title: `Remove ${name}`,
                  edits: [remove(provider.file, attribute)],
                  preferred: !mock,
                },
              ],
              related: related(context, module, provider, name),
              unnecessary: !mock,
            },
          ];
        });
      }),
    ),
};

/** The variable that feeds the argument, and where tfvars give it a value. */
function related(
  context: RuleContext,
  module: RuleContext['modules'][number],
  provider: ProviderBlock,
  name: string,
): Finding['related'] {
  const value = setAttribute(provider.body, name)?.value;
  if (value === undefined) return [];
  const out: { location: ReturnType<typeof at>; message: string }[] = [];
  for (const path of referencesIn(value)) {
    const [scope, variable] = path.split('.');
    if (scope !== 'var' || variable === undefined) continue;
    const block = module.variables.get(variable);
    if (block !== undefined)
      out.push({ location: at(block.file, block.block.typeSpan), message: `The variable "${variable}" feeds it.` });
    if (module !== context.root.module) continue;
    for (const assignment of context.root.tfvars.filter(t => t.name === variable)) {
      out.push({
        location: at(assignment.file, assignment.attribute.nameSpan),
        message: `"${variable}" gets its value here.`,
      });
    }
  }
  return out;
}
