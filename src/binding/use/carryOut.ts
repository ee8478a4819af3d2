import {
  ask,
  confirmAccount,
  type JournaledResult,
  type OpenedAccount,
  type Surface,
  type UseCaseServices,
  writeAgreed,
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
  const title = `Make the permissions of role ${role} smaller`;
  const run = { subject: `aws-role/${role}@${accountId}`, title, changes, opened };
  const written = await writeAgreed(run, services, surface);
  return { state: written.state === 'complete' ? 'done' : 'stopped', written };
}
