import { parseOperator } from '../../policy/conditions';
import { hasHole } from '../../policy/patterns/holes';
import { type JudgedSubject, judgeSubject } from './lintSubjects';
import { type TrustExpectation, type TrustFinding, trustFinding } from './trustFinding';
import { type Clause, isSubjectClause, type Statement } from '../../policy/statement';

/** The conditions of one Allow statement for tokens of `host`. */
export function lintClauses(s: Statement, host: string, expected: TrustExpectation): readonly TrustFinding[] {
  const findings: TrustFinding[] = [];
  const own = (c: Clause, name: string): boolean => {
    const colon = c.key.lastIndexOf(':');
    const isHost = sameHost(hostIn(c.key.slice(0, colon)), host);
    return isHost && c.key.slice(colon + 1).toLowerCase() === name;
  };
  for (const clause of s.clauses) {
    findings.push(...keyFindings(clause, host), ...operatorFindings(clause, s));
    if (own(clause, 'aud')) findings.push(...audienceFindings(clause, expected));
  }
  const subjects = s.clauses
    .filter(c => own(c, 'sub'))
    .map(c => ({ clause: c, found: listFindings(c.values.map(v => judgeSubject(c, v, expected))) }));
  // All clauses must hold: a wide one does no harm beside one that is exact.
  const isExact = subjects.some(
    ({ clause, found }) => isRestricting(clause) && isPlain(clause) && !found.some(f => f.weight !== 'note'),
  );
  findings.push(...subjects.flatMap(({ found }) => found.filter(f => !isExact || f.weight !== 'too-broad')));
  for (const c of s.clauses) {
    if (!c.unknown || !own(c, 'sub') || !isRestricting(c)) continue;
    const message = `Who may assume the role depends on values of ${c.key} that are not known here.`;
    findings.push(trustFinding({ code: 'depends', message, start: c.valueSpan.start, end: c.valueSpan.end }));
  }
  const judged = (name: string): boolean => s.clauses.some(c => own(c, name) && isRestricting(c));
  /** Has a condition on such a key a finding of its own: another issuer's key, or an operator that says too little? */
  const said = (name: string): boolean =>
    s.clauses.some(
      c => c.key.toLowerCase().endsWith(`:${name}`) && (!own(c, name) || wrongOperator(c) || isNegated(c)),
    );
  for (const c of s.clauses) {
    if (c.values.length > 0 || c.unknown || !isRestricting(c) || !(own(c, 'sub') || own(c, 'aud'))) continue;
    const message = `The condition on ${c.key} lists no value, so no token fulfils it.`;
    findings.push(trustFinding({ code: 'no-value', message, start: c.valueSpan.start, end: c.valueSpan.end }));
  }
  /** A condition that no token fulfils. */
  const never = s.clauses.find(c => keyFindings(c, host).some(f => f.code === 'custom-claim'));
  if (!judged('sub') && !said('sub') && !s.openConditions) {
    findings.push(
      trustFinding({
        code: 'missing-subject',
        message: `No condition looks at ${host}:sub: ${never === undefined ? '' : `once the condition on ${never.key} is gone, `}any workspace of any organization can assume the role. For app.terraform.io IAM no longer takes such a policy; roles that have one go on working.`,
        start: s.span.start,
        end: s.span.end,
      }),
    );
  }
  if (!judged('aud') && !said('aud') && !s.openConditions) {
    findings.push(
      trustFinding({
        code: 'missing-audience',
        message: `No condition looks at ${host}:aud: every audience of the OIDC provider will do.`,
        start: s.span.start,
        end: s.span.end,
      }),
    );
  }
  return findings;
}

/** A list of values is an OR: one that fits no token does no harm beside one that does. */
function listFindings(judged: readonly JudgedSubject[]): readonly TrustFinding[] {
  const living = judged.some(j => j.fitsToken === 'yes');
  return judged.flatMap(j =>
    living && j.fitsToken === 'no'
      ? j.findings.map(f =>
          f.weight === 'broken'
            ? {
                ...f,
                weight: 'note' as const,
                message: `${f.message} Another value of the list lets runs in, so this one is idle.`,
              }
            : f,
        )
      : j.findings,
  );
}

