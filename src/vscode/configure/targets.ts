import * as vscode from 'vscode';
import type { BindingChoices } from '../../binding/desire';
import type { PolicyJson } from '../../binding/desired';
import { codeOwners } from '../../binding/gather/code';
import { planVariables, type VariablePlan } from '../../binding/planVariables';
import { prepareBinding, type PreparedBinding } from '../../binding/prepare';
import { type Problem, unwrap } from '../../core/problem';
import {
  configurationTag,
  defaultAudience,
  hostname,
  organizationName,
  projectName,
  workspaceName,
} from '../../oidc/names';
import { accountId, partitionName } from '../../oidc/partition';
import type { WorkspaceIdentity } from '../../oidc/subject';
import type { ChosenAccount } from '../aws';
import { abortOn } from '../cancellation';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import type { Choices, GatheredWorkspace } from './choices';

/** One workspace of the run, as it was worked out. */
export interface Target {
  readonly binding: BindingChoices;
  readonly prepared: PreparedBinding | undefined;
  readonly hcp: GatheredWorkspace | undefined;
  readonly variables: VariablePlan | undefined;
}

export interface PreparedTarget extends Target {
  readonly prepared: PreparedBinding;
}

export const titleOf = (targets: readonly Pick<Target, 'binding'>[]): string =>
  targets.map(t => t.binding.workspaces[0]?.workspace ?? '').join(', ');

/** Works out one workspace against what its account and HCP Terraform hold. `undefined`: the person said no to an adoption. */
export async function workOut(
  store: ProjectStore,
  choices: Choices,
  analysed: AnalysedRoot,
  workspace: string,
): Promise<Target | undefined> {
  const { opened, target } = choices;
  const hcp = choices.hcp?.find(h => h.workspace.name === workspace);
  const binding = bindingChoices(choices, analysed, opened, workspace, hcp);
  if (opened === undefined) return { binding, prepared: undefined, hcp, variables: undefined };
  let prepared = await prepare(store, opened, binding, choices.adopt === true);
  const strange = prepared.plan.problems.find(
    p => p.code === 'role-not-ours' || p.code === 'role-of-another-workspace',
  );
  if (strange !== undefined) {
    if (!(await adoptionAllowed(strange))) return undefined;
    prepared = await prepare(store, opened, binding, true);
  }
  const wanted = prepared.desired.variables[0]?.variables ?? [];
  const variables = hcp === undefined ? undefined : planVariables(hcp.workspace, hcp.reading, wanted, target);
  return { binding, prepared, hcp, variables };
}

async function prepare(
  store: ProjectStore,
  opened: ChosenAccount,
  binding: BindingChoices,
  adopt: boolean,
): Promise<PreparedBinding> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Reading AWS account {0}', opened.caller.accountId),
      cancellable: true,
    },
    async (_progress, token) => {
      const prepared = await prepareBinding(
        opened,
        binding,
        {
          adopt,
          ownedByCode: store
            .all()
            .flatMap(r =>
              codeOwners(r.root, file => vscode.workspace.asRelativePath(vscode.Uri.parse(file, true), false)),
            ),
        },
        abortOn(token),
      );
      return unwrap(prepared);
    },
  );
}

async function adoptionAllowed(problem: Problem): Promise<boolean> {
  const adopt = vscode.l10n.t('Show the Changes to This Role');
  const answer = await vscode.window.showWarningMessage(
    problem.message,
    {
      modal: true,
      detail: vscode.l10n.t(
        'This extension did not make it. It can take it over: what would change in it is shown first, and nothing is changed without your yes. Or run the command again and choose other names.',
      ),
    },
    adopt,
  );
  return answer === adopt;
}

function bindingChoices(
  choices: Choices,
  analysed: AnalysedRoot,
  opened: ChosenAccount | undefined,
  workspace: string,
  hcp: GatheredWorkspace | undefined,
): BindingChoices {
  const { cloud } = analysed.root;
  const identity: WorkspaceIdentity = {
    kind: 'workspace',
    organization: unwrap(organizationName(choices.organization ?? '')),
    project: unwrap(projectName(hcp?.workspace.project.name ?? choices.project ?? '')),
    workspace: unwrap(workspaceName(workspace)),
  };
  const partition = opened?.caller.partition ?? 'aws';
  const permissions = (use: 'plan' | 'apply'): { attached: readonly string[]; inline?: PolicyJson } => {
    const policy = choices.policies?.[use];
    if (policy?.kind === 'managed') return { attached: [policy.arn.replace('PARTITION', partition)] };
    return { attached: [], ...(policy?.kind === 'inline' && { inline: policy.document }) };
  };
  return {
    ...(hcp !== undefined && { workspaceId: hcp.workspace.id }),
    hostname: unwrap(hostname(cloud.hostname.state === 'known' ? cloud.hostname.value : 'app.terraform.io')),
    workspaces: [identity],
    accountId: opened?.caller.accountId ?? unwrap(accountId(choices.account ?? '')),
    partition: unwrap(partitionName(partition)),
    audience: defaultAudience,
    roles: choices.roles ?? 'separate',
    ...(choices.tag !== undefined && { tag: unwrap(configurationTag(choices.tag)) }),
    path: choices.path ?? '/',
    // Names are of one workspace; several get their derived ones.
    names: (choices.workspaces ?? []).length > 1 ? {} : (choices.names ?? {}),
    ...(choices.boundary !== undefined && { boundaryArn: choices.boundary }),
    policies: { run: permissions('apply'), plan: permissions('plan'), apply: permissions('apply') },
  };
}
