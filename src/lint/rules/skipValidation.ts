import { describe, isLocalMock, setAttribute } from '../provider';
import { remove } from '../removal';
import type { Rule, RuleFinding } from '../rule';

const names = ['skip_credentials_validation', 'skip_requesting_account_id', 'skip_metadata_api_check'] as const;

export const skipValidation: Rule = {
  code: 'skip-validation',
  severity: 'warning',
  summary: '`skip_credentials_validation`, `skip_requesting_account_id` or `skip_metadata_api_check`',
  explanation:
    'These arguments hide what is wrong with the credentials until a resource is refused, and `skip_requesting_account_id` leaves account ids out of ARNs. With dynamic credentials none of them is needed. For a mock on your machine they are: there the fix is not applied by itself.',
  run: context =>
    context.modules.flatMap(module =>
      module.providers.flatMap(provider =>
        names.flatMap((name): RuleFinding[] => {
          const attribute = setAttribute(provider.body, name);
          // `false` (skip_metadata_api_check also takes it as a string) asks for nothing.
          const { value } = attribute ?? {};
          if (attribute === undefined || value === undefined) return [];
          if ((value.kind === 'bool' && value.text === 'false') || (value.kind === 'string' && value.value === 'false'))
            return [];
          return [
            {
              file: provider.file,
              span: attribute,
              message: `${name} in ${describe(provider)} hides problems of the credentials until a resource is refused. Remove it.`,
              fixes: [
                {
                  id: 'remove-argument',
                  title: `Remove ${name}`,
                  edits: [remove(provider.file, attribute)],
                  preferred: !isLocalMock(provider),
                },
              ],
            },
          ];
        }),
      ),
    ),
};
