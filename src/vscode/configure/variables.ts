import type { VariableTarget } from '../../binding/plan/variables';
import { listVarsets } from '../../hcp/variables/read';
import { withProgress } from '../progress';
import type { HcpConnections } from '../hcp';
import { type Choice, configureTitle, pick, type Step } from '../steps';
import type { Choices } from './choices';

/** Where the variables go. Asked only where the workspace has variable sets: otherwise there is one place. */
export function variableStep(connections: HcpConnections): Step<Choices> {
  return async (state, position) => {
    const [only, ...more] = state.hcp ?? [];
    // A set that several workspaces share can't name a role of each.
    if (only === undefined || more.length > 0 || state.opened === undefined) {
      delete state.target;
      return 'skipped';
    }
    const { workspace } = only;
    const sets = await withProgress(`Reading the variable sets of ${workspace.name}`, async signal => {
      const client = await connections.find(workspace.hostname, state.analysed?.root.cloud, signal);
      return 'missing' in client ? undefined : listVarsets(client, workspace.id, signal);
    });
    if (sets?.ok !== true || sets.value.length === 0) {
      delete state.target;
      return 'skipped';
    }
    const items: Choice<VariableTarget>[] = [
      {
        value: { type: 'workspace' },
        label: 'On the workspace',
        description: workspace.name,
        detail: 'Recommended: the roles are for this workspace only.',
      },
      ...sets.value.map(({ id, name, global }): Choice<VariableTarget> => ({
        value: { type: 'varset', id, name },
        label: `In the variable set "${name}"`,
        detail: global
          ? 'Every workspace of the organization gets it: the roles would refuse all others.'
          : 'Every workspace that uses the set gets it, too.',
      })),
    ];
    const former = state.target;
    const current = items.find(
      i =>
        former !== undefined &&
        (i.value.type === 'workspace'
          ? former.type === 'workspace'
          : former.type === 'varset' && i.value.id === former.id),
    )?.value;
    state.target = await pick(
      { title: configureTitle(), placeholder: 'Where do the variables go?', items, current },
      position,
    );
    return 'asked';
  };
}
