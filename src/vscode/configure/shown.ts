import { type BindingChoices, desiredBinding, proofRows } from '../../binding/desired/choices';
import type { DesiredBinding } from '../../binding/desired/desired';
import type { SetupPlan } from '../../binding/setup';
import { refused, type ShownRole, type ShownTarget } from '../../board/page/setup';
import { unwrap } from '../../core/problem';
import type { Location } from '../../core/text';
import { pretty } from '../../iam/policy/document';
import { needLines } from './codePolicy';
import type { SetupSession } from './session';

/** What a plan comes to for each workspace, as the page shows it. */
export const shownTargets = (plan: SetupPlan): readonly ShownTarget[] =>
  plan.groups.map(({ prepared, members }) =>
    shownTarget(
      prepared.choices,
      prepared.desired,
      members.some(m => 'notAsked' in m.hcp),
    ),
  );

/** The same where no account is asked: policies to take from the page, and nothing to write. */
export const shownWithoutAccount = (choices: BindingChoices): ShownTarget =>
  shownTarget(choices, unwrap(desiredBinding(choices)), true);

function shownTarget(choices: BindingChoices, desired: DesiredBinding, byHand: boolean): ShownTarget {
  const [identity] = choices.identities;
  if (identity?.kind !== 'workspace') throw new Error('a setup needs a workspace');
  return {
    hostname: choices.hostname,
    organization: identity.organization,
    project: identity.project,
    workspace: identity.workspace,
    roles: desired.account.roles.map((role): ShownRole => ({
      name: role.name,
      use: role.use,
      trustPolicy: pretty(role.trustPolicy),
      proof: proofRows(role, choices, identity).map(row => ({
        who: row.who,
        answer: answers[row.evaluation.decision],
        holds: row.holds,
      })),
    })),
    toSet: byHand ? (desired.variables[0]?.variables ?? []).map(({ key, value }) => ({ key, value })) : [],
  };
}

const answers = { allow: 'gets in', deny: refused, undecided: 'cannot be told' } as const;

/** The lines of code that need each policy that is written, by the change's id. */
export function neededBy(
  plan: SetupPlan,
  session: Pick<SetupSession, 'codeOf'>,
  place: (location: Location) => string,
): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, readonly string[]>();
  for (const { changes, prepared } of plan.groups)
    for (const change of changes) {
      if (change.kind !== 'iam' || change.action !== 'PutRolePolicy') continue;
      const role = prepared.plan.roles.find(r => r.name === change.input['RoleName']);
      const code = role === undefined ? undefined : session.codeOf(role.use);
      if (code !== undefined) out.set(change.id, needLines(code.needs, place));
    }
  return out;
}
