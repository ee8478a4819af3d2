import { parseSubject } from '../../oidc/subject';
import { parseOidcProviderArn } from '../../oidc/partition';
import { compilePattern, matches, type Pattern } from './patterns/glob';
import { hasHole, holes } from './patterns/holes';
import { readPolicyText } from './node';
import { type Clause, type Policy, type Principals, readPolicy, type Statement } from './statement';

/**
 * What `sts:AssumeRoleWithWebIdentity` with a token would be answered, by the trust policy alone
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). "undecided" where only AWS can know.
 */
export interface WebIdentityRequest {
  /** The issuer's host as AWS writes it: no scheme, no port. */
  readonly hostname: string;
  /** The exact provider; without it any account's provider for the host will do. */
  readonly providerArn?: string;
  readonly subject: string;
  readonly audience: string;
}

export type Decision = 'allow' | 'deny' | 'undecided';
type Truth = 'yes' | 'no' | 'unknown';
type KnownPattern = Extract<Pattern, { kind: 'pattern' }>;

export interface ClauseResult {
  readonly clause: string;
  readonly result: Truth;
  readonly why: string;
}

export interface StatementResult {
  readonly index: number;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny' | 'invalid';
  readonly applies: Truth;
  readonly clauses: readonly ClauseResult[];
}

export interface Evaluation {
  readonly decision: Decision;
  readonly statements: readonly StatementResult[];
  readonly why: readonly string[];
}

export const assumeAction = 'sts:AssumeRoleWithWebIdentity';

/** Evaluates a policy's text. */
export function evaluateText(text: string, request: WebIdentityRequest): Evaluation {
  const read = readPolicyText(text);
  if (read.root === undefined || read.syntax.length > 0) {
    return {
      decision: 'deny',
      statements: [],
      why: [
        `The policy is no valid JSON${read.syntax[0] === undefined ? '' : `: ${read.syntax[0].message}`} IAM refuses it.`,
      ],
    };
  }
  const told = evaluate(readPolicy(read.root), request);
  if (read.comments.length === 0) return told;
  return { ...told, why: [...told.why, 'The text has comments; IAM takes none, so they have to go first.'] };
}

export function evaluate(policy: Policy, request: WebIdentityRequest): Evaluation {
  const fatal = [...policy.problems, ...policy.statements.flatMap(s => s.problems)].filter(p => p.fatal);
  if (fatal.length > 0) {
    return {
      decision: 'deny',
      statements: [],
      why: ['IAM refuses this policy, so no role can have it.', ...fatal.map(p => p.message)],
    };
  }
  const variables = policy.version === '2012-10-17';
  const statements = policy.statements.map(s => evaluateStatement(s, request, variables));
  const of = (effect: 'Allow' | 'Deny', applies: Truth): readonly StatementResult[] =>
    statements.filter(s => s.effect === effect && s.applies === applies);
  const allowed = of('Allow', 'yes');
  const maybe = of('Allow', 'unknown');
  const denied = of('Deny', 'yes');
  const maybeDenied = of('Deny', 'unknown');
  if (denied.length > 0)
    return { decision: 'deny', statements, why: denied.map(s => `${title(s)} denies it, and a Deny always wins.`) };
  if (allowed.length > 0) {
    if (maybeDenied.length === 0)
      return { decision: 'allow', statements, why: allowed.map(s => `${title(s)} allows it.`) };
    return {
      decision: 'undecided',
      statements,
      why: maybeDenied.flatMap(s => [`${title(s)} may deny it.`, ...unknowns(s)]),
    };
  }
  if (maybe.length > 0)
    return {
      decision: 'undecided',
      statements,
      why: maybe.flatMap(s => [`${title(s)} may allow it.`, ...unknowns(s)]),
    };
  const reasons = statements
    .filter(s => s.effect === 'Allow')
    .flatMap(s => s.clauses.filter(c => c.result === 'no').map(c => `${title(s)}: ${c.why}`));
  return { decision: 'deny', statements, why: reasons.length > 0 ? reasons : ['No statement allows it.'] };
}

