import { at } from '../../terraform/model';
import { accountsNote, withoutCredentials } from '../credentials';
import { allProviders, originsOf, providerName, setInRun } from '../providers';
import type { Rule } from '../rule';

export const providerProfile: Rule = {
  code: 'provider-profile',
  severity: 'error',
  title: 'AWS profile in a provider block',
  explanation:
    'The profile is a section of a file on somebody’s machine. Runs in HCP Terraform have no such file and stop with "failed to get shared config profile"; where the profile exists, it wins over the role of the run.',
  fix: 'Removes the argument; for local runs, set AWS_PROFILE in your shell. Or makes it work in HCP Terraform and on a laptop.',
  check({ root, identities }) {
    return allProviders(root).flatMap(({ module, provider }) =>
      setInRun(root, module, provider.body, ['profile']).map(argument => ({
        location: at(provider.file, argument),
        statement: argument,
        message: `${providerName(provider)} sets profile. Runs in HCP Terraform have no AWS profiles and stop here. Remove it; for local runs set AWS_PROFILE in your shell.${accountsNote(identities)}`,
        fixes: withoutCredentials({ root, identities }, module, provider, argument),
        related: originsOf(root, module, argument.value),
        unnecessary: true,
      })),
    );
  },
};
