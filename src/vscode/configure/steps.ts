import type { JournalStore } from '../../binding/journal/journal';
import type { Result } from '../../core/problem';
import { organizationName, projectName } from '../../oidc/names';
import { accountId } from '../../oidc/partition';
import { type Choices, takeOrganization, takeRoot } from './choices';
import { permissionSteps, type PolicyPlaces } from './permissions';
import { profileStep } from './profile';
import { roleSteps } from './roles';
import { variableStep } from './variables';
import { readWorkspaces, workspaceStep } from './workspaces';
import { rootLabel, valueText, workspacesText } from '../board/describe';
import type { HcpConnections } from '../hcp';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { ask, type Choice, configureTitle, pick, type Step } from '../steps';

export function configureSteps(
  store: ProjectStore,
  connections: HcpConnections,
  env: NodeJS.ProcessEnv,
  places: PolicyPlaces,
  askRoot: boolean,
  journals: JournalStore,
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
    name(
      'organization',
      'Organization in HCP Terraform',
      'as its address shows it',
      organizationName,
      state => state.analysed?.root.cloud.organization.state === 'known',
      takeOrganization,
    ),
    workspaceStep(connections),
    async state => {
      await readWorkspaces(state, connections, journals);
      return 'skipped';
    },
    // The block's project is a filter only: the subject holds the workspace's real one, so it is always shown for a yes.
    name(
      'project',
      'Project of the workspace, as HCP Terraform shows it. It is part of the subject.',
      'Default Project',
      projectName,
      state => state.known !== undefined,
    ),
    profileStep(env),
    name(
      'account',
      'AWS account of the roles, twelve digits',
      '123456789012',
      accountId,
      state => state.profile !== 'none',
    ),
    ...roleSteps(),
    ...permissionSteps(places),
    variableStep(connections),
  ];
}

/** A step that asks for a name unless it is known. */
function name(
  key: 'organization' | 'project' | 'account',
  prompt: string,
  placeholder: string,
  check: (value: string) => Result<unknown>,
  isKnown: (state: Choices) => boolean,
  take: (state: Choices, value: string) => void = (state, value) => {
    state[key] = value;
  },
): Step<Choices> {
  return async (state, position) => {
    if (isKnown(state)) return 'skipped';
    const value = await ask(
      {
        title: configureTitle(),
        prompt,
        placeholder,
        value: state[key],
        check: text => {
          const result = check(text);
          return result.ok ? undefined : result.problem.message;
        },
      },
      position,
    );
    take(state, value);
    return 'asked';
  };
}
