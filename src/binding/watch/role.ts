import type { ActualRole, AwsAccount } from '../../iam/account/types';
import { lintTrustText } from '../../iam/lint/trust/lintTrust';
import { readNamed } from '../../iam/policy/permissions';
import { entry, listOf, type PolicyNode, readPolicyText } from '../../iam/policy/node';
import { type Clause, readPolicy, type Statement } from '../../iam/policy/statement';
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
    subjects: subjectsOf(role.trustPolicy),
    actions: of('Allow'),
    denied: of('Deny'),
    ...(role.permissionsBoundaryArn !== undefined && { boundary: role.permissionsBoundaryArn }),
  });
}

export const missingRole = (arn: string): WatchedRole => ({
  arn,
  exists: false,
  subjects: [],
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

/** Values that the subject is compared with in statements that allow, and principals of other kinds. */
function subjectsOf(trustPolicy: string): readonly string[] {
  const { statements } = readPolicy(readPolicyText(trustPolicy).root);
  return sorted(
    statements
      .filter(s => s.effect === 'Allow')
      .flatMap(s => {
        const subject = (clause: Clause): boolean => /:sub$/i.test(clause.key);
        // The audience is the same for all runs, and lint-trust judges it.
        const others = conditions(s.clauses.filter(c => !subject(c) && !/:aud$/i.test(c.key)));
        return [...s.clauses.filter(subject).flatMap(c => c.values.map(v => v.value)), ...otherPrincipals(s.node)].map(
          who => `${who}${others}`,
        );
      }),
  );
}

function otherPrincipals(statement: PolicyNode): readonly string[] {
  const principal = entry(statement, 'Principal')?.value;
  if (principal?.kind === 'string') return [`principal ${principal.value}`];
  if (principal?.kind !== 'object') return [];
  return principal.entries
    .filter(e => e.key !== 'Federated')
    .flatMap(e => listOf(e.value).flatMap(v => (v.kind === 'string' ? [`${e.key} ${v.value}`] : [])));
}
