import { parseSubject } from '../../oidc/subject';
import { issuerOfWorkspace } from '../checks/arn';
import { trustedSubjects } from '../doctor/received';
import type { AccountFacts, RememberedNames, WorkspaceFacts } from '../facts';
import type { OwnValue } from '../../hcp/variables/read';
import type { JournalRun } from '../journal/journal';

/**
 * What the roles themselves remember of the names: their trust policies hold the names of the day when they were written, their tag
 * the workspace's id, which never changes. `undefined` where no role of ours is about this workspace.
 */
export function rememberedByRoles(account: AccountFacts, workspace: WorkspaceFacts): RememberedNames | undefined {
  for (const fact of account.roles.values()) {
    const role = fact.state === 'known' ? fact.value : undefined;
    if (role?.workspaceIdTag === undefined) continue;
    const trusted = trustedSubjects(role.trustPolicy, issuerOfWorkspace(workspace));
    // Names of before a rename may stand beside those of today: then nothing is missing.
    if (role.workspaceIdTag === workspace.id && trusted.some(({ value }) => namesToday(value, workspace)))
      return {
        workspaceId: workspace.id,
        projectId: undefined,
        organization: workspace.organization,
        project: workspace.project.name,
        workspace: workspace.name,
      };
    for (const { value } of trusted) {
      const parsed = parseSubject(value);
      const { organization = '', project = '', workspace: name = '' } = parsed?.segments ?? {};
      if (parsed?.kind !== 'workspace' || /[*?]/.test(organization + project + name) || project === '') continue;
      const same = role.workspaceIdTag === workspace.id;
      // Another workspace's role tells nothing, unless it is now trusted under this workspace's name.
      if (!same && (organization !== workspace.organization || name !== workspace.name)) continue;
      return { workspaceId: role.workspaceIdTag, projectId: undefined, organization, project, workspace: name };
    }
  }
  return undefined;
}

function namesToday(subject: string, { organization, project, name }: WorkspaceFacts): boolean {
  const parsed = parseSubject(subject);
  const { segments } = parsed ?? {};
  return (
    parsed?.kind === 'workspace' &&
    segments?.organization === organization &&
    segments.project === project.name &&
    segments.workspace === name
  );
}

/** The trust policy that was written last for a role, as the journals have it; undone writes don't count. */
export function writtenPolicies(runs: readonly JournalRun[]): (roleArn: string) => string | undefined {
  const byRole = new Map<string, string>();
  for (const run of runs) {
    for (const { change, state, undo } of run.steps) {
      if (change.kind !== 'iam' || state !== 'done') continue;
      const { RoleName: name, AssumeRolePolicyDocument: created, PolicyDocument: updated } = change.input;
      const policy =
        change.action === 'CreateRole' ? created : change.action === 'UpdateAssumeRolePolicy' ? updated : undefined;
      if (typeof name !== 'string' || typeof policy !== 'string') continue;
      const key = `${change.accountId}/${name.toLowerCase()}`;
      if (undo === 'undone' || undo === 'nothing') byRole.delete(key);
      else byRole.set(key, policy);
    }
  }
  return roleArn => {
    const match = /:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(roleArn);
    return match === null ? undefined : byRole.get(`${match[1] ?? ''}/${(match[2] ?? '').toLowerCase()}`);
  };
}

/** Values of variables as we wrote them last, by the version that the write made. `runs` oldest first. */
export function writtenValues(runs: readonly JournalRun[]): OwnValue {
  const byVersion = new Map<string, string>();
  for (const { change, state, ours, outcome } of runs.flatMap(run => run.steps)) {
    if (change.kind !== 'variable' || state !== 'done' || !ours || change.value === undefined) continue;
    if (typeof outcome !== 'object' || outcome === null || !('versionId' in outcome)) continue;
    const { id, versionId } = outcome as { readonly id?: unknown; readonly versionId?: unknown };
    if (typeof id === 'string' && typeof versionId === 'string') byVersion.set(`${id}\0${versionId}`, change.value);
  }
  return ({ id, versionId }) => (versionId === undefined ? undefined : byVersion.get(`${id}\0${versionId}`));
}
