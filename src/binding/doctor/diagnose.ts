import type { Check } from '../check';
import { checkRow } from '../checks/rows';
import type { BindingFacts } from '../facts';
import { type ErrorReading, isWrapper, type OtherError, otherErrorsIn, readErrorText } from './errorText';
import { type FailureMode, type FailureModeId, failureMode } from '../failureModes';

/** One possible cause, with what speaks for it. */
export interface Diagnosis {
  readonly mode: FailureMode;
  /** 0 to 1; only the order matters to a reader. */
  readonly confidence: number;
  readonly evidence: readonly string[];
  /** The checks that found it, each with its remedy. */
  readonly checks: readonly Check[];
}

/**
 * Ranks the causes of a failing binding, most likely first. A cause is named only where something speaks for it: a check that is
 * wrong, an error text, or an event of CloudTrail. A check that is wrong outweighs a text, since one text has many causes; both
 * together outweigh everything.
 */
export function diagnose(facts: BindingFacts, checks: readonly Check[]): readonly Diagnosis[] {
  const scores = new Map<FailureModeId, { score: number; evidence: string[]; checks: Check[] }>();
  const add = (mode: FailureModeId, score: number, evidence: readonly string[], check?: Check): void => {
    const entry = scores.get(mode) ?? { score: 0, evidence: [], checks: [] };
    entry.score += score;
    for (const line of evidence) if (!entry.evidence.includes(line)) entry.evidence.push(line);
    if (check !== undefined && !entry.checks.includes(check)) entry.checks.push(check);
    scores.set(mode, entry);
  };

  for (const check of checks) {
    if (check.state !== 'wrong' && check.state !== 'warning') continue;
    check.failureModes.forEach((mode, i) => {
      add(mode, (check.state === 'wrong' ? 0.6 : 0.3) / (1 + i), check.evidence, check);
    });
  }
  const ruledOut = ruledOutBy(facts, checks);
  // Another cause is known: then a guess that the facts speak against is noise. With no cause at all it is still worth a line.
  const wrong = checks.some(c => c.state === 'wrong' && c.failureModes.length > 0);
  const readings = readingsOf(facts);
  const explained = new Set([...scores.keys()]);
  readings.forEach(({ reading, source }, i) => {
    const rank = 1 / (1 + i);
    // One text fits several causes: where a check has found one of them, the text speaks for that one.
    const found = reading.modes.filter(mode => explained.has(mode));
    for (const mode of found) add(mode, 0.5 * rank, [`${source}: ${reading.line}`]);
    if (found.length === 0)
      reading.modes.forEach((mode, k) => {
        const doubtful = ruledOut.has(mode);
        if (doubtful && wrong) return;
        add(mode, ((0.5 * rank) / (1 + 2 * k)) * (doubtful ? 0.3 : 1), [`${source}: ${reading.line}`]);
      });
  });
  timing(
    facts,
    readings.map(r => r.reading),
    add,
  );

  return [...scores]
    .map(([mode, { score, evidence, checks: found }]) => ({
      mode: failureMode(mode),
      confidence: Math.min(1, score),
      score,
      evidence,
      checks: found,
    }))
    .sort((a, b) => b.score - a.score || a.mode.number - b.mode.number)
    .map(({ score: _score, ...diagnosis }) => diagnosis);
}

/** Causes that the facts speak against, as far as they are known. */
function ruledOutBy(facts: BindingFacts, checks: readonly Check[]): ReadonlySet<FailureModeId> {
  const out = new Set<FailureModeId>(
    [...new Set(checks.map(c => c.id))]
      .filter(id => checks.every(c => c.id !== id || c.state === 'ok'))
      .flatMap(id => checkRow(id).refutes),
  );
  if (facts.workspace.state === 'known' && facts.workspace.value.executionMode !== 'agent') out.add('agent');
  // With no tag on either side there is nothing that could not fit together.
  const configured = checks.filter(c => c.id === 'enabled');
  if (
    configured.length > 0 &&
    configured.every(c => (c.configuration ?? 'default') === 'default') &&
    facts.code !== undefined
  )
    if (!checks.some(c => c.id === 'tags-and-aliases' && c.state !== 'ok')) out.add('tags-and-aliases');
  return out;
}

function readingsOf(facts: BindingFacts): readonly { reading: ErrorReading; source: string }[] {
  const run = facts.run.state === 'known' ? facts.run.value : undefined;
  const pasted = facts.pastedError === undefined ? [] : causesIn(facts.pastedError);
  const logged = run === undefined ? [] : causesIn(run.errorText);
  return [
    ...pasted.map(reading => ({ reading, source: 'Your text' })),
    ...logged.map(reading => ({ reading, source: `Run ${run?.id ?? ''} (${run?.phase ?? ''})` })),
  ];
}

/** The errors in the pasted text and in the run's log that are no failure of dynamic credentials. */
export function otherErrors(facts: BindingFacts): readonly OtherError[] {
  const run = facts.run.state === 'known' ? facts.run.value : undefined;
  const found = [facts.pastedError ?? '', run?.errorText ?? ''].flatMap(otherErrorsIn);
  return found.filter((error, i) => found.findIndex(o => o.code === error.code) === i);
}

/** What a text tells. Where it names the cause, the sentences around it (which fit a dozen causes) say nothing more. */
function causesIn(text: string): readonly ErrorReading[] {
  const readings = readErrorText(text);
  const causes = readings.filter(reading => !isWrapper(reading));
  return causes.length > 0 ? causes : readings;
}

/** IAM is eventually consistent: a refusal within this time after a role was made may just be early. */
const settling = 2 * 60_000;

function timing(
  facts: BindingFacts,
  readings: readonly ErrorReading[],
  add: (mode: FailureModeId, score: number, evidence: readonly string[]) => void,
): void {
  const run = facts.run.state === 'known' ? facts.run.value : undefined;
  if (run === undefined || facts.account.state === 'unknown') return;
  if (!readings.some(reading => reading.modes.includes('just-created'))) return;
  for (const role of facts.account.value.roles.values()) {
    if (role.state === 'unknown' || role.value?.createdAt === undefined) continue;
    const age = run.at - role.value.createdAt;
    if (age >= -settling && age < settling) {
      add('just-created', 0.4, [`Role ${role.value.name} was created ${agesApart(age)} the run.`]);
    }
  }
}

/** Clocks of two services differ a little, so that a role can look younger than its run. */
function agesApart(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  const word = milliseconds < 0 ? 'after' : 'before';
  if (seconds === 0) return `just ${word}`;
  return seconds === 1 ? `1 second ${word}` : `${seconds} seconds ${word}`;
}
