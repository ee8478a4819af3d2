import { fail, ok, type Result } from '../../core/problem';
import type { Position, Range } from '../../core/text';
import type { IamOperation, SendResult, ValidationFinding } from './types';

type Value = Readonly<Record<string, unknown>>;
type Send = (operation: IamOperation, input: Value, signal: AbortSignal) => Promise<SendResult>;

const value = (v: unknown): Value => (typeof v === 'object' && v !== null ? (v as Value) : {});
const text = (v: unknown): string | undefined => (typeof v === 'string' ? v : undefined);

/** The default version of a managed policy. */
export async function readManagedPolicy(
  send: Send,
  PolicyArn: string,
  signal: AbortSignal,
): Promise<Result<string | undefined>> {
  const missing = (reply: Extract<SendResult, { ok: false }>): Result<undefined> =>
    reply.problem.code === 'NoSuchEntity' ? ok(undefined) : fail(reply.problem);
  const policy = await send('GetPolicy', { PolicyArn }, signal);
  if (!policy.ok) return missing(policy);
  const VersionId = text(value(policy.value['Policy'])['DefaultVersionId']) ?? 'v1';
  const version = await send('GetPolicyVersion', { PolicyArn, VersionId }, signal);
  if (!version.ok) return missing(version);
  const encoded = text(value(version.value['PolicyVersion'])['Document']) ?? '';
  try {
    return ok(decodeURIComponent(encoded));
  } catch {
    return ok(encoded); // A server that doesn't encode, with a lone "%" in the policy.
  }
}

/** All pages of ValidatePolicy. */
export async function validatePolicy(
  ask: (input: Value, signal: AbortSignal) => Promise<SendResult>,
  policyDocument: string,
  signal: AbortSignal,
): Promise<Result<readonly ValidationFinding[]>> {
  const findings: ValidationFinding[] = [];
  let nextToken: string | undefined;
  do {
    const reply = await ask(
      {
        policyDocument,
        policyType: /"(?:Not)?Principal"\s*:/.test(policyDocument) ? 'RESOURCE_POLICY' : 'IDENTITY_POLICY',
        ...(nextToken !== undefined && { nextToken }),
      },
      signal,
    );
    if (!reply.ok) return fail(reply.problem);
    const page = reply.value['findings'];
    for (const item of Array.isArray(page) ? (page as unknown[]) : []) findings.push(findingOf(value(item)));
    nextToken = text(reply.value['nextToken']);
  } while (nextToken !== undefined && nextToken !== '');
  return ok(findings);
}

const types = ['ERROR', 'SECURITY_WARNING', 'SUGGESTION', 'WARNING'] as const;

function findingOf(item: Value): ValidationFinding {
  const locations = item['locations'];
  const [first] = Array.isArray(locations) ? (locations as unknown[]) : [];
  return {
    type: types.find(t => t === item['findingType']) ?? 'WARNING',
    code: text(item['issueCode']) ?? 'UNKNOWN',
    details: text(item['findingDetails']) ?? '',
    link: text(item['learnMoreLink']),
    range: rangeOf(value(value(first)['span'])),
  };
}

/** AWS counts lines from 1 and columns from 0. */
function rangeOf(span: Value): Range | undefined {
  const position = (v: Value): Position | undefined =>
    typeof v['line'] === 'number' && typeof v['column'] === 'number'
      ? { line: v['line'] - 1, character: v['column'] }
      : undefined;
  const start = position(value(span['start']));
  const end = position(value(span['end']));
  return start === undefined || end === undefined ? undefined : { start, end };
}
