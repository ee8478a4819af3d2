import type { WebIdentityEvent } from '../../iam/account/types';
import { parseOperator } from '../../iam/policy/conditions';
import { matchesText } from '../../iam/policy/patterns/partly';
import { readPolicyText } from '../../iam/policy/node';
import { isSubjectClause, readPolicy } from '../../iam/policy/statement';

/** What AWS received, beside what a trust policy wants: the first differing segment is marked. */
export interface SubjectComparison {
  readonly received: readonly string[];
  readonly trusted: readonly string[];
  /** Index of the first segment that differs; -1 where all are equal. */
  readonly differsAt: number;
  /** `project`, `workspace`…: what that segment is the name of. */
  readonly segment: string | undefined;
}

/** A value of a condition on the subject, and whether `*` and `?` are wildcards in it. */
export interface TrustedSubject {
  readonly value: string;
  readonly wildcards: boolean;
}

/** The subjects that a trust policy names for a host, in its order. A policy that is not JSON names none. */
export function trustedSubjects(policy: string, host: string): readonly TrustedSubject[] {
  const clauses = readPolicy(readPolicyText(policy).root).statements.flatMap(s =>
    s.effect === 'Allow' ? s.clauses : [],
  );
  const own = clauses.filter(c => c.key.toLowerCase() === `${host}:sub`);
  // A policy for another host is still worth showing: its host is what differs.
  const shown = own.length > 0 ? own : clauses.filter(isSubjectClause);
  return shown.flatMap(c => {
    const { operator } = parseOperator(c.operator);
    if (operator?.negated === true) return [];
    return c.values.map(v => ({ value: v.value, wildcards: operator?.like === true }));
  });
}

const fits = (pattern: string, text: string, wildcards: boolean): boolean =>
  matchesText(pattern, text, { variables: false, wildcards }) === 'yes';

/** Compares segment by segment, as a person reads it; AWS compares the whole text. */
export function compareSubject(received: string, trusted: TrustedSubject): SubjectComparison {
  const got = received.split(':');
  const wanted = trusted.value.split(':');
  const equal = (differsAt: number, segment?: string): SubjectComparison => ({
    received: got,
    trusted: wanted,
    differsAt,
    segment,
  });
  if (fits(trusted.value, received, trusted.wildcards)) return equal(-1);
  const length = Math.max(got.length, wanted.length);
  for (let i = 0; i < length; i++) {
    const [mine, theirs] = [got[i], wanted[i]];
    const last = i === wanted.length - 1;
    // A star at the end takes everything behind it, colons too.
    const text = last && trusted.wildcards && theirs?.includes('*') ? got.slice(i).join(':') : mine;
    if (text !== undefined && theirs !== undefined && fits(theirs, text, trusted.wildcards)) continue;
    return equal(i, i % 2 === 1 ? got[i - 1] : (mine ?? theirs));
  }
  // Segments fit one by one and the whole does not: the end of the shorter one.
  return equal(length - 1, got.at(-2));
}

/** The subject of the policy that comes nearest: the one that differs last, and of these the one with most segments alike. */
export function nearestTrusted(received: string, trusted: readonly TrustedSubject[]): SubjectComparison | undefined {
  const alike = (c: SubjectComparison): number => c.received.filter((segment, i) => segment === c.trusted[i]).length;
  const rank = (c: SubjectComparison): number => (c.differsAt < 0 ? Infinity : c.differsAt + alike(c) / 1000);
  return trusted
    .map(t => compareSubject(received, t))
    .reduce<SubjectComparison | undefined>(
      (best, c) => (best === undefined || rank(c) > rank(best) ? c : best),
      undefined,
    );
}

