import type { Expression } from '../../terraform/syntax/ast';
import { describe, dynamicReference, setAttribute } from '../provider';
import { remove } from '../removal';
import type { Rule, RuleFinding } from '../rule';

const names = ['shared_config_files', 'shared_credentials_files', 'shared_credentials_file'] as const;

export const sharedFiles: Rule = {
  code: 'shared-files',
  severity: 'error',
  summary: '`shared_config_files` or `shared_credentials_files` that do not come from HCP Terraform',
  explanation:
    'HCP Terraform hands the role to the provider in a shared config file of its own. An argument that names another file takes its place. It is right only where its value comes from `var.tfc_aws_dynamic_credentials` (or `var.tfc_vault_backed_aws_dynamic_credentials`, `var.tfc_hvs_backed_aws_dynamic_credentials`), which is how a provider chooses one of several configurations.',
  run: context =>
    context.modules.flatMap(module =>
      module.providers.flatMap(provider =>
        names.flatMap((name): RuleFinding[] => {
          const attribute = setAttribute(provider.body, name);
          if (attribute === undefined || isInjected(attribute.value)) return [];
          return [
            {
              file: provider.file,
              span: attribute,
              message: `${name} in ${describe(provider)} takes the place of the file that HCP Terraform injects. Remove it, or take its value from var.tfc_aws_dynamic_credentials.`,
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
    ),
};

/** Every file of the list is one that HCP Terraform injects. An empty list names none. */
function isInjected(value: Expression): boolean {
  if (value.kind === 'tuple') return value.items.every(item => dynamicReference(item) !== undefined);
  return dynamicReference(value) !== undefined;
}
