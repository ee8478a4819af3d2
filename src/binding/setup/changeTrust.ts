import { fail, ok, type Result } from '../../core/problem';
import { prove } from '../../iam/policy/prove';
import { readPolicyText } from '../../iam/policy/node';
import { readPolicy } from '../../iam/policy/statement';
import { trustPolicy, type TrustRequest } from '../../iam/policy/trust';
import type { WorkspaceIdentity } from '../../oidc/subject';
import type { PolicyJson } from '../desired/desired';

export interface TrustChange extends Omit<TrustRequest, 'identities'> {
  readonly identity: WorkspaceIdentity;
  /** `add`: let the runs in and keep everybody else. `narrow`: replace the statements that let strangers in. */
  readonly change: 'add' | 'narrow';
}

/**
 * The trust policy of a role with the smallest change: a statement for exactly the runs of one workspace is added, and (`narrow`) those
 * statements go that let strangers in. All others stay letter by letter. Fails where the result would still not let the runs in: then a
 * Deny stands in the way, which nobody but a person may take away.
 */
export function changedTrust(current: string, wanted: TrustChange): Result<PolicyJson> {
  const own = trustPolicy({ ...wanted, identities: [wanted.identity] });
  if (!own.ok) return own;
  const document = documentOf(current);
  if (document === undefined)
    return fail({
      code: 'trust-unreadable',
      message: 'The trust policy of the role is not a policy document, so nothing can be added to it.',
      nextStep: 'Look at the role in IAM.',
    });
  const kept = document.statements.filter(s => wanted.change === 'add' || !letsStrangersIn(document, s, wanted));
  const missing = own.value.Statement.filter(s => !kept.some(k => JSON.stringify(k) === JSON.stringify(s)));
  const changed: PolicyJson = { ...document.rest, Statement: [...kept, ...missing] };
  const shut = rows(changed, wanted).find(r => r.expected === 'allow' && !r.holds);
  if (shut === undefined) return ok(changed);
  return fail({
    code: 'trust-denied',
    message: `With this statement the role still would not let ${shut.subject} in: another statement of its trust policy denies it.`,
    nextStep: 'Look at the Deny statements of the trust policy, and change the one that is too wide.',
  });
}

const rows = (policy: PolicyJson, { hostname, audience, identity, phases }: TrustChange) =>
  prove(readPolicy(readPolicyText(JSON.stringify(policy)).root), { hostname, audience, identity, phases });

/** Would this statement alone let somebody in whom nobody meant? */
function letsStrangersIn({ rest }: Document, statement: Statement, wanted: TrustChange): boolean {
  if (statement['Effect'] !== 'Allow') return false;
  return rows({ ...rest, Statement: [statement] }, wanted).some(r => r.expected === 'deny' && !r.holds);
}

type Statement = Readonly<Record<string, unknown>>;
interface Document {
  readonly rest: PolicyJson;
  readonly statements: readonly Statement[];
}

const isObject = (v: unknown): v is Statement => typeof v === 'object' && v !== null && !Array.isArray(v);

function documentOf(text: string): Document | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { Statement: given, ...rest } = value;
  const statements = Array.isArray(given) ? given : [given];
  return statements.every(isObject) ? { rest, statements } : undefined;
}
