import type { ApplyResult } from '../apply/apply';
import type { VariableChange } from '../change';
import { hasEffects, type JournalRun, type Step } from '../journal/journal';
import type { Problem } from '../../core/problem';
import { type ConfigurationFacts, phases } from '../facts';
import { fullName, kindOf } from '../place';
import type { PlannedGroup, SetupMember } from './model';

/** Where a setup stands that ended in the middle: told from what was read before it and what its journals say since. */
export interface Standing {
  readonly done: number;
  readonly total: number;
  /** Nothing of it took effect: there is nothing to go back from. */
  readonly unchanged: boolean;
  /** Undefined: it was cancelled. */
  readonly problem: Problem | undefined;
  /** Which AWS credentials runs of each workspace have now, one sentence each. */
  readonly credentials: readonly string[];
}

export function standingOf(
  groups: readonly PlannedGroup[],
  result: Pick<ApplyResult, 'done' | 'total' | 'problem'>,
  runs: readonly JournalRun[],
): Standing {
  const steps = runs.flatMap(run => run.steps);
  return {
    done: result.done,
    total: result.total,
    unchanged: !runs.some(hasEffects),
    problem: result.problem,
    credentials: groups.flatMap(g => g.members.map(m => credentialsNow(m, g.choices.tag, steps))),
  };
}

/** A variable as it is now: as it was read, unless a write to it was sent since. */
type Now = 'kept' | 'written' | 'removed' | 'unknown';

function nowOf(steps: readonly Step[], fits: (change: VariableChange) => boolean): Now {
  let now: Now = 'kept';
  for (const { change, state, effect } of steps) {
    if (change.kind !== 'variable' || !fits(change) || state === 'pending') continue;
    if (state === 'done') now = change.action === 'delete' ? 'removed' : 'written';
    else if (state === 'intended' || effect === 'unknown') now = 'unknown';
  }
  return now;
}

/** Is it a write to a variable of this workspace, or of a variable set that reaches it? */
function reaches({ change }: Step, { hcp }: SetupMember): boolean {
  if (change.kind !== 'variable' || 'notAsked' in hcp) return false;
  const { scope } = change;
  const { workspace, source } = hcp.reading;
  if (scope.type === 'workspace') return workspace.state === 'known' && workspace.value.id === scope.id;
  return source?.reading.all.some(v => v.origin.from === 'varset' && v.origin.id === scope.id) === true;
}

function credentialsNow(member: SetupMember, tag: string | undefined, all: readonly Step[]): string {
  const name = fullName(member.place);
  if (kindOf(member.place) === 'stack')
    return `Runs of ${name} have the credentials that the code which HCP Terraform has of the Stack gives them; what is written here counts once it is pushed.`;
  const steps = all.filter(s => reaches(s, member));
  const variables = 'notAsked' in member.hcp ? undefined : member.hcp.reading.variables;
  if (variables === undefined)
    return `Which AWS credentials runs of ${name} have is not known: HCP Terraform was not asked.`;
  if (variables.state === 'unknown') return `Which AWS credentials runs of ${name} have is not known: ${variables.why}`;
  const statics = variables.value.staticCredentials.map(v => ({
    key: v.key,
    now: nowOf(steps, c => c.key === v.key && c.category === v.category),
  }));
  const uncertain = statics.filter(s => s.now === 'unknown').map(s => s.key);
  if (uncertain.length > 0) return `Whether ${uncertain.join(', ')} of ${name} was removed is not known.`;
  const kept = statics.filter(s => s.now === 'kept').map(s => s.key);
  if (kept.length > 0)
    return `The static credentials of ${name} (${kept.join(', ')}) are still in place, and its runs use them.`;
  return roleNow(name, variables.value.configurations, tag, steps);
}

function roleNow(
  name: string,
  configurations: readonly ConfigurationFacts[],
  tag: string | undefined,
  steps: readonly Step[],
): string {
  const suffix = tag === undefined ? '' : `_${tag}`;
  const before = configurations.find(c => c.tag === tag);
  const on = nowOf(steps, c => c.key === `TFC_AWS_PROVIDER_AUTH${suffix}`);
  if (on === 'unknown')
    return `Whether dynamic credentials of ${name} are on is not known: the reply to the last write was lost.`;
  const isOn = on === 'written' || (on === 'kept' && before?.enabled === 'yes');
  if (!isOn) return `Runs of ${name} have no AWS credentials in its variables, as before.`;
  const written = steps.some(
    ({ change, state }) => change.kind === 'variable' && state === 'done' && /_ROLE_ARN/.test(change.key),
  );
  const arns = [...new Set(phases.flatMap(p => (before?.roles[p].state === 'set' ? [before.roles[p].arn] : [])))];
  if (written || arns.length === 0) return `Runs of ${name} use the role that was set up.`;
  return `Runs of ${name} use the role that they had (${arns.join(', ')}).`;
}
