import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../change';
import type { JournalRun, Step } from '../journal/journal';

/**
 * Would going on with a stopped run do what the preview shows, no more and no less? Only then may it be offered under the preview's
 * yes. The step in whose middle it stopped may be missing in the plan: it is done then, which going on finds out by itself.
 */
export function goesOnAsPlanned(run: JournalRun, planned: readonly Change[]): boolean {
  // An undo that was begun is finished by another undo.
  if (run.state === 'undoing' || run.state === 'undone' || run.state === 'complete') return false;
  const rest = run.steps.filter(s => s.state !== 'done');
  const [first] = rest;
  if (first === undefined) return false;
  return isPlanned(rest, planned) || (isUncertain(first) && isPlanned(rest.slice(1), planned));
}

const isUncertain = (step: Step): boolean =>
  step.state === 'intended' || (step.state === 'stopped' && step.effect === 'unknown');

function isPlanned(steps: readonly Step[], planned: readonly Change[]): boolean {
  return (
    steps.length > 0 &&
    isDeepStrictEqual(
      steps.map(s => plain(s.change)),
      planned.map(c => plain(c)),
    )
  );
}

/** As a journal keeps it: without what is undefined. */
const plain = (change: Change): unknown => JSON.parse(JSON.stringify(change));
