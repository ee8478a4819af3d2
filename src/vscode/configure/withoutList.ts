import { wayOutOf } from '../../board/wayOut';
import type { Problem } from '../../core/problem';
import type { HcpConnections } from '../hcp';
import { problemText } from '../problemText';
import { type Choice, configureTitle, pick, type Position } from '../steps';

type Way = 'sign-in' | 'again' | 'type';

/**
 * Where no list of names could be read: what leads out of that, or typing the name, which is always possible.
 * @returns `again`: ask for the list once more
 */
export async function withoutList(
  connections: HcpConnections,
  hostname: string,
  problem: Problem,
  position: Position,
): Promise<'again' | 'type'> {
  const out = leadingOut(problem, hostname);
  if (out === undefined) return 'type';
  const items: readonly Choice<Way>[] = [out, { value: 'type', label: 'Type the Name…' }];
  const options = { title: configureTitle(), placeholder: problemText(problem), items, current: undefined };
  const way = await pick(options, position);
  if (way === 'sign-in') await connections.signIn(hostname);
  return way === 'type' ? 'type' : 'again';
}

function leadingOut(problem: Problem, hostname: string): Choice<Way> | undefined {
  switch (wayOutOf(problem)?.kind) {
    case 'sign-in':
      return { value: 'sign-in', label: `Sign In to ${hostname}…` };
    case 'permission':
      return { value: 'sign-in', label: `Sign In to ${hostname} as Somebody Else…` };
    case 'retry':
      return { value: 'again', label: 'Try Again' };
    default:
      return undefined;
  }
}
