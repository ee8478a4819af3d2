import type { Span } from '../../../core/text';
import { parseOidcProviderArn } from '../../../oidc/arns';
import { assumeAction, evaluate } from '../../policy/webIdentity';
import { coversAction } from '../../policy/patterns/partly';
import { hasHole } from '../../policy/patterns/holes';
import { keptOut, strangersGetIn } from './strangers';
import { hostIn, lintClauses } from './lintClauses';
import { reachable } from './reachable';
import { type PolicyText, readPolicyText } from '../../policy/node';
import { type Policy, readPolicy, type Statement } from '../../policy/statement';
import { issuerOf } from './issuer';
import { type TrustExpectation, type TrustFinding, type TrustVerdict, trustFinding } from './trustFinding';

export interface TrustReport {
  readonly verdict: TrustVerdict;
  readonly findings: readonly TrustFinding[];
}

/** Lints a trust policy's text. Statements for other issuers (GitHub, clusters, users) are left alone. */
export function lintTrustText(text: string, expected: TrustExpectation): TrustReport & { readonly text: string } {
  const read = readPolicyText(text);
  return { ...lintTrust(read, expected), text: read.text };
}

export function lintTrust(read: PolicyText, expected: TrustExpectation): TrustReport {
  const findings: TrustFinding[] = read.syntax.map(({ message, comma, start, end }) =>
    trustFinding({
      code: 'json-syntax',
      message,
      start,
      end,
      ...(comma && { fix: { title: 'Remove the comma', edits: [{ span: { start, end }, newText: '' }] } }),
    }),
  );
  for (const comment of read.comments) {
    findings.push(
      trustFinding({
        code: 'json-comment',
        message: 'IAM takes no comments in a policy: it would answer MalformedPolicyDocument.',
        ...comment,
        fix: { title: 'Remove the comment', edits: [{ span: comment, newText: '' }] },
      }),
    );
  }
  if (read.root === undefined || read.syntax.length > 0) {
    if (findings.length === 0)
      findings.push(
        trustFinding({
          code: 'json-syntax',
          message: 'There is no policy in this text.',
          start: 0,
          end: 0,
        }),
      );
    return report(findings, false);
  }
  const policy = readPolicy(read.root);
  const relevant = policy.statements.filter(s => isRelevant(s, expected.hostname));
  if (relevant.length === 0 && isForOthers(policy, expected)) return notJudged(policy, read.root);
  for (const p of [...policy.problems, ...policy.statements.flatMap(s => s.problems)]) {
    findings.push(trustFinding({ code: 'refused-by-iam', message: p.message, start: p.start, end: p.end }));
  }
  const allows = relevant.filter(s => s.effect === 'Allow');
  const open = relevant.filter(s => s.effect === undefined && s.problems.length === 0);
  for (const { span } of open) findings.push(trustFinding({ code: 'depends', message: openEffect, ...span }));
  if (allows.length === 0 && open.length === 0) {
    findings.push(
      trustFinding({
        code: 'no-statement',
        message: `No statement lets a token of ${expected.hostname ?? 'HCP Terraform'} assume the role.`,
        start: read.root.start,
        end: read.root.end,
      }),
    );
  }
  const denies = policy.statements.filter(s => s.effect === 'Deny');
  for (const statement of allows) {
    const host = hostOf(statement, expected);
    const found = [
      ...principalFindings(statement, expected),
      ...actionFindings(statement),
      ...(host === undefined
        ? []
        : keptOut(lintClauses(statement, host, expected), { ...policy, statements: denies }, statement, host)),
    ];
    const unverified = issuerOf(statement, expected.hostname) === 'unverified';
    findings.push(...(unverified ? underCondition(statement, host ?? 'This host', found) : found));
  }
  findings.push(
    ...reachable(policy, allows, hostMeant(allows, expected), expected, read.root),
    ...denied(policy, allows, denies, expected),
  );
  // Each Allow is asked beside every Deny, not beside all others: those are asked on their own, and the work grows with the policy.
  const letIn = allows.some(s =>
    strangersGetIn({ ...policy, statements: [s, ...denies] }, s, hostMeant([s], expected)),
  );
  return report(findings, letIn);
}

const openEffect =
  'The Effect of this statement is not known here: it allows or denies, and only Terraform knows which.';

/** Does it trust somebody, and nobody asked whether a run gets in? Then the grammar of HCP Terraform says nothing of it. */
function isForOthers(policy: Policy, expected: TrustExpectation): boolean {
  const { organization, project, workspace, stack, module, hostname } = expected;
  const asked = [organization, project, workspace, stack, module, hostname].some(name => name !== undefined);
  return !asked && policy.statements.length > 0;
}

