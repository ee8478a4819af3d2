import { at } from '../../terraform/model';
import { removal } from '../edits/fixes';
import { allProviders, originsOf, providerName, setArguments } from '../providers';
import type { Rule } from '../rule';

export const providerProfile: Rule = {
  code: 'provider-profile',
  severity: 'error',
  title: 'AWS profile in a provider block',
  explanation:
    'The profile is a section of a file on somebody’s machine. Runs in HCP Terraform have no such file and stop with "failed to get shared config profile"; where the profile exists, it wins over the role of the run.',
  fix: 'Removes the argument. For local runs, set AWS_PROFILE in your shell.',
  check({ root }) {
    return allProviders(root).flatMap(({ module, provider }) =>
      setArguments(provider.body, ['profile']).map(argument => ({
        location: at(provider.file, argument),
        statement: argument,
        message: `${providerName(provider)} sets profile. Runs in HCP Terraform have no AWS profiles and stop here. Remove it; for local runs set AWS_PROFILE in your shell.`,
        fixes: removal(provider.file, argument, { title: 'Remove profile', preferred: true }),
        related: originsOf(root, module, argument.value),
        unnecessary: true,
      })),
    );
  },
};
