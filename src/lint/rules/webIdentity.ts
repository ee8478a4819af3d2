import { headerSpan } from '../../terraform/model';
import { describe, nestedBlocks, setAttribute } from '../provider';
import { remove } from '../removal';
import type { Rule, RuleFinding } from '../rule';

const name = 'assume_role_with_web_identity';

export const webIdentity: Rule = {
  code: 'web-identity',
  severity: 'error',
  summary: '`assume_role_with_web_identity` in the configuration of a workspace',
  explanation:
    'In a workspace HCP Terraform exchanges the token itself and gives the provider a shared config file; this block takes the place of those credentials. In a Stack it is the way to do it, and no finding. Remove the block, and name the role in TFC_AWS_RUN_ROLE_ARN or its plan and apply twins.',
  run: context =>
    context.modules.flatMap(module =>
      module.providers
        .filter(provider => !provider.inStack)
        .flatMap((provider): RuleFinding[] => {
          const message = `${name} in ${describe(provider)} takes the place of the credentials that HCP Terraform injects. Remove it; the role belongs in TFC_AWS_RUN_ROLE_ARN.`;
          const attribute = setAttribute(provider.body, name);
          const blocks = nestedBlocks(provider.body, name).map(block => ({
            file: provider.file,
            span: headerSpan(block),
            message,
            fixes: [
              { id: 'remove-block', title: `Remove ${name}`, edits: [remove(provider.file, block)], preferred: true },
            ],
            unnecessary: true,
          }));
          if (attribute === undefined) return blocks;
          return [
            ...blocks,
            {
              file: provider.file,
              span: attribute,
              message,
              fixes: [
                {
                  id: 'remove-argument',
                  title: `Remove ${name}`,
                  edits: [remove(provider.file, attribute)],
                  preferred: true,
                },
              ],
              unnecessary: true,
            },
          ];
        }),
    ),
};
