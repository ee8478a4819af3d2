import { parseRoleArn } from '../../binding/checks/arn';
import { machineOf } from './machine';
import type { VariableChange } from '../../binding/change';
import { type BindingFacts, phases, type WorkspaceFacts } from '../../binding/facts';
import { gatherBinding, type GatheredBinding } from '../../binding/gather/binding';
import { writtenValues } from '../../binding/gather/memory';
import { readJournals } from '../../binding/journal/journal';
import type { CodePlan } from '../../binding/plan/code';
import type { HcpClient } from '../../hcp/client/client';
import { lintRoot } from '../../lint/lint';
import { journals, type PlannedBinding } from './binding';
import type { BindingRequest } from './bindingOptions';
import type { Target } from './bindings';
import { fetchOf } from './http';
import type { CliContext } from '../command';

/** A workspace as it was before anything was written. */
export interface ReadTarget {
  readonly target: Target;
  readonly client: HcpClient;
  readonly before: GatheredBinding;
  readonly workspace: WorkspaceFacts;
}

/** Workspaces that get the same roles: mostly one. */
export interface ConfiguredGroup {
  readonly members: readonly ReadTarget[];
  readonly request: BindingRequest;
}

export async function gatherFor(
  context: CliContext,
  target: Target,
  client: HcpClient,
  planned: PlannedBinding | undefined,
  journal: string,
): Promise<GatheredBinding> {
  return gatherBinding(
    {
      ...target,
      code:
        target.root === undefined
          ? undefined
          : { root: target.root, findings: lintRoot(target.root, { environment: context.env }) },
      client,
      account: planned ?? { missing: 'The account is read with the plan.' },
      ...(planned && { fetch: fetchOf(context) }),
      // Role ARNs that were written into sensitive variables can't be read, but the journal knows them.
      ownValue: writtenValues(await readJournals(journals(journal))),
      machine: await machineOf(context),
      now: Date.now(),
    },
    context.signal,
  );
}

export const unique = <T extends { readonly id: string }>(changes: readonly T[]): readonly T[] => [
  ...new Map(changes.map(c => [c.id, c])).values(),
];

/** Tags of the native configurations that a workspace has already. */
export function tagsOf(facts: BindingFacts): readonly string[] {
  if (facts.variables.state === 'unknown') return [];
  return facts.variables.value.configurations.flatMap(c =>
    c.backing === 'native' && c.tag !== undefined && c.enabled !== 'no' ? [c.tag] : [],
  );
}

/** What a person should know before saying yes. */
export function notesOf({ before: { facts }, workspace }: ReadTarget, planned: PlannedBinding): readonly string[] {
  const { accountId } = planned.caller;
  const arns =
    facts.variables.state === 'unknown'
      ? []
      : facts.variables.value.configurations
          .filter(c => c.tag === planned.choices.tag)
          .flatMap(c => phases.flatMap(p => (c.roles[p].state === 'set' ? [c.roles[p].arn] : [])));
  const elsewhere = [...new Set(arns.flatMap(arn => parseRoleArn(arn)?.accountId ?? []))].filter(a => a !== accountId);
  return [
    ...elsewhere.map(
      other =>
        `Workspace ${workspace.name} uses roles of account ${other} today; this profile belongs to account ${accountId}. Its runs will work in the other account from then on.`,
    ),
    ...(workspace.executionMode === 'local'
      ? [
          `Runs of ${workspace.name} execute on your machine (execution mode "local"): HCP Terraform delivers neither these variables nor the role there${facts.local === undefined ? '' : `, and the AWS provider takes ${facts.local.source}`}. They take effect once the mode is remote or agent.`,
        ]
      : []),
  ];
}

export function codeChangeJson(change: CodePlan['changes'][number]): object {
  const { id, kind, title, file, before, after, destructive, undoable, undoNote } = change;
  return { id, kind, title, file, before, after, destructive, undoable, ...(undoNote !== undefined && { undoNote }) };
}

export function changeJson(change: VariableChange): object {
  return {
    id: change.id,
    kind: change.kind,
    action: change.action,
    title: change.title,
    scope: change.scope,
    key: change.key,
    category: change.category,
    before: change.before ?? null,
    after: change.after ?? null,
    destructive: change.destructive,
    undoable: change.undoable,
    ...(change.undoNote !== undefined && { undoNote: change.undoNote }),
  };
}
