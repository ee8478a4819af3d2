import type { Problem } from '../../core/problem';
import { type Change, lossesOf } from '../change';
import type { WorkspaceFacts } from '../facts';
import type { PermissionSources } from '../gather/permissionSources';
import type { CodeOwner } from '../plan/model';
import type { CheckedMember, OpenedAccount, SetupMember, StoppedRun } from './model';
import type { PlanView } from './view';

/** What a remedy is planned from: a reading of a moment ago, and the account. */
export interface RemedyGround {
  readonly member: SetupMember;
  readonly checked: CheckedMember;
  readonly workspace: WorkspaceFacts;
  /** Undefined where no profile was chosen: then only variables can be put right. */
  readonly opened: OpenedAccount | undefined;
  readonly permissions: PermissionSources;
  readonly ownedByCode: readonly CodeOwner[];
}

/** A change plan of its own kind: the smallest changes that put some checks right. */
export interface RemedyPlan {
  readonly ground: RemedyGround;
  readonly subject: string;
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
  readonly stopped: StoppedRun | undefined;
}

/** The plan of a remedy as surfaces show it. */
export function remedyView({ ground: { opened, workspace }, changes, notes, problems, stopped }: RemedyPlan): PlanView {
  const caller = opened?.caller;
  const { organization, project, name } = workspace;
  return {
    account: {
      id: caller?.accountId ?? '',
      partition: caller?.partition ?? '',
      caller: caller?.arn ?? '',
      root: caller?.root === true,
    },
    bindings: [
      {
        workspaces: [{ hostname: workspace.hostname, organization, project: project.name, name }],
        provider: undefined,
        roles: [],
        changes,
        removals: [],
        notes,
        drift: [],
        problems,
        variables: [],
        stopped: stopped?.where,
      },
    ],
    code: [],
    problems,
    irreversible: lossesOf(changes),
  };
}
