import type { BindingChoices } from '../../binding/desired/choices';
import { type CodePolicies, codePolicies } from '../../binding/gather/codePolicies';
import { holdsNotAsked } from '../../binding/gather/holds';
import { permissionSources } from '../../binding/gather/permissionSources';
import type { StackGroup, StackGroups } from '../../binding/stack/groups';
import { codeOfGroup, type CodeOfRole, codeOfRole, type DeploymentCode } from '../../binding/stack/needs';
import { permissionFile } from '../../node/permissionFiles';
import type { Root } from '../../terraform/model';
import type { StoreReader } from '../../terraform/values';
import type { CliContext } from '../command';
import type { NamedBindings } from './bindingNames';
import { holdsOf } from './holds';

/** The policies of what the code needs; of a part of it, where a role is for that alone. */
type CodeOf = (part?: CodeOfRole) => CodePolicies;

export async function policiesOfCode(
  context: CliContext,
  root: Root,
  where: NamedBindings['holds'],
  readState: boolean,
): Promise<CodeOf> {
  const sources = permissionSources(permissionFile);
  const holds =
    where === undefined
      ? holdsNotAsked(
          'What exists already is read of workspaces alone.',
          'Compare the policy with a run before you make a role smaller.',
        )
      : await holdsOf(context, where, { readState, switches: type => sources.switches(type) });
  return part => codePolicies(part?.root ?? root, holds, sources, part);
}

/** The policies of the code, or of a part of it, in the roles. */
export function withPolicy(choices: BindingChoices, code: CodePolicies | undefined): BindingChoices {
  if (code === undefined) return choices;
  const { accountId, partition, policies } = choices;
  const plans = code.policy('plan', accountId, partition);
  const applies = code.policy('apply', accountId, partition);
  const own = (use: keyof typeof policies): NonNullable<(typeof policies)[typeof use]> => ({
    attached: [],
    ...policies[use],
    ...(use === 'plan' ? plans : applies),
  });
  return { ...choices, policies: { run: own('run'), plan: own('plan'), apply: own('apply') } };
}

/** Each role of a Stack with what the components of its deployments need whose providers have it. */
export function withPolicies(
  found: StackGroups,
  root: Root | undefined,
  stores: StoreReader | undefined,
  code: CodeOf,
): StackGroups {
  const notes: string[] = [];
  const groups = found.groups.map(group => {
    // Without the deployments of the code it is one for all of them.
    const parts = root === undefined ? [] : codeOfGroup(root, stores, group.members);
    const own = code(codeOfRole(parts));
    const { accountId, partition } = group.choices;
    notes.push(...own.notes(accountId, partition), ...leftOut(group, parts));
    return { ...group, choices: withPolicy(group.choices, own) };
  });
  return { ...found, groups, notes: [...found.notes, ...new Set(notes)] };
}

function leftOut({ members }: StackGroup, parts: readonly DeploymentCode[]): readonly string[] {
  // What one deployment of the role leaves out and another one counts is in the policy all the same.
  const left = [...new Set(parts.flatMap(p => p.leftOut))].filter(name => parts.every(p => p.leftOut.includes(name)));
  const names = [...new Set(members.map(m => m.deployment))].join(' and ');
  return left.length === 0
    ? []
    : [`The policy of the role of ${names} leaves out ${left.join(', ')}, whose providers have other roles.`];
}
