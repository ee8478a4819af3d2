import type { Caller, StoredAccount, StoredRole } from './account';
import { noSuchEntity, validationError } from './awsError';
import type { IamStore } from './iamStore';
import type { Params } from './params';
import { list, type Statement } from './policyGrammar';
import { actionMatches, conditionsHold, like, type RequestKeys } from './trustDecision';
import type { XmlValue } from './xml';

/**
 * SimulatePrincipalPolicy (https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html): one result an action,
 * whose decision is the most restrictive of all resources; what holds for each stands in ResourceSpecificResults. Condition keys that
 * the request does not bring are named as missing. The boundary counts as IAM holds it; of the organization's policies AWS says yes or
 * no, and those with conditions are not simulated.
 */
type Decision = 'allowed' | 'explicitDeny' | 'implicitDeny';

interface Layer {
  readonly statements: readonly Statement[];
}

interface Decided {
  readonly decision: Decision;
  readonly missing: readonly string[];
  readonly boundary: boolean | undefined;
  readonly organization: boolean | undefined;
  /** Source policies of the statements that decided. */
  readonly matched: readonly string[];
}

export const serviceOf = (action: string): string => action.slice(0, Math.max(0, action.indexOf(':'))).toLowerCase();

const statementsOf = (document: string): readonly Statement[] =>
  list((JSON.parse(document) as { Statement: unknown }).Statement) as readonly Statement[];

const wide = '{"Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*"}]}';
const everything = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';

const managed = (account: StoredAccount, arn: string): string =>
  account.policies.get(arn)?.document ?? (/\/(Administrator|PowerUser)Access$/.test(arn) ? everything : wide);

/** The statements of a role's own policies, one list a policy. */
export const documentsOf = (account: StoredAccount, role: StoredRole): readonly (readonly Statement[])[] => [
  ...[...role.inline.values()].map(statementsOf),
  ...role.attached.map(arn => statementsOf(managed(account, arn))),
];

export function simulatePrincipalPolicy(
  store: IamStore,
  account: StoredAccount,
  callers: ReadonlyMap<string, Caller>,
  params: Params,
): XmlValue {
  const source = params.required('PolicySourceArn', /^[^]*$/, 2048, 20);
  const actions = params.list('ActionNames');
  if (actions.length === 0) throw validationError('1 validation error detected: actionNames must not be null');
  const bad = actions.find(a => !/^[a-z0-9-]+:\w+$/i.test(a));
  if (bad !== undefined) throw validationError(`Invalid Action ${bad}`);
  const resources = params.list('ResourceArns');
  const decide = deciderOf(account, callers, source, contextOf(params));
  const rows = actions.map(action => resultXml(action, resources, decide));
  const size = Math.min(params.integer('MaxItems', 1, 1000) ?? 1000, store.pageSize);
  const start = Number(Buffer.from(params.get('Marker') ?? 'MA==', 'base64').toString('utf8'));
  const more = start + size < rows.length;
  return {
    EvaluationResults: rows.slice(start, start + size),
    IsTruncated: more,
    Marker: more ? Buffer.from(String(start + size)).toString('base64') : undefined,
  };
}

type Decide = (action: string, resource: string) => Decided;

const rank: Readonly<Record<Decision, number>> = { explicitDeny: 0, implicitDeny: 1, allowed: 2 };

function resultXml(action: string, resources: readonly string[], decide: Decide): XmlValue {
  const single = resources.length === 0 || (resources.length === 1 && resources[0] === '*');
  const each = (single ? ['*'] : resources).map(resource => ({ resource, of: decide(action, resource) }));
  const [worst] = [...each].sort((a, b) => rank[a.of.decision] - rank[b.of.decision]);
  if (worst === undefined) throw new Error('no resource');
  const { of } = worst;
  return {
    EvalActionName: action,
    EvalResourceName: single ? '*' : (resources[0] ?? '*'),
    EvalDecision: of.decision,
    MatchedStatements: of.matched.map(SourcePolicyId => ({ SourcePolicyId })),
    MissingContextValues: single ? of.missing : [],
    ...detail(of),
    ...(!single && {
      ResourceSpecificResults: each.map(({ resource, of: own }) => ({
        EvalResourceName: resource,
        EvalResourceDecision: own.decision,
        MatchedStatements: own.matched.map(SourcePolicyId => ({ SourcePolicyId })),
        MissingContextValues: own.missing,
        ...(own.boundary !== undefined && {
          PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: own.boundary },
        }),
      })),
    }),
  };
}

