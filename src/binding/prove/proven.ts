import { type Check, ofId } from '../check';
import { checkRow } from '../checks/rows';

/** Why a setup does not count as proven. */
export interface ProofGap {
  /** What is wrong and is neither a leftover nor a matter of the code. */
  readonly wrong: readonly Check[];
  /** What the proof rests on and could not be read. */
  readonly unread: readonly Check[];
}

/** `undefined`: every role was evaluated and lets its runs in, and nothing but leftovers is wrong. */
export function proofGap(checks: readonly Check[]): ProofGap | undefined {
  const essential = checks.filter(c => checkRow(c.id).inProof !== 'aside' && !isCodeOnly(c));
  const wrong = essential.filter(c => c.state === 'wrong');
  const unread = essential.filter(c => checkRow(c.id).inProof === 'needed' && c.state === 'unknown');
  const trust = ofId(essential, 'role-trusts-run');
  const trusted = trust.length > 0 && trust.every(c => c.state === 'ok');
  return wrong.length === 0 && unread.length === 0 && trusted ? undefined : { wrong, unread };
}

/** What is said of the workspace as a whole and of one configuration: the default one, or that of a tag. */
export const ofConfiguration = (checks: readonly Check[], tag: string | undefined): readonly Check[] =>
  checks.filter(c => c.configuration === undefined || c.configuration === (tag ?? 'default'));

/** What only an edit of the code puts right, and what the code's own fixes come for. */
const isCodeOnly = (check: Check): boolean =>
  check.remedy?.kind === 'fix-code' ||
  check.remedy?.kind === 'map-providers' ||
  (check.id === 'no-static-credentials' && check.remedy?.kind !== 'remove-variables');
