import type { Problem } from '../../core/problem';
import { type Change, type CodeChange, lossesOf, type VariableChange } from '../change';
import type { Drift } from '../plan/model';
import type { AccountPlan } from '../plan/model';
import type { SetupPlan } from './model';
import { nameOf, placeOf } from '../place';

/** A plan as a surface shows it: plain data without clients. */
export interface PlanView {
  readonly account: {
    readonly id: string;
    readonly partition: string;
    readonly caller: string;
    readonly root: boolean;
  };
  readonly bindings: readonly {
    readonly workspaces: readonly {
      readonly hostname: string;
      readonly organization: string;
      readonly project: string;
      readonly name: string;
    }[];
    /** Undefined where the change is not about the whole setup. */
    readonly provider: AccountPlan['provider'] | undefined;
    readonly roles: AccountPlan['roles'];
    /** Before the proof, in their order. */
    readonly changes: readonly Change[];
    /** After the proof, each with a question of its own. */
    readonly removals: readonly VariableChange[];
    readonly notes: readonly string[];
    readonly drift: readonly Drift[];
    readonly problems: readonly Problem[];
    /** Environment variables that the workspaces need. */
    readonly variables: readonly { readonly workspace: string; readonly key: string; readonly value: string }[];
    readonly stopped: string | undefined;
  }[];
  /** After the proof. */
  readonly code: readonly CodeChange[];
  readonly problems: readonly Problem[];
  /** What can't be taken back, one sentence each. */
  readonly irreversible: readonly string[];
}

export function planView({ opened: { caller }, groups, code, problems }: SetupPlan): PlanView {
  const all: readonly Change[] = [...groups.flatMap(g => [...g.changes, ...g.removals]), ...(code?.changes ?? [])];
  return {
    account: { id: caller.accountId, partition: caller.partition, caller: caller.arn, root: caller.root },
    bindings: groups.map(({ prepared, changes, removals, notes, variables, stopped }) => ({
      workspaces: prepared.choices.identities.map(i => ({
        hostname: prepared.choices.hostname,
        organization: i.organization,
        project: i.kind === 'module-test' ? '' : i.project,
        name: nameOf(placeOf(i, prepared.choices.hostname)),
      })),
      provider: prepared.plan.provider,
      roles: prepared.plan.roles,
      changes,
      removals,
      notes: [...notes, ...prepared.plan.notes],
      drift: prepared.plan.drift,
      problems: [...prepared.plan.problems, ...variables.problems],
      variables: prepared.desired.variables.flatMap(set =>
        set.variables.map(({ key, value }) => ({ workspace: set.scope.name, key, value })),
      ),
      stopped: stopped?.where,
    })),
    code: code?.changes ?? [],
    problems,
    irreversible: lossesOf(all),
  };
}
