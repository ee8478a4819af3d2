import type { Check } from '../binding/check';
import type { BindingFacts, Fact } from '../binding/facts';
import type { Problem } from '../core/problem';

/** What makes known what is not: every unknown check has one of these, or nothing but its own next step. */
export type WayOut =
  /** There is no token for the host, or the host does not take it. */
  | { readonly kind: 'sign-in'; readonly refused: boolean }
  /** No profile is chosen, or one of another account. */
  | { readonly kind: 'choose-profile' }
  /** The host did not answer, or had an error of its own. */
  | { readonly kind: 'retry' }
  /** The token's user may not read it. */
  | { readonly kind: 'permission' }
  /** There is no such organization or workspace, or the token does not show it. */
  | { readonly kind: 'names' };

type Facts = Pick<BindingFacts, 'workspace' | 'variables' | 'account' | 'run'>;

const kinds: Readonly<Record<string, WayOut>> = {
  'hcp-no-token': { kind: 'sign-in', refused: false },
  'hcp-unauthorized': { kind: 'sign-in', refused: true },
  'hcp-forbidden': { kind: 'permission' },
  AccessDenied: { kind: 'permission' },
  'hcp-not-found': { kind: 'names' },
  ...Object.fromEntries(
    [
      'hcp-network',
      'hcp-timeout',
      'hcp-server',
      'hcp-rate-limit',
      'hcp-reply',
      'network',
      'tls',
      'unreadable-reply',
    ].map(code => [code, { kind: 'retry' }]),
  ),
  ...Object.fromEntries(
    [
      'no-such-profile',
      'no-credentials',
      'sso-expired',
      'login-expired',
      'mfa-needed',
      'ExpiredToken',
      'InvalidClientTokenId',
      'SignatureDoesNotMatch',
    ].map(code => [code, { kind: 'choose-profile' }]),
  ),
};

/** Way out of a problem, by its code (src/hcp/client/problems.ts, src/iam/account/errors.ts). */
export const wayOutOf = ({ code }: Problem): WayOut | undefined => kinds[code];

const ofFact = (fact: Fact<unknown>): Problem | undefined => (fact.state === 'unknown' ? fact.problem : undefined);

/** What would make an unknown check known. A check repeats the sentence of the fact that it could not read. */
export function wayOut(check: Check, facts: Facts | undefined): WayOut | undefined {
  if (check.state !== 'unknown') return undefined;
  if (facts !== undefined) {
    const cause = [facts.workspace, facts.variables, facts.run, facts.account].find(
      f => f.state === 'unknown' && f.why === check.why,
    );
    const problem = cause === undefined ? undefined : ofFact(cause);
    if (problem !== undefined) return wayOutOf(problem);
  }
  if (check.remedy?.kind === 'sign-in') return { kind: 'sign-in', refused: false };
  return check.remedy?.kind === 'choose-profile' ? { kind: 'choose-profile' } : undefined;
}

/** A way out in at most five words, as the reason of a binding of which nothing better is known. */
export function wayOutReason(way: WayOut | undefined): string {
  switch (way?.kind) {
    case 'sign-in':
      return way.refused ? 'token is not accepted' : 'not signed in';
    case 'choose-profile':
      return 'no AWS profile chosen';
    case 'retry':
      return 'no answer from the host';
    case 'permission':
      return 'permission is missing';
    case 'names':
      return 'no such workspace';
    case undefined:
      return 'not everything could be read';
  }
}
