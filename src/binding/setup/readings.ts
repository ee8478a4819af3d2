import type { HcpClient } from '../../hcp/client/client';
import type { Change } from '../change';
import type { HcpOfMember, SetupGroup } from './model';

/** The client that what is checked of a member is read with. */
export const readingClient = ({ client, kept }: HcpOfMember): HcpClient =>
  kept === undefined ? client : client.keeping(kept);

/**
 * What HCP Terraform said is old once it is written to; all of it where no changes are named. Writes to variables of a workspace leave
 * what else was said of it as it was.
 */
export function forgetReadings(groups: readonly SetupGroup[], changes?: readonly Change[]): void {
  const own = changes?.every(c => c.kind !== 'tests' && !(c.kind === 'variable' && c.scope.type === 'varset'));
  const isOld = own === true ? (path: string) => /\/(?:all-)?vars$/.test(path) : () => true;
  for (const { hcp } of groups.flatMap(g => g.members)) if (!('notAsked' in hcp)) hcp.kept?.forget(isOld);
}
