import { setupOptions } from './setupOptions';
import { flag, section, text, textOrJson, type Values } from '../option';

/** Options of configure. */
export const configureOptions = {
  yes: flag('apply; without it the plan is shown and nothing is written'),
  format: textOrJson,
  ...section('How far', {
    'remove-static-keys': flag(
      'after the proof: remove the static AWS variables of the workspace and of its variable sets, whoever else they reach (the plan says so). Their values are secrets and are not kept: an undo cannot bring them back. Of several workspaces all have to be proven before anything of a variable set goes',
    ),
    'fix-variables': flag(
      'after the proof: put right the names, categories and values of TFC_AWS_* variables that HCP Terraform ignores without a word (a misspelt name, a Terraform variable, quotes around a value)',
    ),
    'fix-code': flag('after the proof: the fixes of "tfc-oidc fix" in the files of this root'),
    'prove-run': flag(
      'at the end: a plan-only run in HCP Terraform as the real proof, followed to its end; never applied',
    ),
    'variable-set': text(
      'NAME',
      'write the variables to this variable set of the workspace instead of to the workspace itself',
    ),
    'all-workspaces': flag('all workspaces of a cloud block with tags or a prefix'),
    'shared-roles': flag(
      'one role (or one for each phase) for all of these workspaces; needs --role-name, or both of the others',
    ),
  }),
  ...setupOptions,
} as const;

export type ConfigureValues = Values<typeof configureOptions>;
