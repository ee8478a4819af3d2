import * as vscode from 'vscode';
import type { StaticVariable } from '../binding/facts';
import { hcpFacts } from '../binding/gather/hcp';
import type { Result } from '../core/problem';
import { feedingVariables } from '../hcp/variables/feeding';
import type { VariableReading } from '../hcp/variables/read';
import type { Workspace } from '../hcp/workspace/model';
import { organizationName, projectName, workspaceName } from '../oidc/names';
import { accountId } from '../oidc/partition';
import { workspaceOf } from '../terraform/model';
import { profileChoices, type ProfileChoice } from './aws';
import { abortOn } from './cancellation';
import type { HcpConnections } from './hcp';
import { rootLabel, valueText, workspacesText } from './describe';
import type { AnalysedRoot, ProjectStore } from './projectStore';
import { ask, type Choice, pick, type Step } from './steps';

/** What the wizard asks; everything is optional until its step has been taken. */
export interface Choices {
  analysed?: AnalysedRoot;
  organization?: string;
  workspace?: string;
  project?: string;
  profile?: ProfileChoice | 'none';
  account?: string;
  roles?: 'separate' | 'single';
  policies?: { plan?: string; apply?: string };
  /** What HCP Terraform says of the workspace, where a token was found. */
  hcp?: GatheredWorkspace;
  /** Why it says nothing, in one sentence. */
  hcpProblem?: string;
}

/** The workspace and its variables as they were read: what changes are planned from. */
export interface GatheredWorkspace {
  readonly workspace: Workspace;
  readonly reading: VariableReading;
  readonly staticCredentials: readonly StaticVariable[];
}

const title = (): string => vscode.l10n.t('Configure TFC OIDC');

/** Takes over what the code says of a root. */
export function takeRoot(choices: Choices, analysed: AnalysedRoot): void {
  choices.analysed = analysed;
  const { cloud } = analysed.root;
  if (cloud.organization.state === 'known') choices.organization = cloud.organization.value;
  const workspace = workspaceOf(cloud);
  if (workspace !== undefined) choices.workspace = workspace;
  if (cloud.project.state === 'known') choices.project = cloud.project.value;
}

export function configureSteps(
  store: ProjectStore,
  connections: HcpConnections,
  env: NodeJS.ProcessEnv,
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
            ? vscode.l10n.t('no cloud block')
            : `${valueText(value.root.cloud.organization)}/${workspacesText(value.root.cloud)}`,
      }));
      takeRoot(
        state,
        await pick(
          { title: title(), placeholder: vscode.l10n.t('Which Terraform root?'), items, current: state.analysed },
          position,
        ),
      );
      return 'asked';
    },
    name(
      'organization',
      vscode.l10n.t('Organization in HCP Terraform'),
      vscode.l10n.t('as its address shows it'),
      organizationName,
      state => known(state, 'organization'),
    ),
    name('workspace', vscode.l10n.t('Workspace'), vscode.l10n.t('the name, letter by letter'), workspaceName, state =>
      known(state, 'workspace'),
    ),
    async state => {
      await readWorkspace(state, connections);
      return 'skipped';
    },
    // The block's project is a filter only: the subject holds the workspace's real one, so it is always shown for a yes.
    name(
      'project',
      vscode.l10n.t('Project of the workspace, as HCP Terraform shows it. It is part of the subject.'),
      vscode.l10n.t('Default Project'),
      projectName,
      state => state.hcp !== undefined,
    ),
    async (state, position) => {
      const none: Choice<ProfileChoice | 'none'> = {
        value: 'none',
        label: vscode.l10n.t('No profile: show the policies only'),
        description: vscode.l10n.t('nothing is read or written in AWS'),
      };
      const items: Choice<ProfileChoice | 'none'>[] = [...(await profileChoices(env)), none];
      // Objects are made anew each time the step is shown, so the former choice is found again by its name.
      const current =
        items.find(
          i =>
            i.value !== 'none' &&
            state.profile !== undefined &&
            state.profile !== 'none' &&
            i.value.name === state.profile.name,
        )?.value ?? state.profile;
      state.profile = await pick(
        {
          title: title(),
          placeholder: vscode.l10n.t('AWS profile of the account that the workspace deploys to'),
          items,
          current,
        },
        position,
      );
      return 'asked';
    },
    name(
      'account',
      vscode.l10n.t('AWS account of the roles, twelve digits'),
      '123456789012',
      accountId,
      state => state.profile !== 'none',
    ),
    async (state, position) => {
      const items: Choice<'separate' | 'single'>[] = [
        {
          value: 'separate',
          label: vscode.l10n.t('Separate plan and apply roles'),
          description: vscode.l10n.t('recommended'),
          detail: vscode.l10n.t('Plans run code of every pull request: give them a role that can only read.'),
        },
        {
          value: 'single',
          label: vscode.l10n.t('One role for both'),
          detail: vscode.l10n.t('Simpler. Every plan can do what an apply can.'),
        },
      ];
      state.roles = await pick(
        { title: title(), placeholder: vscode.l10n.t('How many roles?'), items, current: state.roles },
        position,
      );
      return 'asked';
    },
    permissions('plan'),
    permissions('apply'),
  ];
}