function notJudged(policy: Policy, root: Span): TrustReport {
  const message = policy.statements.some(s => s.principal ?? s.notPrincipal)
    ? 'No statement of this policy is for tokens of HCP Terraform. It trusts another issuer or other principals, and was not judged.'
    : 'No statement of this policy names a Principal: it is not a trust policy, and was not judged (tfc-oidc lint-policy judges permission policies).';
  const finding = trustFinding({ code: 'no-statement', message, start: root.start, end: root.start + 1 });
  return { verdict: 'not-judged', findings: [{ ...finding, weight: 'not-judged' }] };
}

/** What can be said of a host that may be of another program: nothing that follows from the subjects of HCP Terraform. */
function underCondition(s: Statement, host: string, found: readonly TrustFinding[]): readonly TrustFinding[] {
  const span = s.principal ?? s.span;
  return [
    trustFinding({
      code: 'unknown-issuer',
      message: `${host} is not a host of HCP Terraform. If this host is Terraform Enterprise, name it, and the policy is judged (--hostname); other programs have a subject grammar of their own.`,
      start: span.start,
      end: span.end,
    }),
    ...found.filter(f => !grammarCodes.has(f.code)),
  ];
}

/** Findings that follow from the grammar of HCP Terraform's subjects, or from its audience. */
const grammarCodes: ReadonlySet<string> = new Set([
  ...['missing-project', 'blank-project', 'blank-segment', 'padded-segment', 'malformed-subject', 'impossible-name'],
  ...['id-for-name', 'unknown-phase', 'wrong-audience', 'custom-claim', 'default-project', 'short-project'],
]);

function report(findings: readonly TrustFinding[], strangersGetIn: boolean): TrustReport {
  const sorted = [...findings].sort((a, b) => a.start - b.start || a.end - b.end);
  const has = (weight: TrustFinding['weight']): boolean => sorted.some(f => f.weight === weight);
  const order = strangersGetIn ? (['too-broad', 'broken'] as const) : (['broken', 'too-broad'] as const);
  const verdict = [...order, 'depends' as const].find(has) ?? 'correct';
  return { verdict, findings: sorted };
}

/** Is nothing in the policy for HCP Terraform? */
export const isForNobody = (report: TrustReport): boolean => report.findings.some(f => f.code === 'no-statement');

/** Is the statement about HCP Terraform: by its provider, by its condition keys, or by what a subject looks like? */
function isRelevant(s: Statement, hostname: string | undefined): boolean {
  const issuer = issuerOf(s, hostname);
  // `Principal: "*"` without any condition lets everybody in, tokens of HCP Terraform among them. The policy of an endpoint or a bucket,
  // which is written so, has a Resource.
  const isOfResource = s.resources !== undefined || s.notResources !== undefined;
  return issuer !== 'another' || (s.principal?.any === true && s.clauses.length === 0 && covers(s) && !isOfResource);
}

function covers(s: Statement): boolean {
  return s.actions?.some(a => coversAction(a.value, assumeAction) === 'yes') ?? s.notActions !== undefined;
}

/** The host that the statement's tokens come from: the asked one, else the provider's, else that of the keys. */
function hostOf(s: Statement, expected: TrustExpectation): string | undefined {
  if (expected.hostname !== undefined) return expected.hostname;
  const provider = s.principal?.federated
    .map(f => parseOidcProviderArn(f.value)?.host ?? /oidc-provider\/(.+)$/.exec(f.value)?.[1])
    .find(h => h !== undefined);
  const key = s.clauses.find(c => /:(?:sub|aud)$/i.test(c.key))?.key;
  const named = provider ?? key?.slice(0, key.lastIndexOf(':'));
  // Its own defect is a finding already; the keys are judged by the host that was meant.
  return named === undefined ? undefined : hostIn(named);
}

/** The host that the tokens of these statements come from; where none says it, the public one. */
const hostMeant = (statements: readonly Statement[], expected: TrustExpectation): string =>
  statements.map(s => hostOf(s, expected)).find(h => h !== undefined) ?? 'app.terraform.io';

