import { notAsked } from '../../binding/gather/binding';
import { placeOf } from '../../binding/place';
import type { OpenedAccount, SetupGroup, SetupMember } from '../../binding/setup';
import type { StackGroup } from '../../binding/stack/groups';
import { ProblemError } from '../../core/problem';
import type { CliContext } from '../command';
import type { ExitCode } from '../exitCode';
import { UsageError } from '../option';
import type { TerraformFolder } from '../terraformFolder';
import { type BindingRequest, bindingRequest } from './setupOptions';
import type { ConfigureValues } from './configureOptions';
import { runConfigure } from './configureRun';
import { codeOf } from './services';

/** Options of `configure` that a Stack has no use for, with what is there instead. */
const ofWorkspaces = {
  'variable-set': 'the role of a deployment is an input of its code',
  'fix-variables': 'a Stack has no TFC_AWS_* variables',
  'all-workspaces': 'without --deployment all deployments of PATH are set up',
  'prove-run': 'runs of a Stack begin when its code is pushed; then "tfc-oidc prove-run" reads the latest one',
  'remove-static-keys':
    'the keys of a Stack are in its code: --fix-code takes them out with their variables and inputs; what a variable set holds goes last, once the deployments have run without it',
} as const;

/**
 * `configure` for the deployments of a Stack: the provider and the roles of one account, then the code by which the deployments use them,
 * then the proof by reading both back. Deployments whose roles are in another account are left alone, and named.
 */
export async function configureStack(
  context: CliContext,
  values: ConfigureValues,
  positionals: readonly string[],
  folder: TerraformFolder,
  started: number,
): Promise<ExitCode> {
  for (const [name, instead] of Object.entries(ofWorkspaces)) {
    const given = values[name as keyof typeof ofWorkspaces];
    if (given !== undefined && given !== false) throw new UsageError(`--${name} is for workspaces; ${instead}`);
  }
  const request = await bindingRequest(context, values, positionals);
  const several = request.identities.length > 1;
  if (several && !values['shared-roles'] && values['role-name'] !== undefined)
    throw new UsageError('--role-name is for one deployment; for one role of several add --shared-roles');
  if (several && values['shared-roles'] && values['role-name'] === undefined)
    throw new UsageError('--shared-roles needs a name for the role: --role-name');
  return runConfigure(
    context,
    values,
    folder,
    request,
    opened => Promise.resolve(groupsOf(context, values, request, opened)),
    started,
  );
}

function groupsOf(
  context: CliContext,
  values: ConfigureValues,
  request: BindingRequest,
  { caller }: OpenedAccount,
): readonly SetupGroup[] {
  const { accountId, partition } = caller;
  const { groups, problems } = request.groups(accountId, partition, values['shared-roles']);
  const [problem] = problems;
  if (problem !== undefined) throw new ProblemError(problem);
  const notes = request.notes(accountId, partition, values['shared-roles']);
  const code = codeOf(context, request.root);
  return groups.map((group, i) => ({
    members: membersOf(group, code),
    choices: group.choices,
    adopt: request.adopt,
    ownedByCode: request.ownedByCode,
    variableTarget: { type: 'workspace' },
    checkCaller: false,
    // What is said of the Stack as a whole is said once.
    notes: i === 0 ? notes : [],
  }));
}

function membersOf({ choices, members }: StackGroup, code: SetupMember['code']): readonly SetupMember[] {
  return choices.identities.flatMap(identity => {
    if (identity.kind !== 'stack') return [];
    const inputs = members.filter(m => m.deployment === identity.deployment).flatMap(m => m.inputs);
    return [
      {
        place: placeOf(identity, choices.hostname),
        code,
        hcp: notAsked('A Stack has no variables: what its deployments use is in its code.'),
        local: undefined,
        inputs: [...new Set(inputs)],
        ...(choices.issuer !== undefined && { issuerHost: choices.issuer }),
      },
    ];
  });
}
