import type { RunProof } from './planOnlyRun';

/** How a plan-only run ended, in the same words for the terminal and the editor; they follow "acme/prod: ". */
export const runWords: Readonly<Record<RunProof['state'], string>> = {
  proven: 'proven by a plan-only run',
  unproven: 'the plan got through, but the setup is unproven',
  failed: 'the plan-only run ended in an error',
  cancelled: 'the plan-only run was cancelled',
  waiting: 'the plan-only run waits for a decision in HCP Terraform',
  running: 'the plan-only run still goes on; it is no longer followed',
};
