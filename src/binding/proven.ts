import type { Check } from './check';

/** What has to be known before anything that works is taken away: an unread role is no proof. */
const needed = new Set([
  'account-readable',
  'provider-exists',
  'provider-audience',
  'role-exists',
  'role-trusts-run',
  'variables-readable',
  'enabled',
  'roles-named',
]);

/** Was the trust of each role evaluated, does it let its runs in, and was nothing unknown that this rests on? */
export function trustIsProven(checks: readonly Check[]): boolean {
  const trust = checks.filter(c => c.id === 'role-trusts-run');
  if (trust.length === 0 || trust.some(c => c.state !== 'ok')) return false;
  return !checks.some(c => needed.has(c.id) && c.state === 'unknown');
}