const detail = ({ boundary, organization }: Decided): { [name: string]: XmlValue } => ({
  ...(organization !== undefined && { OrganizationsDecisionDetail: { AllowedByOrganizations: organization } }),
  ...(boundary !== undefined && { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: boundary } }),
});

/** `ContextEntries.member.1.ContextKeyName` … */
function contextOf(params: Params): RequestKeys {
  const out = new Map<string, readonly string[]>();
  for (let i = 1; params.get(`ContextEntries.member.${i}.ContextKeyName`) !== undefined; i++) {
    const at = `ContextEntries.member.${i}`;
    const type = params.get(`${at}.ContextKeyType`) ?? '';
    if (!/^(string|numeric|boolean|ip|binary|date|stringList|numericList|booleanList|ipList)$/.test(type))
      throw validationError(`Invalid ContextKeyType ${type}`);
    out.set((params.get(`${at}.ContextKeyName`) ?? '').toLowerCase(), params.list(`${at}.ContextKeyValues`));
  }
  return out;
}

function deciderOf(
  account: StoredAccount,
  callers: ReadonlyMap<string, Caller>,
  source: string,
  given: RequestKeys,
): Decide {
  const role = [...account.roles.values()].find(r => r.arn === source);
  const caller = [...callers.values()].find(c => c.arn === source);
  if (role === undefined && caller === undefined) throw noSuchEntity(`The principal ${source} cannot be found.`);
  const scps = account.scps.map(statementsOf).filter(s => s.every(x => x['Condition'] === undefined));
  if (role === undefined && caller !== undefined) return action => callerDecision(caller, action);
  const own: Layer[] = role === undefined ? [] : documentsOf(account, role).map(statements => ({ statements }));
  const limit = role?.boundary === undefined ? undefined : statementsOf(managed(account, role.boundary));
  const tags = [...(role?.tags ?? [])].map(([k, v]) => [`aws:principaltag/${k.toLowerCase()}`, [v]] as const);
  const keys: RequestKeys = new Map([...tags, ['aws:principalarn', [source]], ...given]);
  return (action, resource) => {
    const all = own.flatMap(layer => layer.statements);
    const decided = ofStatements(all, action, resource, keys);
    const boundary = limit && ofStatements(limit, action, resource, keys);
    const organization =
      account.scps.length === 0
        ? undefined
        : scps.every(s => ofStatements(s, action, resource, keys).decision === 'allowed');
    const explicit = decided.decision === 'explicitDeny' || boundary?.decision === 'explicitDeny';
    const allowed =
      decided.decision === 'allowed' && (boundary?.decision ?? 'allowed') === 'allowed' && organization !== false;
    return {
      decision: explicit ? 'explicitDeny' : allowed ? 'allowed' : 'implicitDeny',
      missing: [...new Set([...decided.missing, ...(boundary?.missing ?? [])])],
      boundary: boundary === undefined ? undefined : boundary.decision === 'allowed',
      organization,
      matched: decided.decision === 'implicitDeny' ? [] : [role?.name ?? ''],
    };
  };
}

function callerDecision(caller: Caller, action: string): Decided {
  const any = (patterns: readonly string[]): boolean => patterns.some(p => like(p.toLowerCase(), action.toLowerCase()));
  return {
    decision: any(caller.deny) ? 'explicitDeny' : any(caller.allow) ? 'allowed' : 'implicitDeny',
    missing: [],
    boundary: undefined,
    organization: undefined,
    matched: [],
  };
}

function ofStatements(
  statements: readonly Statement[],
  action: string,
  resource: string,
  keys: RequestKeys,
): { readonly decision: Decision; readonly missing: readonly string[] } {
  const about = statements.filter(s => actionMatches(s, action) && resourceMatches(s, resource));
  const missing = about.flatMap(s => keysOf(s['Condition']).filter(key => !keys.has(key.toLowerCase())));
  const holding = about.filter(s => conditionsHold(s['Condition'], keys));
  const has = (effect: string): boolean => holding.some(s => s['Effect'] === effect);
  return {
    decision: has('Deny') ? 'explicitDeny' : has('Allow') ? 'allowed' : 'implicitDeny',
    missing: [...new Set(missing)],
  };
}

const keysOf = (condition: unknown): readonly string[] =>
  typeof condition === 'object' && condition !== null
    ? Object.values(condition).flatMap(block => Object.keys(block as object))
    : [];

function resourceMatches(statement: Statement, resource: string): boolean {
  const any = (v: unknown): boolean => list(v).some(r => like(String(r), resource));
  return statement['Resource'] !== undefined ? any(statement['Resource']) : !any(statement['NotResource']);
}