const title = (s: StatementResult): string =>
  s.sid === undefined ? `Statement ${s.index + 1}` : `Statement ${s.index + 1} (${s.sid})`;
const unknowns = (s: StatementResult): readonly string[] =>
  s.clauses.filter(c => c.result === 'unknown').map(c => c.why);

function evaluateStatement(s: Statement, request: WebIdentityRequest, variables: boolean): StatementResult {
  const clauses: ClauseResult[] = [
    principalClause(s, request),
    actionClause(s),
    ...s.clauses.map(c => conditionClause(c, request, variables)),
    ...(s.openConditions
      ? [{ clause: 'Condition', result: 'unknown' as const, why: 'There are conditions that only Terraform knows.' }]
      : []),
  ];
  // One clause that is false settles it, whatever the unknown ones would be.
  const applies: Truth = clauses.some(c => c.result === 'no')
    ? 'no'
    : clauses.some(c => c.result === 'unknown')
      ? 'unknown'
      : 'yes';
  return {
    index: s.index,
    ...(s.sid === undefined ? {} : { sid: s.sid }),
    effect: s.effect ?? 'invalid',
    applies,
    clauses,
  };
}

function principalClause(s: Statement, request: WebIdentityRequest): ClauseResult {
  const wanted = request.providerArn ?? `the OIDC provider of ${request.hostname}`;
  if (s.notPrincipal !== undefined) {
    const named = names(s.notPrincipal, request);
    return {
      clause: 'NotPrincipal',
      result: named === 'yes' ? 'no' : named === 'no' ? 'yes' : 'unknown',
      why: named === 'yes' ? `NotPrincipal names ${wanted}.` : `NotPrincipal does not name ${wanted}.`,
    };
  }
  if (s.principal === undefined) return { clause: 'Principal', result: 'no', why: 'It has no Principal.' };
  const result = names(s.principal, request);
  const seen = s.principal.federated.map(f => f.value).join(', ') || 'no federated provider';
  return {
    clause: 'Principal',
    result,
    why:
      result === 'yes'
        ? `The Principal is ${wanted}.`
        : result === 'unknown'
          ? 'The Principal is known only when Terraform runs.'
          : `The Principal is ${seen}; the token comes from ${wanted}.`,
  };
}

function names(p: Principals, request: WebIdentityRequest): Truth {
  if (p.any || p.federated.some(f => f.value === '*')) return 'yes';
  const found = p.federated.some(f => {
    if (request.providerArn !== undefined) return f.value === request.providerArn;
    const arn = parseOidcProviderArn(f.value);
    return arn !== undefined && arn.host === request.hostname;
  });
  return found ? 'yes' : p.unknown ? 'unknown' : 'no';
}

function actionClause(s: Statement): ClauseResult {
  const hit = (list: Statement['actions']): boolean =>
    (list ?? []).some(a => {
      const pattern = compilePattern(a.value.toLowerCase(), false, true);
      return pattern.kind === 'pattern' && matches(pattern.parts, assumeAction.toLowerCase());
    });
  if (s.actions !== undefined) {
    const found = hit(s.actions);
    return {
      clause: 'Action',
      result: found ? 'yes' : 'no',
      why: found
        ? `The Action covers ${assumeAction}.`
        : `The Action ${s.actions.map(a => a.value).join(', ')} is not ${assumeAction}.`,
    };
  }
  const excluded = hit(s.notActions);
  return {
    clause: 'NotAction',
    result: excluded ? 'no' : 'yes',
    why: excluded ? `NotAction leaves ${assumeAction} out.` : `NotAction does not name ${assumeAction}.`,
  };
}

interface Operator {
  readonly set: 'any' | 'all' | undefined;
  readonly base: string;
  readonly ifExists: boolean;
}

/** Operators by the case-insensitive name, each with what it compares and whether it is negated. */
const stringOperators: Readonly<
  Record<string, { readonly like: boolean; readonly ignoreCase: boolean; readonly negated: boolean }>
