import { ProblemError } from '../../core/problem';
import {
  ask,
  confirmAccount,
  type JournaledResult,
  type OpenedAccount,
  type Surface,
  type UseCaseServices,
  stoppedRun,
  undoingProblem,
  writeJournaled,
} from '../setup';
import type { IamChange } from '../change';

export type ShrinkState = 'nothing' | 'declined' | 'stopped' | 'done';

/** The smaller policies as one journaled run with one yes; "undo" brings the former text back, byte for byte. */
export async function carryOutShrinking(
  role: string,
  changes: readonly IamChange[],
  opened: OpenedAccount,
  services: UseCaseServices,
  surface: Surface,
): Promise<{ readonly state: ShrinkState; readonly written: JournaledResult | undefined }> {
  if (changes.length === 0) return { state: 'nothing', written: undefined };
  const { accountId, root } = opened.caller;
  const answer = await ask(surface, 'write', { accountId, root, roles: [role], workspaces: [], changes, stopped: [] });
  if (answer === 'no') return { state: 'declined', written: undefined };
  await confirmAccount(opened, surface);
  const subject = `aws-role/${role}@${accountId}`;
  const stopped = await stoppedRun(services, subject, changes);
  if (stopped?.run.state === 'undoing') throw new ProblemError(undoingProblem(stopped.run));
  const written = await writeJournaled(
    {
      stage: 'write',
      subject,
      title: `Make the permissions of role ${role} smaller`,
      workspaces: [],
      changes,
      opened,
      seen: stopped?.run,
      goOn: stopped?.asPlanned === true,
    },
    services,
    surface,
  );
  return { state: written.state === 'complete' ? 'done' : 'stopped', written };
}
