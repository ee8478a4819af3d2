import { describe, setAttribute } from '../provider';
import { remove } from '../removal';
import type { Rule } from '../rule';

export const providerProfile: Rule = {
  code: 'provider-profile',
  severity: 'error',
  summary: '`profile` in an AWS provider block',
  explanation:
    'A profile names an entry of a configuration file on your machine. The runner of HCP Terraform has no such file, so the run ends with "failed to get shared config profile"; where the profile exists, it wins over the OIDC role. Remove it, and choose the profile for local work with AWS_PROFILE.',
  run: context =>
    context.modules.flatMap(module =>
      module.providers.flatMap(provider => {
        const attribute = setAttribute(provider.body, 'profile');
        if (attribute === undefined) return [];
        return [
          {
            file: provider.file,
            span: attribute,
            message: `profile in ${describe(provider)} does not exist where HCP Terraform runs, and wins over the OIDC role where it does. Remove it; set AWS_PROFILE on your machine instead.`,
            fixes: [
              {
                id: 'remove-argument',
                title: 'Remove profile',
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
