import { findNodeAtLocation, type JSONPath, parseTree } from 'jsonc-parser';
import { AwsError } from './awsError';

/**
 * ValidatePolicy (https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicy.html) with a few of its checks:
 * JSON_SYNTAX_ERROR, INVALID_ACTION, MISSING_VERSION and PASS_ROLE_WITH_STAR_IN_RESOURCE
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html). Pages hold `pageSize` findings.
 */
export function validatePolicy(
  input: Readonly<Record<string, unknown>>,
  query: URLSearchParams,
  pageSize: number,
): { readonly findings: readonly unknown[]; readonly nextToken?: string } {
  const text = input['policyDocument'];
  if (typeof text !== 'string' || text === '') throw invalid('policyDocument');
  if (!['IDENTITY_POLICY', 'RESOURCE_POLICY', 'SERVICE_CONTROL_POLICY'].includes(String(input['policyType'])))
    throw invalid('policyType');
  const all = findingsOf(text);
  const from = Number(query.get('nextToken') ?? 0);
  const more = from + pageSize < all.length;
  return { findings: all.slice(from, from + pageSize), ...(more && { nextToken: String(from + pageSize) }) };
}

const invalid = (field: string): AwsError =>
  new AwsError('ValidationException', `1 validation error detected: Value at '${field}' is not valid`, 400);

function findingsOf(text: string): readonly unknown[] {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    return [finding('ERROR', 'JSON_SYNTAX_ERROR', 'Fix the JSON syntax error.', text, [])];
  }
  const found: unknown[] = [];
  const { Version, Statement } = policy as { Version?: unknown; Statement?: unknown };
  if (Version === undefined)
    found.push(finding('WARNING', 'MISSING_VERSION', 'We recommend that you specify the Version element.', text, []));
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as Record<string, unknown>[];
  statements.forEach((statement, i) => {
    const at: JSONPath = Array.isArray(Statement) ? ['Statement', i] : ['Statement'];
    const { Action, Resource } = statement;
    const actions = (Array.isArray(Action) ? Action : [Action]) as unknown[];
    actions.forEach((action, j) => {
      const path: JSONPath = Array.isArray(Action) ? [...at, 'Action', j] : [...at, 'Action'];
      if (typeof action === 'string' && /NotReal/.test(action))
        found.push(finding('ERROR', 'INVALID_ACTION', `The action ${action} does not exist.`, text, path));
      if (action === 'iam:PassRole' && [Resource].flat().includes('*')) {
        const details = 'Using the iam:PassRole action with wildcards (*) in the resource can be overly permissive.';
        found.push(finding('SECURITY_WARNING', 'PASS_ROLE_WITH_STAR_IN_RESOURCE', details, text, [...at, 'Resource']));
      }
    });
  });
  return found;
}

function finding(
  findingType: string,
  issueCode: string,
  findingDetails: string,
  text: string,
  path: JSONPath,
): unknown {
  const tree = parseTree(text);
  const node = tree === undefined ? undefined : findNodeAtLocation(tree, path);
  const start = node?.offset ?? 0;
  const end = start + (node?.length ?? text.length);
  const position = (offset: number): unknown => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: before.at(-1)?.length ?? 0, offset };
  };
  return {
    findingType,
    issueCode,
    findingDetails,
    learnMoreLink: `https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#${issueCode.toLowerCase().replace(/_/g, '-')}`,
    locations: [
      {
        path: path.map(p => (typeof p === 'number' ? { index: p } : { value: p })),
        span: { start: position(start), end: position(end) },
      },
    ],
  };
}
