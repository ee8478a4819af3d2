import * as vscode from 'vscode';
import type { BindingChoices } from '../../binding/desired/choices';
import type { Change } from '../../binding/change';
import type { PolicyJson } from '../../binding/desired/desired';
import { codeOwners } from '../../binding/gather/code';
import { planVariables, type VariablePlan } from '../../binding/plan/variables';
import { prepareBinding, type PreparedBinding } from '../../binding/plan/prepare';
import { unwrap } from '../../core/problem';
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
import { withProgress } from '../progress';
import type { Previews } from '../preview';
import type { AnalysedRoot, ProjectStore } from '../projectStore';
import { GoBack, pick } from '../steps';
import { changesOfRole, type StrangeRole, strangeRoles } from '../../binding/setup/adoption';
import { type Choices, type GatheredWorkspace, policiesOf, rolesOf } from './choices';

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

/** Can the setup be proven at all? Only where both sides of every workspace were read. */
export const isProvable = (targets: readonly Target[]): boolean =>
  targets.length > 0 && targets.every(t => t.prepared !== undefined && t.hcp !== undefined);

export const titleOf = (targets: readonly Pick<Target, 'binding'>[]): string =>
  targets.map(t => t.binding.workspaces[0]?.workspace ?? '').join(', ');

/** Works out one workspace against what its account and HCP Terraform hold. `undefined`: the person did not give a role away. */
export async function workOut(
  services: { readonly store: ProjectStore; readonly previews: Previews },
  choices: Choices,
  analysed: AnalysedRoot,
  workspace: string,
): Promise<Target | undefined> {
  const { store, previews } = services;
  const { opened, target } = choices;
  const hcp = choices.hcp?.find(h => h.workspace.name === workspace);
  const binding = bindingChoices(choices, analysed, opened, workspace, hcp);
  if (opened === undefined) return { binding, prepared: undefined, hcp, variables: undefined };
  let prepared = await prepare(store, opened, binding, false);
  if (strangeRoles(prepared).length > 0) {
    // With the names as they were settled, so that a yes to one role is none to another.
    const adopted = await prepare(store, opened, prepared.choices, true);
    for (const strange of strangeRoles(prepared)) {
      if (!(await mayTakeOver(previews, strange, changesOfRole(adopted, strange.name)))) return undefined;
    }
    prepared = adopted;
  }
  const wanted = prepared.desired.variables[0]?.variables ?? [];
  const variables = hcp === undefined ? undefined : planVariables(hcp.workspace, hcp.reading, wanted, target);
  // The names may have been told apart from those of another workspace.
  return { binding: prepared.choices, prepared, hcp, variables };
}

async function prepare(
  store: ProjectStore,
  opened: ChosenAccount,
  binding: BindingChoices,
  adopt: boolean,
): Promise<PreparedBinding> {
  return withProgress(vscode.l10n.t('Reading AWS account {0}', opened.caller.accountId), async signal => {
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
      signal,
    );
    return unwrap(prepared);
  });
}

/** Each role that somebody else made is shown with its own differences, and has its own yes. */
async function mayTakeOver(previews: Previews, role: StrangeRole, changes: readonly Change[]): Promise<boolean> {
  const what =
    role.madeFor === undefined
      ? vscode.l10n.t('Role {0} was not made by this extension', role.name)
      : vscode.l10n.t('Role {0} was made for the workspace {1}', role.name, role.madeFor);
  await previews.showChanges(what, changes);
  try {
    return await pick(
      {
        title: what,
        placeholder: vscode.l10n.t('Read the differences; nothing has been changed yet'),
        items: [
          {
            value: true,
            label: vscode.l10n.t('$(check) Take Over Role {0}', role.name),
            detail:
              changes.length === 1
                ? vscode.l10n.t('1 change to it. It is shown once more with all others, before the yes that counts.')
                : vscode.l10n.t(
                    '{0} changes to it. They are shown once more with all others, before the yes that counts.',
                    changes.length,
                  ),
          },
          {
            value: false,
            label: vscode.l10n.t('$(arrow-left) Leave It Alone'),
            detail: vscode.l10n.t('Back to the questions: choose other roles or names.'),
          },
        ],
        current: undefined,
      },
      { step: undefined, canGoBack: true },
    );
  } catch (error) {
    if (error instanceof GoBack) return false;
    throw error;
  }
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
  const { roles, names, path, tag, boundary } = rolesOf(choices);
  const permissions = (use: 'plan' | 'apply'): { attached: readonly string[]; inline?: PolicyJson } => {
    const policy = policiesOf(choices)[use];
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
    roles,
    ...(tag !== undefined && { tag: unwrap(configurationTag(tag)) }),
    path,
    names,
    ...(boundary !== undefined && { boundaryArn: boundary }),
    policies: { run: permissions('apply'), plan: permissions('plan'), apply: permissions('apply') },
  };
}
