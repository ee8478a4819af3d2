import { readErrorText } from '../doctor/errorText';
import { failureMode } from '../failureModes';
import { bindingRow } from './bindingRow';

/** What the latest run tells. A log names symptoms, so this check is a warning; the other checks find causes. */
export const lastRun = bindingRow({
  id: 'last-run',
  title: 'Latest run',
  reason: 'latest run failed',
  why: 'A run is the real proof of the setup.',
  failureModes: [],
  inProof: 'aside',
  refutes: [],
  run: ({ facts }) => {
    if (facts.workspace.state === 'unknown') return [];
    if (facts.run.state === 'unknown') {
      const nextStep = facts.run.nextStep ?? 'Use a token that may read the runs of the workspace and their logs.';
      return [{ state: 'unknown', evidence: [], why: facts.run.why, nextStep }];
    }
    const run = facts.run.value;
    if (run === undefined) {
      const none = facts.workspace.value.hasRun === false;
      return [{ state: 'ok', evidence: [none ? 'No run yet.' : 'The latest run did not end in an error.'] }];
    }
    const reading = readErrorText(run.errorText)[0];
    const mode = reading?.modes[0];
    return [
      {
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
  },
});
