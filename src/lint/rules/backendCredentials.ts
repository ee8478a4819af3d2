import { at } from '../../terraform/model';
import { fileArguments, keyArguments } from '../arguments';
import { backendArguments, type BackendArgument } from '../backends';
import { accountsNote, credentialsRemoval } from '../credentials';
import { removal } from '../edits/fixes';
import type { Identities } from '../identities';
import type { Rule, RuleFinding } from '../rule';
import { isUnsetInRun } from '../values';

const names: ReadonlySet<string> = new Set([...keyArguments, 'profile', ...fileArguments]);

export const backendCredentials: Rule = {
  code: 'backend-credentials',
  severity: 'warning',
  title: 'Credentials in backend "s3" or terraform_remote_state',
  explanation:
    'Backends and remote states do not use the provider block. Keys in them end up in .terraform and in plan files, and a profile is absent where the run executes. The environment of the run has credentials; remote state sharing and tfe_outputs need none.',
  fix: 'Removes the argument.',
  check({ root, identities }) {
    return backendArguments(root)
      .filter(a => a.backend === 's3' && names.has(a.name) && !isUnsetInRun(root, a.module, a.value))
      .map(a => ({
        ...placed(a, identities),
        message: `${a.owner} sets ${a.name}. ${
          a.name === 'profile' || a.name.startsWith('shared_')
            ? 'It is absent where the run executes'
            : a.owner.startsWith('key_provider')
              ? 'Everyone who can read the code has it'
              : 'Backend settings are written to .terraform and to plan files in plain text'
        }; use the credentials of the environment instead.${accountsNote(identities)}`,
      }));
  },
};

/** Place and fix of a finding on a backend's argument; `identities` where the argument is one of AWS credentials. */
export function placed(argument: BackendArgument, identities?: Identities): Omit<RuleFinding, 'message'> {
  const { attribute, file, name } = argument;
  return {
    location: at(file, argument.span),
    statement: argument.span,
    fixes:
      attribute === undefined
        ? []
        : identities === undefined
          ? removal(file, attribute, { title: `Remove ${name}`, preferred: true })
          : credentialsRemoval(identities, file, attribute),
    unnecessary: true,
  };
}
