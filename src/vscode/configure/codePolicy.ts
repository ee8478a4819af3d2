import type { PolicyJson } from '../../binding/desired/desired';
import { holdsNotAsked, readHolds, together } from '../../binding/gather/holds';
import {
  type PermissionSources,
  permissionSources,
  type WantedPermissions,
} from '../../binding/gather/permissionSources';
import { policyNotes } from '../../binding/gather/policyNotes';
import type { Location } from '../../core/text';
import { isAbort } from '../../core/problem';
import type { Need } from '../../iam/needs/need';
import { permissionFile } from '../../node/permissionFiles';
import type { Choices, PolicyChoice } from './choices';

/** A policy for what runs need, with the lines that need it. */
export interface CodePolicy {
  readonly choice: PolicyChoice & { readonly kind: 'inline' };
  /** In one sentence: how much it holds, and of what nothing is known. */
  readonly summary: string;
  readonly needs: readonly Need[];
  /** With the names of what exists, which only the state has, it could get smaller too. */
  readonly readsState: boolean;
}

/** Policies for what runs need: of the code, of what the workspaces hold, and of the code that was applied last. */
export class CodePolicies {
  private readonly sources: PermissionSources = permissionSources(permissionFile);

  /**
   * Reads what the workspaces hold, so that a policy is not made smaller than what runs still refresh and delete. `consent`: to read the
   * state, which holds secrets; types, names and ARNs alone are kept, in memory.
   */
  async readHolds(choices: Choices, consent: boolean, signal: AbortSignal): Promise<void> {
    const workspaces = choices.hcp ?? [];
    if (choices.analysed === undefined || choices.opened === undefined || workspaces.length === 0) return;
    // What one of them holds is not known: a policy for all would be too small for it.
    if (workspaces.length < (choices.workspaces ?? []).length) return;
    const switches = (type: string): readonly string[] => this.sources.switches(type);
    try {
      const all = [];
      for (const { client, kept, workspace } of workspaces)
        all.push(
          await readHolds({ client: client.keeping(kept), workspaceId: workspace.id, consent, switches }, signal),
        );
      choices.holds = together(all);
    } catch (error) {
      // Stopped: what is there is not known, and nothing is taken away.
      if (!isAbort(error)) throw error;
    }
  }

  /** `undefined`: nothing is needed, or it fits in no role. */
  of(choices: Choices, phase: 'plan' | 'apply'): CodePolicy | undefined {
    const { analysed, opened } = choices;
    if (analysed === undefined || opened === undefined) return undefined;
    const { partition, accountId } = opened.caller;
    const holds = choices.holds ?? notRead(choices);
    const wanted = this.sources.needs(analysed.root, holds, phase, { partition, accountId });
    const [policy, ...more] = wanted.permissions.fit.policies;
    if (policy === undefined || more.length > 0 || policy.Statement.length === 0) return undefined;
    const document: PolicyJson = { ...policy };
    const notes = policyNotes(wanted, this.sources, analysed.root);
    const additions = wanted.additionsOnly === undefined ? {} : { additions: policy };
    return {
      choice: { kind: 'inline', document, from: 'the code', generated: true, notes, ...additions },
      summary: summary(wanted),
      needs: wanted.permissions.needs,
      readsState: wanted.additionsOnly !== undefined && choices.holds?.state === 'known',
    };
  }
}

const notRead = (choices: Choices): ReturnType<typeof holdsNotAsked> =>
  holdsNotAsked(
    choices.hcpProblem ?? 'What the workspace holds was not read.',
    'Sign in to HCP Terraform, then configure again.',
  );

function summary({ permissions: { policy }, unmapped, additionsOnly }: WantedPermissions): string {
  const actions = new Set(policy.Statement.flatMap(s => s.Action)).size;
  const statements = policy.Statement.length === 1 ? '1 statement' : `${policy.Statement.length} statements`;
  const known = `${actions === 1 ? '1 action' : `${actions} actions`} in ${statements}, each with the line that needs it.`;
  const types = unmapped.length === 0 ? '' : ` Nothing is known of ${unmapped.join(', ')}: add what they need.`;
  return `${known}${types}${additionsOnly === undefined ? '' : ' A role that exists only gets more.'}`;
}

/** For each piece of code the permissions that it needs: "aws_s3_bucket.assets, main.tf:25: s3:CreateBucket, …". */
export function needLines(needs: readonly Need[], place: (location: Location) => string): readonly string[] {
  const byPlace = new Map<string, Set<string>>();
  for (const need of needs) {
    const key = `${need.address}, ${place(need.location)}`;
    const actions = byPlace.get(key) ?? new Set<string>();
    actions.add(need.action);
    byPlace.set(key, actions);
  }
  return [...byPlace].map(([where, actions]) => `${where}: ${[...actions].sort().join(', ')}`);
}
