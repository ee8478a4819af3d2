import { parseOidcProviderArn } from '../../oidc/arns';
import { parseSubject } from '../../oidc/subject';
import type { KeyValue } from './conditions';
import { type Evaluation, evaluatePolicies, type PolicyRequest } from './evaluate';
import { readPolicyText } from './node';
import { matchesText } from './patterns/partly';
import { type Policy, type Principals, readPolicy } from './statement';
import type { Truth } from './truth';

/** What `sts:AssumeRoleWithWebIdentity` with a token would be answered, by the trust policy alone. */
export interface WebIdentityRequest {
  /** The issuer's host as AWS writes it: no scheme, no port. */
  readonly hostname: string;
  /** The exact provider; without it any account's provider for the host will do. */
  readonly providerArn?: string;
  readonly subject: string;
  readonly audience: string;
}

export const assumeAction = 'sts:AssumeRoleWithWebIdentity';

const refused = (...why: readonly string[]): Evaluation => ({ decision: 'deny', explicit: false, statements: [], why });

/** Evaluates a policy's text. */
export function evaluateText(text: string, request: WebIdentityRequest): Evaluation {
  const read = readPolicyText(text);
  const [first] = read.syntax;
  if (read.root === undefined || first !== undefined)
    return refused(`The policy is not valid JSON${first === undefined ? '' : `: ${first.message}`} IAM refuses it.`);
  const told = evaluate(readPolicy(read.root), request);
  if (read.comments.length === 0) return told;
  return { ...told, why: [...told.why, 'The text has comments; IAM takes none, so they have to go first.'] };
}

export function evaluate(policy: Policy, request: WebIdentityRequest): Evaluation {
  const fatal = [...policy.problems, ...policy.statements.flatMap(s => s.problems)].filter(p => p.fatal);
  if (fatal.length > 0)
    return refused('IAM refuses this policy, so no role can have it.', ...fatal.map(p => p.message));
  return evaluatePolicies([{ name: '', policy }], questionOf(request));
}

function questionOf(request: WebIdentityRequest): PolicyRequest {
  return {
    action: assumeAction,
    resource: undefined,
    principal: {
      who: request.providerArn ?? `the OIDC provider of ${request.hostname}`,
      isNamed: principals => isNamed(principals, request),
    },
    valueOf: key => valueOf(key, request),
  };
}

function isNamed(p: Principals, request: WebIdentityRequest): Truth {
  if (p.any || p.federated.some(f => f.value === '*')) return 'yes';
  const found = p.federated.some(f => {
    if (request.providerArn !== undefined) return f.value === request.providerArn;
    const arn = parseOidcProviderArn(f.value);
    return arn !== undefined && arn.host === request.hostname;
  });
  return found ? 'yes' : p.unknown ? 'unknown' : 'no';
}

/**
 * Keys are case-insensitive. AWS documents sub and aud (and amr, oaud, email) for OIDC issuers, and no custom claims of this one; since a
 * later addition can't be excluded, those are unknown rather than absent.
 */
function valueOf(key: string, request: WebIdentityRequest): KeyValue {
  const lower = key.toLowerCase();
  const colon = lower.lastIndexOf(':');
  const prefix = lower.slice(0, colon);
  const name = lower.slice(colon + 1);
  const absent: KeyValue = { kind: 'absent', why: `${key} is not a key of a token from ${request.hostname}.` };
  const unknown: KeyValue = {
    kind: 'unknown',
    why: `The value of ${key} is known to AWS only when the token is used.`,
  };
  if (prefix === request.hostname.toLowerCase()) {
    if (name === 'sub')
      return { kind: 'values', values: [request.subject], differsAt: written => differsAt(written, request.subject) };
    if (name === 'aud') return { kind: 'values', values: [request.audience] };
    return name === 'amr' || name === 'oaud' || name === 'email' ? absent : unknown;
  }
  // Global keys, and those of other services, have values that are not ours to know.
  if (/^(?:aws|sts|iam)$/.test(prefix)) return unknown;
  // A key of another issuer.
  return prefix.includes('.') || prefix.includes('/') ? absent : unknown;
}

/** Names the first segment of a subject that a pattern does not fit. */
function differsAt(pattern: string, subject: string): string | undefined {
  const a = parseSubject(pattern);
  const b = parseSubject(subject);
  if (a === undefined || b === undefined) return undefined;
  if (a.kind !== b.kind)
    return a.kind === 'without-project'
      ? 'the project, which the pattern lacks'
      : `its form: the pattern is for a ${a.kind}, the token for a ${b.kind}`;
  for (const [name, wanted] of Object.entries(a.segments)) {
    const got = b.segments[name] ?? '';
    if (matchesText(wanted, got, { variables: false, wildcards: true }) === 'no')
      return `${name}: "${wanted}" is not "${got}"`;
  }
  return undefined;
}
