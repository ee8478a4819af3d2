import type { Check } from '../check';
import { kindOf } from '../place';
import { ofConfiguration, type ProofGap, proofGap } from '../prove/proven';
import type { CheckedBinding, ProofState } from './model';

/** What the checks of the members prove of the configuration that was set up, and of the whole. */
export function proofOf(
  checked: readonly CheckedBinding[],
  tag: string | undefined,
): { readonly state: ProofState; readonly gap: ProofGap | undefined } {
  const own = checked.map(c => proofGap(ownChecks(c, tag))).find(gap => gap !== undefined);
  if (own !== undefined) return { state: 'not proven', gap: own };
  const whole = checked.map(c => proofGap(c.checks)).find(gap => gap !== undefined);
  return whole === undefined ? { state: 'proven', gap: undefined } : { state: 'this configuration', gap: whole };
}

/**
 * What is said of that which was set up: one configuration of a workspace, or the roles of one account. A deployment may have roles in
 * another account too, which only a profile of that account can read.
 */
export const ownChecks = ({ place, checks }: CheckedBinding, tag: string | undefined): readonly Check[] =>
  kindOf(place) === 'workspace'
    ? ofConfiguration(checks, tag)
    : checks.filter(c => c.id !== 'account-readable' || c.state !== 'unknown');

export const reasonsOf = (gap: ProofGap | undefined): readonly string[] =>
  gap === undefined
    ? []
    : gap.wrong.length > 0
      ? gap.wrong.map(c => c.title)
      : gap.unread.map(c => `${c.title}: ${c.why}`);
