import { at } from '../../terraform/model';
import { removal } from '../edits/fixes';
import { isUnset } from '../expressions';
import type { Rule } from '../rule';
import { backendArguments } from '../backends';
import { placed } from './backendCredentials';

export const cloudToken: Rule = {
  code: 'cloud-token',
  severity: 'error',
  title: 'API token in the cloud block or the remote backend',
  explanation:
    'A token in the configuration is readable by everyone who can read the repository, and it is copied to .terraform. terraform login and the variable TF_TOKEN_<host> keep it out of the code.',
  fix: 'Removes the argument. Revoke the token as well.',
  check({ root }) {
    const inCloud = root.modules.flatMap(module =>
      module.terraformBlocks.flatMap(({ file, body }) =>
        body.blocks
          .filter(block => block.type === 'cloud')
          .flatMap(block => block.body.attributes)
          .filter(a => a.name === 'token' && !isUnset(a.value))
          .map(argument => ({
            location: at(file, argument),
            statement: argument,
            message: message('The cloud block'),
            fixes: removal(file, argument, { title: 'Remove token', preferred: true }),
            unnecessary: true,
          })),
      ),
    );
    const inBackends = backendArguments(root)
      .filter(a => (a.backend === 'remote' || a.backend === 'cloud') && a.name === 'token' && !isUnset(a.value))
      .map(a => ({ ...placed(a), message: message(a.owner) }));
    return [...inCloud, ...inBackends];
  },
};

function message(owner: string): string {
  return `${owner} sets token. Remove it, revoke the token, and use "terraform login" or the environment variable TF_TOKEN_<host>.`;
}