/** A managed policy for a role, or none for now. PARTITION is filled in once the account is known. */
function permissions(use: 'plan' | 'apply'): Step<Choices> {
  return async (state, position) => {
    if (state.profile === 'none' || (use === 'plan' && state.roles === 'single')) return 'skipped';
    const managed = (policy: string, detail: string): Choice<string> => ({
      value: `arn:PARTITION:iam::aws:policy/${policy}`,
      label: policy,
      description: vscode.l10n.t('AWS managed policy'),
      detail,
    });
    const readOnly = managed(
      'ReadOnlyAccess',
      vscode.l10n.t('Reads everything, secrets of some services included. Enough for most plans.'),
    );
    const power = managed(
      'PowerUserAccess',
      vscode.l10n.t('Everything but IAM. Wide: replace it by a policy for what the code needs.'),
    );
    const none: Choice<string> = {
      value: '',
      label: vscode.l10n.t('None for now'),
      detail: vscode.l10n.t('The role can be assumed and may do nothing until a policy is attached.'),
    };
    const items = use === 'plan' ? [readOnly, none] : [none, power];
    const placeholder =
      state.roles === 'single'
        ? vscode.l10n.t('What may the role do?')
        : use === 'plan'
          ? vscode.l10n.t('What may plans do?')
          : vscode.l10n.t('What may applies do?');
    const chosen = await pick({ title: title(), placeholder, items, current: state.policies?.[use] }, position);
    state.policies = { ...state.policies, [use]: chosen };
    return 'asked';
  };
}

/** Was the name inferred from the code, so that it need not be asked? */
function known(state: Choices, key: 'organization' | 'workspace'): boolean {
  const cloud = state.analysed?.root.cloud;
  if (cloud === undefined) return false;
  return key === 'organization' ? cloud.organization.state === 'known' : workspaceOf(cloud) !== undefined;
}

/** A step that asks for a name unless it is known. */
function name(
  key: 'organization' | 'workspace' | 'project' | 'account',
  prompt: string,
  placeholder: string,
  check: (value: string) => Result<unknown>,
  isKnown: (state: Choices) => boolean,
): Step<Choices> {
  return async (state, position) => {
    if (isKnown(state)) return 'skipped';
    state[key] = await ask(
      {
        title: title(),
        prompt,
        placeholder,
        value: state[key],
        check: value => {
          const result = check(value);
          return result.ok ? undefined : result.problem.message;
        },
      },
      position,
    );
    return 'asked';
  };
}

/** Reads the real project and the variables, with the token that Terraform would use. Without one the project is asked for. */
async function readWorkspace(state: Choices, connections: HcpConnections): Promise<void> {
  const { analysed, organization, workspace } = state;
  const cloud = analysed?.root.cloud;
  if (
    analysed === undefined ||
    organization === undefined ||
    workspace === undefined ||
    cloud?.hostname.state !== 'known'
  )
    return;
  const hostname = cloud.hostname.value;
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Reading workspace {0}', workspace),
      cancellable: true,
    },
    async (_progress, token) => {
      const signal = abortOn(token);
      const client = await connections.find(hostname, cloud, signal);
      if ('missing' in client) {
        state.hcpProblem = client.missing;
        return;
      }
      const read = await hcpFacts(client, organization, workspace, signal, {
        feeding: feedingVariables(analysed.root),
      });
      if (read.source === undefined || read.variables.state === 'unknown') {
        state.hcpProblem =
          read.workspace.state === 'unknown'
            ? read.workspace.why
            : read.variables.state === 'unknown'
              ? read.variables.why
              : '';
        return;
      }
      state.hcp = { ...read.source, staticCredentials: read.variables.value.staticCredentials };
      state.project = read.source.workspace.project.name;
    },
  );
}