> = {
  stringequals: { like: false, ignoreCase: false, negated: false },
  stringnotequals: { like: false, ignoreCase: false, negated: true },
  stringequalsignorecase: { like: false, ignoreCase: true, negated: false },
  stringnotequalsignorecase: { like: false, ignoreCase: true, negated: true },
  stringlike: { like: true, ignoreCase: false, negated: false },
  stringnotlike: { like: true, ignoreCase: false, negated: true },
};

export function parseOperator(text: string): Operator {
  const match = /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/i.exec(text);
  const set = match?.[1]?.toLowerCase();
  return {
    set: set === 'foranyvalue' ? 'any' : set === 'forallvalues' ? 'all' : undefined,
    base: (match?.[2] ?? text).toLowerCase(),
    ifExists: match?.[3] !== undefined,
  };
}

function conditionClause(clause: Clause, request: WebIdentityRequest, variables: boolean): ClauseResult {
  const shown = `${clause.operator} ${clause.key}`;
  const answer = (result: Truth, why: string): ClauseResult => ({ clause: shown, result, why });
  const operator = parseOperator(clause.operator);
  const context = contextOf(clause.key, request);
  if (operator.base === 'null') return nullClause(clause, context, answer);
  const kind = Object.hasOwn(stringOperators, operator.base) ? stringOperators[operator.base] : undefined;
  if (context === 'unknown') {
    return answer('unknown', `The value of ${clause.key} is known to AWS only when the token is used.`);
  }
  if (kind === undefined) {
    if (context === undefined && operator.ifExists)
      return answer('yes', `${clause.key} is absent, and the operator ends in IfExists.`);
    return answer('unknown', `The operator ${clause.operator} on ${clause.key} is not one that compares strings.`);
  }
  if (context === undefined) {
    if (operator.ifExists) return answer('yes', `${clause.key} is absent, and the operator ends in IfExists.`);
    if (operator.set === 'all')
      return answer('yes', `${clause.key} is absent, and ForAllValues is true for a key without values.`);
    if (kind.negated && operator.set === undefined)
      return answer('yes', `${clause.key} is absent, and ${clause.operator} is true for an absent key.`);
    return answer('no', `${clause.key} is no key of a token from ${request.hostname}.`);
  }
  const results = context.map(value => compare(clause, kind, value, variables));
  // A request value passes when it equals any policy value; for negated operators, when it equals none.
  const truth = operator.set === 'all' || kind.negated ? all(results) : any(results);
  const combined: Truth = operator.set === 'any' && kind.negated ? any(results) : truth;
  if (combined === 'unknown')
    return answer(
      'unknown',
      clause.unknown || clause.values.some(v => hasHole(v.value))
        ? `A value of ${shown} is known only when Terraform runs.`
        : `A value of ${shown} holds a policy variable, which only AWS can fill in.`,
    );
  const value = context.join(', ');
  if (combined === 'yes') return answer('yes', `${clause.key} is "${value}", which satisfies ${clause.operator}.`);
  return answer('no', explain(clause, kind, value));
}

function compare(
  clause: Clause,
  kind: { like: boolean; ignoreCase: boolean; negated: boolean },
  value: string,
  variables: boolean,
): Truth {
  const fold = (text: string): string => (kind.ignoreCase ? text.toLowerCase() : text);
  const hits = clause.values.map((v): Truth => {
    const pattern = compilePattern(fold(v.value), variables, kind.like);
    if (pattern.kind === 'variable') return 'unknown';
    if (!hasHole(v.value)) return matches(pattern.parts, fold(value)) ? 'yes' : 'no';
    // What only Terraform knows may be anything; what stands around it must fit all the same.
    return matches(widened(fold(v.value), variables, kind.like), fold(value)) ? 'unknown' : 'no';
  });
  const hit = any(clause.unknown ? [...hits, 'unknown'] : hits);
  if (!kind.negated) return hit;
  return hit === 'yes' ? 'no' : hit === 'no' ? 'yes' : 'unknown';
}

