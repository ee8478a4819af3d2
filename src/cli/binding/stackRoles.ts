import type { BindingChoices } from '../../binding/desired/choices';
import { type StackGroups, stackGroups } from '../../binding/stack/groups';
import { wiringOf } from '../../binding/stack/wiring';
import { ProblemError } from '../../core/problem';
import type { Root } from '../../terraform/model';
import type { StoreReader } from '../../terraform/values';

/** The roles of a Stack's deployments; without its code each gets one that is called after it. */
export function groupsOf(
  base: BindingChoices,
  root: Root | undefined,
  {
    inputs,
    shared,
    stores,
  }: { readonly inputs: readonly string[]; readonly shared: boolean; readonly stores: StoreReader | undefined },
): StackGroups {
  const names = new Set(base.identities.flatMap(i => (i.kind === 'stack' ? [i.deployment as string] : [])));
  const all = root?.stack?.deployments.map(d => wiringOf(root, d, stores)) ?? [];
  const chosen = all.filter(w => names.has(w.deployment.name));
  if (chosen.length > 0) return stackGroups(base, chosen, { inputs, shared, all });
  const group = (identities: BindingChoices['identities']): StackGroups['groups'][number] => ({
    choices: { ...base, identities },
    members: identities.flatMap(i =>
      i.kind === 'stack' ? [{ deployment: i.deployment, arn: undefined, inputs }] : [],
    ),
  });
  const together = shared || base.names.run !== undefined;
  return {
    groups: together ? [group(base.identities)] : base.identities.map(i => group([i])),
    notes: [],
    problems: [],
  };
}

/** For commands that make one role. */
export function onlyGroup({ groups, problems }: StackGroups): BindingChoices {
  const [problem] = problems;
  if (problem !== undefined) throw new ProblemError(problem);
  const [only, ...more] = groups;
  if (only !== undefined && more.length === 0) return only.choices;
  const names = groups.map(g => g.members.map(m => m.deployment).join(' and ')).join(', ');
  throw new ProblemError({
    code: 'several-roles',
    message: `The deployments of this Stack have ${groups.length} roles: ${names}.`,
    nextStep:
      'Choose those of one role (--deployment), name one role for all (--role-name), or set up all of them at once (tfc-oidc configure).',
  });
}
