import { defaultAudience } from '../../../oidc/names';
import { hasHole } from '../../policy/patterns/holes';
import { isAudienceClause, isSubjectClause, type Policy, type Statement } from '../../policy/statement';
import { evaluate } from '../../policy/webIdentity';
import type { TrustFinding } from './trustFinding';

/** Findings that say of an Allow that other organizations get in. */
const ofStrangers: ReadonlySet<string> = new Set([
  'any-organization',
  'any-subject',
  'missing-subject',
  'negated-subject',
]);

/** A name that nobody has heard of. */
const stranger = 'qstranger-7z';
const runOf = (organization: string): string =>
  `organization:${organization}:project:Default Project:workspace:${stranger}:run_phase:plan`;

/** The audiences that a stranger may choose: those that the statement names, and the default one. */
const audiencesTried = (allow: Statement): readonly string[] => [
  ...allow.clauses.filter(isAudienceClause).flatMap(c => c.values.map(v => v.value)),
  defaultAudience,
];

/**
 * Does a run of an organization that nobody has heard of get in by this Allow, with the audience of its choice? `policy`: the Allow beside
 * what denies. Roles that exist keep such a policy, whatever IAM says of a new one.
 */
export const strangersGetIn = (policy: Policy, allow: Statement, hostname: string): boolean =>
  !hasHole(hostname) &&
  audiencesTried(allow).some(
    audience => evaluate(policy, { hostname, subject: runOf(stranger), audience }).decision === 'allow',
  );

/** Behind the organization the pattern names one workspace, Stack or module. */
const namesOne = /:(?:workspace|stack|module):[^:*?]+(?::|$)/;

/** Where a Deny keeps strangers out, an Allow that would let them in is said to be wide, and no more. `denying`: what denies in the policy. */
export function keptOut(
  findings: readonly TrustFinding[],
  denying: Policy,
  allow: Statement,
  hostname: string,
): readonly TrustFinding[] {
  if (denying.statements.length === 0) return findings;
  const values = allow.clauses.filter(isSubjectClause).flatMap(c => c.values);
  return findings.map(finding => {
    if (!ofStrangers.has(finding.code) || finding.weight !== 'too-broad') return finding;
    const pattern = values.find(v => v.start === finding.start)?.value ?? '*';
    const subject = strangerOf(pattern);
    const by = audiencesTried(allow).map(audience =>
      evaluate(denying, { hostname, subject, audience }).statements.find(
        s => s.effect === 'Deny' && s.applies === 'yes',
      ),
    );
    const [first] = by;
    if (first === undefined || by.includes(undefined)) return finding;
    const why = `Here statement ${first.index + 1}, a Deny, keeps strangers out`;
    return namesOne.test(pattern)
      ? { ...finding, weight: 'note', message: `${finding.message} ${why}.` }
      : { ...finding, message: `${finding.message} ${why}; whatever it does not deny may assume the role.` };
  });
}

/** A subject of somebody else that fits a pattern whose organization is open. */
function strangerOf(pattern: string): string {
  const [head, organization = '*'] = /^organization:([^:]*)/.exec(pattern) ?? [''];
  const name = organization.replace(/\*+/g, stranger).replace(/\?/g, 'q');
  const rest = pattern.slice(head.length);
  if (!rest.includes(':')) return runOf(name);
  const filled = rest
    .replace(/:run_phase:\*$/, ':run_phase:plan')
    .replace(/\*+/g, stranger)
    .replace(/\?/g, 'q');
  return `organization:${name}${filled}`;
}
