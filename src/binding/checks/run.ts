import type { Check } from '../check';
import { readErrorText } from '../doctor/errorText';
import { failureMode } from '../failureModes';
import type { BindingFacts } from '../facts';

/** What the latest run tells. A log names symptoms, so this check is a warning; the other checks find causes. */
export function lastRun(facts: BindingFacts): readonly Check[] {
  if (facts.workspace.state === 'unknown') return [];
  const base = { id: 'last-run', title: 'Latest run', why: 'A run is the real proof of the setup.' } as const;
  if (facts.run.state === 'unknown') {
    return [{ ...base, state: 'unknown', evidence: [], why: facts.run.why, failureModes: [] }];
  }
  const run = facts.run.value;
  if (run === undefined)
    return [{ ...base, state: 'ok', evidence: ['The latest run did not end in an error.'], failureModes: [] }];
  const reading = readErrorText(run.errorText)[0];
  const mode = reading?.modes[0];
  return [
    {
      ...base,
      state: 'warning',
      evidence: [
        `Run ${run.id} ended in an error in its ${run.phase} phase.`,
        ...(reading === undefined || mode === undefined ? [] : [`${failureMode(mode).title}: ${reading.line}`]),
      ],
      nextStep: reading === undefined ? "Read the run's log." : 'Ask the doctor.',
      remedy: { kind: 'open-page', url: run.url },
      // The log speaks for its failure modes through the doctor, with its own weight; naming them here would count it twice.
      failureModes: [],
    },
  ];
}
