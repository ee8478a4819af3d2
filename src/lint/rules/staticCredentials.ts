import { at } from '../../terraform/model';
import { keyArguments } from '../arguments';
import { accountsNote, withoutCredentials } from '../credentials';
import { removal } from '../edits/fixes';
import { isLocalMock } from '../mock';
import { allProviders, originsOf, providerName, setInRun } from '../providers';
import type { Rule } from '../rule';

export const staticCredentials: Rule = {
  code: 'static-credentials',
  severity: 'error',
  title: 'Static credentials in a provider block',
  explanation:
    'The AWS provider takes access_key, secret_key and token from its block before anything else, so the role that HCP Terraform injects is never used. Keys also live until somebody rotates them.',
  fix: 'Removes the argument.',
  check({ root, identities }) {
    return allProviders(root).flatMap(({ module, provider }) => {
      const mock = isLocalMock(root, module, provider);
      return setInRun(root, module, provider.body, keyArguments).map(argument => ({
        location: at(provider.file, argument),
        statement: argument,
        message: mock
          ? `${providerName(provider)} sets ${argument.name} for a mock on this machine. Runs in HCP Terraform must not use this block.`
          : `${providerName(provider)} sets ${argument.name}. The provider takes it before the role of the run, so dynamic credentials are never used. Remove it.${accountsNote(identities)}`,
        ...(mock && { severity: 'information' as const }),
        fixes: mock
          ? removal(provider.file, argument, { title: `Remove ${argument.name}`, preferred: false })
          : withoutCredentials({ root, identities }, module, provider, argument),
        related: originsOf(root, module, argument.value),
        unnecessary: !mock,
      }));
    });
  },
};
