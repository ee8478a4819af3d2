import type { HcpConnections } from '../hcp';
import { valueText, workspacesText } from '../../terraform/cloudText';
import { rootLabel } from '../board/describe';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { type Choice, configureTitle, pick, type Step } from '../steps';
import { type Choices, takeRoot } from './choices';
import { organizationStep, workspaceStep } from './workspaces';

/** What only a person can tell, where the code names none or several: the root, the organization, its workspaces. */
export function configureSteps(
  store: ProjectStore,
  connections: HcpConnections,
  askRoot: boolean,
): readonly Step<Choices>[] {
  return [
    async (state, position) => {
      if (!askRoot) return 'skipped';
      const items = store.all().map((value): Choice<AnalysedRoot> => ({
        value,
        label: rootLabel(value.root, value.folder),
        description:
          value.root.cloud.kind === 'none'
            ? 'no cloud block'
            : `${valueText(value.root.cloud.organization)}/${workspacesText(value.root.cloud)}`,
      }));
      takeRoot(
        state,
        await pick(
          {
            title: configureTitle(),
            placeholder: 'Which Terraform root?',
            items,
            // A window that was analysed anew has other objects for the same root.
            current: items.find(i => i.value.root.dir === state.analysed?.root.dir)?.value,
          },
          position,
        ),
      );
      return 'asked';
    },
    organizationStep(connections),
    workspaceStep(connections),
  ];
}
