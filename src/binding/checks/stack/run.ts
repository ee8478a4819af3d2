import { readErrorText } from '../../doctor/errorText';
import { failureMode } from '../../failureModes';
import { lastRun } from '../lastRun';
import { stackRow } from './underCheck';

/** What the latest run of the deployment tells, by its steps and their diagnostics. */
export const stackLastRun = stackRow({
  ...lastRun,
  run: ({ run, wiring }) => {
    const base = { configuration: wiring.deployment.name, failureModes: [] };
    if (run === undefined) return [];
    if (run.state === 'unknown') {
      const nextStep = run.nextStep ?? 'Use a token that may read the Stack and its deployment runs.';
      return [{ ...base, state: 'unknown', evidence: [], why: run.why, nextStep }];
    }
    if (run.value === undefined) return [{ ...base, state: 'ok', evidence: ['No run of this deployment yet.'] }];
    const { id, status, errors, steps } = run.value;
    const failed = steps.filter(s => s.status === 'failed').map(s => s.operation);
    if (failed.length === 0) {
      const done = steps.filter(s => s.status === 'completed').map(s => s.operation);
      const what = done.length === 0 ? '' : `; completed: ${done.join(', ')}`;
      return [{ ...base, state: 'ok', evidence: [`Deployment run ${id}: ${status.replaceAll('_', ' ')}${what}.`] }];
    }
    const reading = readErrorText(errors)[0];
    const mode = reading?.modes[0];
    return [
      {
        ...base,
        state: 'warning',
        evidence: [
          `Deployment run ${id} ended in an error in its ${failed.join(' and ')}.`,
          ...(reading === undefined || mode === undefined ? [] : [`${failureMode(mode).title}: ${reading.line}`]),
        ],
        nextStep: reading === undefined ? 'Read the diagnostics of the run.' : 'Ask the doctor.',
      },
    ];
  },
});
