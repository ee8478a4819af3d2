import type { Document } from './documents';
import type { HcpState, PlanFile, RunState, StateFile, WorkspaceState } from './state';

/** What the server tells of a workspace's state: without its values, and with them to those who may see them. */

const instancesIn = (file: StateFile | undefined): StateFile['resources'][number]['instances'] =>
  (file?.resources ?? []).flatMap(r => r.instances);

/** https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspace-resources: types and addresses, no values. */
export function resourceDocuments(workspace: WorkspaceState): readonly Document[] {
  return (workspace.stateFile?.resources ?? [])
    .filter(r => r.mode === 'managed')
    .flatMap(resource =>
      resource.instances.map((instance, i): Document => {
        const base = `${resource.module === undefined ? '' : `${resource.module}.`}${resource.type}.${resource.name}`;
        const key = instance.index_key;
        return {
          id: `wsr-${workspace.id.slice(3)}-${resource.type}-${resource.name}-${i}`,
          type: 'resources',
          attributes: {
            address: key === undefined ? base : `${base}[${JSON.stringify(key)}]`,
            name: resource.name,
            module: resource.module ?? 'root',
            provider: resource.type.startsWith('aws_') ? 'hashicorp/aws' : 'hashicorp/random',
            'provider-type': resource.type,
            'modified-by-state-version-id': stateVersionId(workspace),
            'name-index': key === undefined ? null : String(key),
          },
        };
      }),
    );
}

const stateVersionId = (workspace: WorkspaceState): string => workspace.id.replace('ws-', 'sv-');

export const workspaceOfStateVersion = (state: HcpState, id: string): WorkspaceState | undefined =>
  state.workspaces.find(w => stateVersionId(w) === id);

/** https://developer.hashicorp.com/terraform/cloud-docs/api-docs/state-versions; the URL is of the host itself, and wants the token. */
export function stateVersionDocument(workspace: WorkspaceState, origin: string): Document {
  const id = stateVersionId(workspace);
  return {
    id,
    type: 'state-versions',
    attributes: {
      size: JSON.stringify(workspace.stateFile).length,
      'hosted-state-download-url': `${origin}/api/state-versions/${id}/hosted_state`,
      'hosted-json-state-download-url': null,
      'resources-processed': true,
      serial: instancesIn(workspace.stateFile).length,
      status: 'finalized',
    },
  };
}

/** A plan as it is downloaded: without the sensitive values, unless somebody may see them. */
export function planOf(run: RunState, full: boolean): PlanFile | undefined {
  if (run.plan === undefined || full) return run.plan;
  const changes = run.plan.resource_changes.map(resource => {
    const { before, after, before_sensitive: old = {}, after_sensitive: fresh = {} } = resource.change;
    return { ...resource, change: { ...resource.change, before: without(before, old), after: without(after, fresh) } };
  });
  return { ...run.plan, resource_changes: changes };
}

const without = (values: object | null, sensitive: object): object | null =>
  values === null
    ? null
    : Object.fromEntries(Object.entries(values).map(([name, value]) => [name, name in sensitive ? null : value]));
