import { at } from '../../terraform/model';
import { removal } from '../edits/fixes';
import { isFalse } from '../expressions';
import { isLocalMock } from '../mock';
import { allProviders, providerName, setInRun } from '../providers';
import type { Rule } from '../rule';

const effects: Readonly<Record<string, string>> = {
  skip_credentials_validation: 'Bad credentials are then noticed in the middle of an apply instead of at its start',
  skip_requesting_account_id: 'The provider then does not know its account, and ARNs that it builds have none',
};

export const skipValidation: Rule = {
  code: 'skip-validation',
  severity: 'warning',
  title: 'Provider checks switched off',
  explanation:
    'skip_credentials_validation and skip_requesting_account_id hide that a run has no credentials, or those of another account. skip_metadata_api_check is another matter: it keeps a self-hosted agent from taking the role of its machine where the run has none.',
  fix: 'Removes the argument.',
  check({ root }) {
    return allProviders(root).flatMap(({ module, provider }) => {
      const mock = isLocalMock(root, module, provider);
      return setInRun(root, module, provider.body, Object.keys(effects))
        .filter(argument => !isFalse(argument.value))
        .map(argument => ({
          location: at(provider.file, argument),
          statement: argument,
          message: `${providerName(provider)} sets ${argument.name}. ${
            mock ? 'That is usual for a mock on this machine' : (effects[argument.name] ?? '')
          }.`,
          ...(mock && { severity: 'information' as const }),
          fixes: removal(provider.file, argument, { title: `Remove ${argument.name}`, preferred: !mock }),
        }));
    });
  },
};