/** A policy may hold anything: what would break out of a line or of a code block is shown as a question mark. */
const plain = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029`]/gu, '?');

/**
 * Three lines: what is trusted, what AWS received (or what tokens carry, where nobody asked AWS), and a mark below the first segment
 * that differs.
 */
export function comparisonLines(c: SubjectComparison, what: 'received' | 'sent' = 'received'): readonly string[] {
  const lines = [`trusted   ${plain(c.trusted.join(':'))}`, `${what.padEnd(10)}${plain(c.received.join(':'))}`];
  if (c.differsAt < 0) return lines;
  const before = c.received.slice(0, c.differsAt).join(':').length + (c.differsAt > 0 ? 1 : 0);
  const width = Math.max(1, c.received[c.differsAt]?.length ?? 1);
  return [...lines, `          ${' '.repeat(before)}${'^'.repeat(width)} ${differenceText(c, what)}`];
}

/** The names that the subject of a workspace is made of. */
interface RunNames {
  readonly organization: string;
  readonly project: string;
  readonly workspace: string;
}

/**
 * A value of a trust policy beside the subject of the workspace that it is nearest to: the lines of `comparisonLines`. Nothing where it
 * fits one of them, or is about none.
 */
export function comparedWithRuns(written: string, workspaces: readonly RunNames[]): readonly string[] {
  const compared = workspaces.flatMap(({ organization, project, workspace }) =>
    (['plan', 'apply'] as const).map(phase =>
      compareSubject(`organization:${organization}:project:${project}:workspace:${workspace}:run_phase:${phase}`, {
        value: written,
        wildcards: true,
      }),
    ),
  );
  if (compared.some(c => c.differsAt < 0)) return [];
  const about = compared.filter(c => written.split(':').includes(c.received[5] ?? ''));
  const [first, ...others] = about.length > 0 ? about : compared.filter(c => c.differsAt > 1);
  if (first === undefined) return [];
  return comparisonLines(
    others.reduce((best, c) => (c.differsAt > best.differsAt ? c : best), first),
    'sent',
  );
}

/** A subject without a project: the form that servers minted before there were projects. */
export const isLegacySubject = (subject: string): boolean => /^organization:[^:]*:workspace:/.test(subject);

/** In words: `project: AWS received "Shop Front", the trust policy has ""`. */
function differenceText(c: SubjectComparison, what: 'received' | 'sent'): string {
  if (isLegacySubject(c.received.join(':')) && !isLegacySubject(c.trusted.join(':')))
    return 'no project: minted by a server from before projects';
  if (isLegacySubject(c.trusted.join(':')) && !isLegacySubject(c.received.join(':')))
    return 'the trust policy has no project: that is the form from before projects';
  const shown = (part: string | undefined): string => (part === undefined ? 'nothing' : `"${plain(part)}"`);
  const got = `${what === 'received' ? 'AWS received' : 'tokens carry'} ${shown(c.received[c.differsAt])}`;
  return `${c.segment ?? 'the end'}: ${got}, the trust policy has ${shown(c.trusted[c.differsAt])}`;
}

/** The phase that a workspace's subject ends in. */
export function phaseOfSubject(subject: string | undefined): 'plan' | 'apply' | undefined {
  const phase = /:run_phase:(plan|apply)$/.exec(subject ?? '')?.[1];
  return phase === 'plan' || phase === 'apply' ? phase : undefined;
}

/**
 * The latest event of each role and subject that is about this workspace: its subject names the workspace, by a name that it has or
 * had, or it came for one of the roles with a subject that can't be told.
 */
export function latestEvents(
  events: readonly WebIdentityEvent[],
  workspaces: readonly { readonly organization: string; readonly workspace: string }[],
  roleArns: ReadonlySet<string>,
): readonly WebIdentityEvent[] {
  const out = new Map<string, WebIdentityEvent>();
  for (const event of [...events].sort((a, b) => b.at - a.at)) {
    const { subject } = event;
    const about =
      subject === undefined
        ? event.roleArn !== undefined && roleArns.has(event.roleArn)
        : workspaces.some(
            w =>
              subject.startsWith(`organization:${w.organization}:`) && subject.includes(`:workspace:${w.workspace}:`),
          );
    if (!about) continue;
    const key = `${event.roleArn ?? ''}\n${phaseOfSubject(subject) ?? subject ?? ''}`;
    if (!out.has(key)) out.set(key, event);
  }
  return [...out.values()];
}