/** The pattern with any text in the place of each mark. */
function widened(text: string, variables: boolean, like: boolean): KnownPattern['parts'] {
  const pieces = text.split(holes);
  const compiled = (piece: string): KnownPattern['parts'] => {
    const pattern = compilePattern(piece, variables, like);
    return pattern.kind === 'pattern' ? pattern.parts : [];
  };
  return pieces.flatMap(compiled);
}

function nullClause(
  clause: Clause,
  context: readonly string[] | 'unknown' | undefined,
  answer: (result: Truth, why: string) => ClauseResult,
): ClauseResult {
  if (context === 'unknown') return answer('unknown', `Whether ${clause.key} is present is known to AWS only.`);
  if (clause.unknown) return answer('unknown', 'The value is known only when Terraform runs.');
  const absent = context === undefined;
  const ok = clause.values.some(v => v.value.toLowerCase() === String(absent));
  return answer(
    ok ? 'yes' : 'no',
    `${clause.key} is ${absent ? 'absent' : 'present'}, and Null asks for it to be ${absent ? 'present' : 'absent'}.`,
  );
}

/**
 * The values of a condition key: a list, `undefined` where such a token has none, `unknown` where this can't be told from here.
 * Keys are case-insensitive. AWS documents sub and aud (and amr, oaud, email) for OIDC issuers, and no custom claims of this one;
 * since a later addition can't be excluded, those are unknown rather than absent.
 */
function contextOf(key: string, request: WebIdentityRequest): readonly string[] | 'unknown' | undefined {
  const lower = key.toLowerCase();
  const colon = lower.lastIndexOf(':');
  const prefix = lower.slice(0, colon);
  const name = lower.slice(colon + 1);
  if (prefix === request.hostname.toLowerCase()) {
    if (name === 'sub') return [request.subject];
    if (name === 'aud') return [request.audience];
    if (name === 'amr' || name === 'oaud' || name === 'email') return undefined;
    return 'unknown';
  }
  // Global keys, and those of other services, have values that are not ours to know.
  if (/^(?:aws|sts|iam)$/.test(prefix)) return 'unknown';
  // A key of another issuer.
  return prefix.includes('.') || prefix.includes('/') ? undefined : 'unknown';
}

function explain(clause: Clause, kind: { like: boolean; negated: boolean }, value: string): string {
  const written = clause.values.map(v => `"${v.value}"`).join(', ') || 'nothing';
  if (kind.negated) return `${clause.key} is "${value}", which ${clause.operator} ${written} excludes.`;
  const base = `${clause.key} is "${value}", and ${clause.operator} wants ${written}.`;
  if (!kind.like && clause.values.some(v => /[*?]/.test(v.value)))
    return `${base} ${clause.operator} takes * and ? as letters; StringLike knows wildcards.`;
  const only = clause.values.length === 1 ? clause.values[0] : undefined;
  const segment = only === undefined ? undefined : firstDifference(only.value, value);
  return segment === undefined ? base : `${base} They differ at ${segment}.`;
}

/** Names the first segment of two subjects that differs. */
function firstDifference(pattern: string, value: string): string | undefined {
  const a = parseSubject(pattern);
  const b = parseSubject(value);
  if (b === undefined) return undefined;
  if (a === undefined) return undefined;
  if (a.kind !== b.kind)
    return a.kind === 'without-project'
      ? 'the project, which the pattern lacks'
      : `its form: the pattern is for a ${a.kind}, the token for a ${b.kind}`;
  for (const [name, wanted] of Object.entries(a.segments)) {
    const got = b.segments[name] ?? '';
    const compiled = compilePattern(wanted, false, true);
    if (compiled.kind === 'pattern' && !matches(compiled.parts, got)) return `${name}: "${wanted}" is not "${got}"`;
  }
  return undefined;
}

function any(results: readonly Truth[]): Truth {
  return results.includes('yes') ? 'yes' : results.includes('unknown') ? 'unknown' : 'no';
}

function all(results: readonly Truth[]): Truth {
  return results.includes('no') ? 'no' : results.includes('unknown') ? 'unknown' : 'yes';
}
