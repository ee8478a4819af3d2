import type { Policy, Statement } from '../../policy/statement';
import { evaluate } from '../../policy/webIdentity';
import type { TrustFinding } from './trustFinding';

/** Findings that say of an Allow that other organizations get in. */
const ofStrangers: ReadonlySet<string> = new Set([
  'any-organization',
  'any-subject',
  'missing-subject',
  'negated-subject',
]);

const stranger = 'qstranger-7z';
/** Behind the organization the pattern names one workspace, Stack or module. */
const namesOne = /:(?:workspace|stack|module):[^:*?]+(?::|$)/;

/** Where a Deny of the policy keeps strangers out, an Allow that would let them in is said to be wide, and no more. */
export function keptOut(
  findings: readonly TrustFinding[],
  policy: Policy,
  allow: Statement,
  hostname: string,
): readonly TrustFinding[] {
  const denies = policy.statements.filter(s => s.effect === 'Deny');
  if (denies.length === 0) return findings;
  const values = allow.clauses.filter(c => /:sub$/i.test(c.key)).flatMap(c => c.values);
  const audiences = allow.clauses.filter(c => /:aud$/i.test(c.key)).flatMap(c => c.values.map(v => v.value));
  return findings.map(finding => {
    if (!ofStrangers.has(finding.code) || finding.weight !== 'too-broad') return finding;
    const pattern = values.find(v => v.start === finding.start)?.value ?? '*';
    const subject = strangerOf(pattern);
    const denying = [...audiences, 'aws.workload.identity'].map(audience =>
      evaluate({ ...policy, statements: denies }, { hostname, subject, audience }).statements.find(
        s => s.effect === 'Deny' && s.applies === 'yes',
      ),
    );
    const [first] = denying;
    if (first === undefined || denying.includes(undefined)) return finding;
    const by = `Here statement ${first.index + 1}, a Deny, keeps strangers out`;
    return namesOne.test(pattern)
      ? { ...finding, weight: 'note', message: `${finding.message} ${by}.` }
      : { ...finding, message: `${finding.message} ${by}; whatever it does not deny may assume the role.` };
  });
}

/** A subject of somebody else that fits a pattern whose organization is open. */
function strangerOf(pattern: string): string {
  const [head, organization = '*'] = /^organization:([^:]*)/.exec(pattern) ?? [''];
  const name = organization.replace(/\*+/g, stranger).replace(/\?/g, 'q');
  const rest = pattern.slice(head.length);
  if (!rest.includes(':')) return `organization:${name}:project:Default Project:workspace:${stranger}:run_phase:plan`;
  const filled = rest
    .replace(/:run_phase:\*$/, ':run_phase:plan')
    .replace(/\*+/g, stranger)
    .replace(/\?/g, 'q');
  return `organization:${name}${filled}`;
}