/** The host that was meant by one with a scheme, or with a slash at its end. */
export const hostIn = (text: string): string => text.replace(/^https?:\/\//, '').replace(/(?<!\/)\/+$/, '');

/** A host that only Terraform knows is taken for the right one. */
function sameHost(prefix: string, host: string): boolean {
  return hasHole(prefix) || hasHole(host) || prefix.toLowerCase() === host.toLowerCase();
}

function isRestricting(c: Clause): boolean {
  const { operator } = parseOperator(c.operator);
  return operator?.compares === 'string' && !operator.negated;
}

function isNegated(c: Clause): boolean {
  const { operator } = parseOperator(c.operator);
  return operator?.compares === 'string' && operator.negated;
}

const isOpen = (c: Clause): boolean => c.unknown || c.values.some(v => hasHole(v.value));

/** Does it hold for no token without the key? */
function isPlain(c: Clause): boolean {
  const { set, ifExists } = parseOperator(c.operator);
  return set !== 'all' && !ifExists && c.values.length > 0 && !isOpen(c);
}

/** Names are strings; Null only asks whether there is one. */
function wrongOperator(c: Clause): boolean {
  const { base, operator } = parseOperator(c.operator);
  return base !== 'null' && operator?.compares !== 'string';
}

function keyFindings(clause: Clause, host: string): readonly TrustFinding[] {
  const colon = clause.key.lastIndexOf(':');
  const prefix = clause.key.slice(0, colon);
  const name = clause.key.slice(colon + 1).toLowerCase();
  const at = { start: clause.keySpan.start, end: clause.keySpan.end };
  const isHost = sameHost(prefix, host);
  if (!isHost && (name === 'sub' || name === 'aud')) {
    return [
      trustFinding({
        code: 'wrong-host',
        message: sameHost(hostIn(prefix), host)
          ? `A key names the host alone, without "https://" and without a slash at its end: ${host}:${name}. IAM refuses "${clause.key}".`
          : `The key ${clause.key} is of another issuer; tokens of ${host} have ${host}:${name}.`,
        ...at,
        fix: { title: `Write ${host}:${name}`, edits: [{ span: at, newText: JSON.stringify(`${host}:${name}`) }] },
      }),
    ];
  }
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
  if (isHost && name !== 'sub' && name !== 'aud' && needsKey(clause)) {
    return [
      trustFinding({
        code: 'custom-claim',
        message: `AWS has no value for ${name} of this issuer's tokens: it documents sub and aud. A condition on a key that is absent never holds.`,
        ...at,
      }),
    ];
  }
  return [];
}

/** Is the condition false for a token without the key? Negated operators, IfExists and ForAllValues are true then; Null asks for it. */
function needsKey(clause: Clause): boolean {
  const { base, operator, set, ifExists } = parseOperator(clause.operator);
  if (base === 'null') return clause.values.some(v => v.value === 'false');
  return operator?.negated !== true && set !== 'all' && !ifExists;
}

function operatorFindings(clause: Clause, statement: Statement): readonly TrustFinding[] {
  if (!/:(?:sub|aud)$/i.test(clause.key)) return [];
  const at = { start: clause.operatorSpan.start, end: clause.operatorSpan.end };
  const operator = parseOperator(clause.operator);
  const out: TrustFinding[] = [];
  const plain = clause.operator.replace(/^[^:]*:/, '').replace(/IfExists$/i, '');
  if (wrongOperator(clause)) {
    out.push(
      trustFinding({
        code: 'wrong-operator',
        message: `${clause.operator} does not compare strings, and sub and aud are strings: use StringEquals, or StringLike with wildcards.`,
        ...at,
      }),
    );
  }
  if (operator.set === 'all') {
    out.push(
      trustFinding({
        code: 'for-all-values',
        message:
          'ForAllValues is true for a token without the key. sub and aud have one value: use the operator without it.',
        ...at,
        fix: { title: `Write ${plain}`, edits: [{ span: at, newText: JSON.stringify(plain) }] },
      }),
    );
  } else if (operator.set === 'any') {
    out.push(
      trustFinding({
        code: 'for-any-value',
        message: 'sub and aud have one value: ForAnyValue is not needed.',
        ...at,
      }),
    );
  }
  if (operator.ifExists) {
    out.push(
      trustFinding({
        code: 'if-exists',
        message: 'IfExists is true for a token without the key: use the operator without it.',
        ...at,
      }),
    );
  }
  if (isNegated(clause) && isSubjectClause(clause)) {
    out.push(
      trustFinding({
        code: 'negated-subject',
        message: 'A negated operator lets in every subject but the named ones, other organizations included.',
        ...at,
      }),
    );
  } else if (isNegated(clause)) {
    out.push(
      trustFinding({
        code: 'negated-audience',
        message: 'A negated operator takes every audience of the OIDC provider but the named ones: use StringEquals.',
        ...at,
      }),
    );
  }
  if (operator.base === 'stringequalsignorecase') {
    out.push(
      trustFinding({
        code: 'ignores-case',
        message: 'Names are case-sensitive: StringEquals is exact.',
        ...at,
      }),
    );
  }
  if (operator.base === 'stringequals' || operator.base === 'stringequalsignorecase') {
    // StringLike does all that StringEquals does, so the operator can take its name, unless the statement has one already.
    const free = !statement.clauses.some(c => /^StringLike$/i.test(c.operator));
    const fix = { title: 'Write StringLike', edits: [{ span: at, newText: JSON.stringify('StringLike') }] };
    for (const v of clause.values.filter(value => /[*?]/.test(value.value))) {
      out.push(
        trustFinding({
          code: 'wildcard-in-string-equals',
          message: `${clause.operator} takes * and ? as letters, so this matches no token. StringLike knows wildcards.`,
          start: v.start,
          end: v.end,
          ...(free && operator.base === 'stringequals' && operator.set === undefined && !operator.ifExists
            ? { fix }
            : {}),
        }),
      );
    }
  }
  return out;
}

function audienceFindings(clause: Clause, expected: TrustExpectation): readonly TrustFinding[] {
  if (isOpen(clause) || !isRestricting(clause)) return [];
  const wanted = expected.audience ?? 'aws.workload.identity';
  const like = parseOperator(clause.operator).operator?.like === true;
  const star = clause.values.find(v => like && /^\*+$/.test(v.value));
  if (star !== undefined)
    return [
      trustFinding({
        code: 'any-audience',
        message: 'A bare * takes every audience of the OIDC provider.',
        start: star.start,
        end: star.end,
      }),
    ];
  if (clause.values.some(v => v.value === wanted || (like && /[*?]/.test(v.value)))) return [];
  const first = clause.values[0];
  const at = { start: first?.start ?? clause.valueSpan.start, end: first?.end ?? clause.valueSpan.end };
  // A custom audience is legitimate, but then the workspace has to ask for it; the ones of other tools never are.
  const foreign = clause.values.every(v => /^(?:sts\.amazonaws\.com(?:\.cn)?|https:\/\/|api:\/\/)/.test(v.value));
  if (expected.audience === undefined && !foreign) {
    return [
      trustFinding({
        code: 'custom-audience',
        message: `The audience is not ${wanted}: the workspace has to set TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE to it.`,
        ...at,
      }),
    ];
  }
  return [
    trustFinding({
      code: 'wrong-audience',
      message: `Tokens carry the audience "${wanted}"; the policy wants ${clause.values.map(v => `"${v.value}"`).join(', ') || 'nothing'}.`,
      ...at,
      ...(clause.values.length === 1 && first
        ? { fix: { title: `Write ${wanted}`, edits: [{ span: at, newText: JSON.stringify(wanted) }] } }
        : {}),
    }),
  ];
}