function principalFindings(s: Statement, expected: TrustExpectation): readonly TrustFinding[] {
  if (s.notPrincipal !== undefined) {
    return [
      trustFinding({
        code: 'not-principal',
        message: 'NotPrincipal with Allow lets in everyone who is not named.',
        start: s.notPrincipal.start,
        end: s.notPrincipal.end,
      }),
    ];
  }
  const p = s.principal;
  if (p === undefined || p.unknown) return [];
  const span = { start: p.start, end: p.end };
  if (p.any || p.federated.some(f => f.value === '*')) {
    return [
      trustFinding({
        code: 'principal-any',
        message: 'The Principal is everyone. Name the OIDC provider.',
        ...span,
      }),
    ];
  }
  if (p.federated.length === 0) {
    return [
      trustFinding({
        code: 'no-federated-principal',
        message: 'A token needs a Federated principal: the ARN of the OIDC provider.',
        ...span,
      }),
    ];
  }
  return p.federated.flatMap((f): TrustFinding[] => {
    const arn = parseOidcProviderArn(f.value);
    if (arn === undefined) {
      return [
        trustFinding({
          code: 'malformed-provider',
          message: `"${f.value}" is not an ARN of an OIDC provider, as in arn:PARTITION:iam::ACCOUNT:oidc-provider/HOST.`,
          start: f.start,
          end: f.end,
        }),
      ];
    }
    if (/^https?:|\/$/.test(arn.host)) {
      return [
        trustFinding({
          code: 'malformed-provider',
          message: 'The ARN names the host without "https://" and without a slash at its end.',
          start: f.start,
          end: f.end,
        }),
      ];
    }
    if (expected.hostname !== undefined && arn.host !== expected.hostname) {
      return [
        trustFinding({
          code: 'wrong-host',
          message: `The provider is for ${arn.host}; tokens of this workspace come from ${expected.hostname}.`,
          start: f.start,
          end: f.end,
        }),
      ];
    }
    return [];
  });
}

function actionFindings(s: Statement): readonly TrustFinding[] {
  if (s.actions === undefined) {
    const span = s.notActions?.[0] ?? s.span;
    return [
      trustFinding({
        code: 'not-action',
        message: `NotAction with Allow grants every action but the named ones. Write Action: ${assumeAction}.`,
        start: span.start,
        end: span.end,
      }),
    ];
  }
  if (covers(s)) {
    const wide = s.actions.find(a => /[*?]/.test(a.value));
    return wide === undefined
      ? []
      : [
          trustFinding({
            code: 'wide-action',
            message: `"${wide.value}" allows more than a token needs; write ${assumeAction}.`,
            start: wide.start,
            end: wide.end,
          }),
        ];
  }
  const [first] = s.actions;
  const fix =
    first !== undefined && /^sts:AssumeRole(?:WithSAML)?$/i.test(first.value)
      ? {
          title: `Write ${assumeAction}`,
          edits: [{ span: { start: first.start, end: first.end }, newText: JSON.stringify(assumeAction) }],
        }
      : undefined;
  return [
    trustFinding({
      code: 'wrong-action',
      message: `A token is exchanged by ${assumeAction}; this statement allows ${s.actions.map(a => a.value).join(', ') || 'nothing'}.`,
      start: first?.start ?? s.span.start,
      end: first?.end ?? s.span.end,
      ...(fix && { fix }),
    }),
  ];
}

/** Subjects that are written out, let in by one statement and refused by the Deny of another. */
function denied(
  policy: Policy,
  allows: readonly Statement[],
  denies: readonly Statement[],
  expected: TrustExpectation,
): readonly TrustFinding[] {
  if (denies.length === 0) return [];
  return allows.flatMap(statement => {
    const asked = { ...policy, statements: [statement, ...denies] };
    const host = hostOf(statement, expected);
    if (host === undefined || hasHole(host)) return [];
    const values = (name: string): Statement['clauses'][number]['values'] =>
      statement.clauses.filter(c => c.key.toLowerCase() === `${host}:${name}`.toLowerCase()).flatMap(c => c.values);
    const audience = expected.audience ?? values('aud')[0]?.value ?? 'aws.workload.identity';
    return values('sub').flatMap((v): readonly TrustFinding[] => {
      const phases = v.value.endsWith(':run_phase:*') ? ['plan', 'apply'] : [''];
      const subjects = phases.map(phase => (phase === '' ? v.value : v.value.replace(/\*$/, phase)));
      const refused = subjects.flatMap(subject => {
        if (hasHole(subject) || /[*?$]/.test(subject)) return [];
        const { decision, statements } = evaluate(asked, { hostname: host, subject, audience });
        const by = statements.find(s => s.effect === 'Deny' && s.applies === 'yes');
        return decision === 'deny' && by !== undefined ? [by.index + 1] : [];
      });
      const [by] = refused;
      if (by === undefined || refused.length < subjects.length) return [];
      const message = `Statement ${by} denies this subject, and a Deny always wins.`;
      return [trustFinding({ code: 'denied', message, start: v.start, end: v.end })];
    });
  });
}
