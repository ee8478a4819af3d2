import type { ActualRole, AwsAccount } from '../../iam/account/types';
import { lintTrustText } from '../../iam/lint/trust/lintTrust';
import { readNamed } from '../../iam/policy/permissions';
import { entry, listOf, type PolicyNode, readPolicyText } from '../../iam/policy/node';
import { type Clause, isAudienceClause, isSubjectClause, readPolicy, type Statement } from '../../iam/policy/statement';
import { ok, type Result } from '../../core/problem';
import { rolePolicies } from '../gather/rolePolicies';
import type { WatchedRole } from './model';

const sorted = (items: readonly string[]): readonly string[] => [...new Set(items)].sort();

/** What the watch keeps of a role. */
export async function watchedRole(
  account: AwsAccount,
  role: ActualRole,
  signal: AbortSignal,
): Promise<Result<WatchedRole>> {
  const read = await rolePolicies(account, role, signal);
  if (!read.ok) return read;
  const statements = read.value.policies.flatMap(policy => readPolicy(readNamed(policy).root).statements);
  const of = (effect: 'Allow' | 'Deny'): readonly string[] =>
    sorted(statements.filter(s => s.effect === effect).flatMap(permissionsOf));
  return ok({
    arn: role.arn,
    exists: true,
    trust: lintTrustText(role.trustPolicy, {}).verdict,
    ...trustOf(role.trustPolicy),
    actions: of('Allow'),
    denied: of('Deny'),
    ...(role.permissionsBoundaryArn !== undefined && { boundary: role.permissionsBoundaryArn }),
  });
}

export const missingRole = (arn: string): WatchedRole => ({
  arn,
  exists: false,
  subjects: [],
  keptOut: [],
  actions: [],
  denied: [],
});

function permissionsOf({ actions, notActions, resources, notResources, clauses }: Statement): readonly string[] {
  const values = (list: Statement['actions']): readonly string[] => (list ?? []).map(item => item.value);
  const what = actions === undefined ? values(notActions).map(a => `all but ${a}`) : values(actions);
  const where = resources === undefined ? values(notResources).map(r => `all but ${r}`) : values(resources);
  return what.flatMap(action =>
    (where.length === 0 ? [action] : where.map(resource => `${action} on ${resource}`)).map(
      allowed => `${allowed}${conditions(clauses)}`,
    ),
  );
}

/** What else must be true: with less of it more is allowed. */
const conditions = (clauses: Statement['clauses']): string =>
  clauses.length === 0
    ? ''
    : ` if ${sorted(clauses.map(c => `${c.operator} ${c.key} ${sorted(c.values.map(v => v.value)).join(' or ')}`)).join(' and ')}`;

/** Whom a trust policy lets in, and whom it keeps out: either half can make it wider. */
function trustOf(trustPolicy: string): Pick<WatchedRole, 'subjects' | 'keptOut'> {
  const { statements } = readPolicy(readPolicyText(trustPolicy).root);
  return {
    subjects: sorted(statements.filter(s => s.effect === 'Allow').flatMap(letIn)),
    keptOut: sorted(
      statements
        .filter(s => s.effect === 'Deny')
        .flatMap(({ node, clauses }) => principalsOf(node).map(who => `${who}${conditions(clauses)}`)),
    ),
  };
}

/** Values that the subject is compared with, principals of other kinds, and providers all of whose subjects get in. */
function letIn({ node, clauses }: Statement): readonly string[] {
  const federated = principalsOf(node).filter(who => who.startsWith('Federated '));
  const others = principalsOf(node).filter(who => !who.startsWith('Federated '));
  const subjects = clauses.filter(isSubjectClause);
  // Which audience is the same for all runs, and lint-trust judges it; that none is asked for lets more in.
  const audience = federated.length > 0 && !clauses.some(isAudienceClause) ? ' for any audience' : '';
  const rest = conditions(clauses.filter(c => !isSubjectClause(c) && !isAudienceClause(c)));
  return [
    ...subjects.flatMap(c => c.values.map(v => `${comparison(c)}${v.value}${audience}${rest}`)),
    ...(subjects.length === 0 ? federated.map(who => `any subject of ${who}${audience}${rest}`) : []),
    ...others.map(who => `${who}${conditions(clauses)}`),
  ];
}

/** A subject that must be like the value is named by the value alone; any other comparison belongs to it. */
const comparison = ({ operator }: Clause): string => (/^String(Equals|Like)$/i.test(operator) ? '' : `${operator} `);

/** `principal *`, `AWS arn:…`, `Federated arn:…`, `NotPrincipal AWS arn:…`. */
function principalsOf(statement: PolicyNode): readonly string[] {
  return ['Principal', 'NotPrincipal'].flatMap(element => {
    const principal = entry(statement, element)?.value;
    const not = element === 'NotPrincipal' ? 'NotPrincipal ' : '';
    if (principal?.kind === 'string') return [`${not || 'principal '}${principal.value}`];
    if (principal?.kind !== 'object') return [];
    return principal.entries.flatMap(e =>
      listOf(e.value).flatMap(v => (v.kind === 'string' ? [`${not}${e.key} ${v.value}`] : [])),
    );
  });
}
