import type { Problem } from '../../core/problem';
import { encodedHost, type FoundToken } from './find';

const words = {
  used: 'this token is used',
  also: 'has a token too, but an earlier place comes first',
  none: 'has no token for this host',
  missing: 'does not exist',
  unreadable: 'cannot be read',
  empty: 'has an empty token',
  skipped: 'is not read',
} as const;

/** One line for each place that was looked at, in order. Never shows a token. */
export function tokenReport(found: FoundToken): readonly string[] {
  return found.checked.map(s => `${s.where}: ${words[s.state]}${s.detail === undefined ? '' : ` (${s.detail})`}`);
}

export function noTokenProblem(hostname: string, found: FoundToken): Problem {
  const decisive = found.checked.find(s => s.state === 'empty');
  return {
    code: 'hcp-no-token',
    message: `There is no token for ${hostname}. Looked at: ${tokenReport(found).join('; ')}.`,
    nextStep:
      decisive?.kind === 'environment'
        ? `Unset ${decisive.where}, or give it a token: Terraform stops at it, too.`
        : `Run "terraform login ${hostname}", or set TF_TOKEN_${encodedHost(hostname)}.`,
  };
}
