import type { ActualRole, AwsAccount } from '../../iam/account/types';
import { readDenials, roleOf } from '../../iam/denials/message';
import { compareWithRole } from '../../iam/needs/compare';
import { explainDenial } from '../../iam/denials/explain';
import type { Root } from '../../terraform/model';
import { type BindingFacts, type Fact, known, type Phase, type RolePermissionFacts, unknown } from '../facts';
import { managedByTag } from '../desired/ownership';
import type { WorkspaceHolds } from './holds';
import type { CodeOfRole } from '../stack/needs';
import type { PermissionSources } from './permissionSources';
import { type RolePolicies, rolePolicies } from './rolePolicies';

/** What is asked about the permissions of roles: what the code needs, and what the texts say was refused. */
export interface PermissionQuestion {
  readonly sources: PermissionSources;
  readonly root: Root | undefined;
  /** Of a Stack: what the deployment gives to the variables of the root. */
  readonly stack?: Omit<CodeOfRole, 'root'> | undefined;
  /** Read when it is first asked for. */
  readonly holds: () => Promise<Fact<readonly WorkspaceHolds[]>>;
  readonly place: { readonly partition: string; readonly accountId: string };
  /** Error texts: the log of the last run, and what a user pasted. */
  readonly errors: readonly string[];
}

/** Texts without one of these hold no refusal: the list of actions is not read for them. */
const refusal = /not authorized to perform|AccessDenied|UnauthorizedOperation|authorization failure|Forbidden/i;

/** Compares one role with the code and with the refusals. `undefined` where there is nothing to compare: no request is sent then. */
export async function rolePermissionFacts(
  account: AwsAccount,
  role: ActualRole,
  usedIn: readonly Phase[],
  question: PermissionQuestion,
  signal: AbortSignal,
): Promise<Fact<RolePermissionFacts> | undefined> {
  const phase: Phase = usedIn.includes('apply') ? 'apply' : 'plan';
  const { sources, root, stack, place } = question;
  const wanted = root === undefined ? undefined : sources.needs(root, await question.holds(), phase, place, stack);
  const texts = question.errors.filter(text => refusal.test(text));
  const needed = wanted !== undefined && wanted.permissions.policy.Statement.length > 0;
  if (!needed && texts.length === 0) return undefined;
  const read = await rolePolicies(account, role, signal);
  if (!read.ok) return unknown(read.problem.message);
  return known({
    phase,
    ours: role.tags[managedByTag] !== undefined,
    comparison: needed ? compareWithRole(wanted.permissions.policy, read.value.policies) : undefined,
    unmapped: wanted?.unmapped ?? [],
    unread: wanted?.unread ?? [],
    additionsOnly: wanted?.additionsOnly,
    counted: wanted?.counted,
    refused: texts.length === 0 ? [] : refusedFor(role, read.value, texts, sources),
  });
}

/** Does the text that a user pasted tell of a refused call? Then the roles' policies are worth reading. */
export function tellsOfRefusal(facts: BindingFacts): boolean {
  return facts.pastedError !== undefined && refusal.test(facts.pastedError);
}

/** The facts with what the roles' policies say to the text that a user pasted after they were gathered. */
export async function withRefusals(
  facts: BindingFacts,
  account: AwsAccount,
  sources: PermissionSources,
  signal: AbortSignal,
): Promise<BindingFacts> {
  if (facts.account.state === 'unknown' || !tellsOfRefusal(facts)) return facts;
  const run = facts.run.state === 'known' ? facts.run.value?.errorText : undefined;
  const texts = [facts.pastedError ?? '', run ?? ''];
  const permissions = new Map(facts.account.value.permissions);
  for (const arn of facts.account.value.roles.keys()) {
    const role = await account.readRole(arn, signal);
    if (!role.ok || role.value === undefined) continue;
    const read = await rolePolicies(account, role.value, signal);
    if (!read.ok) {
      permissions.set(arn, unknown(read.problem.message));
      continue;
    }
    const former = permissions.get(arn);
    const refused = refusedFor(role.value, read.value, texts, sources);
    permissions.set(
      arn,
      known({
        ...(former?.state === 'known'
          ? former.value
          : {
              phase: 'apply',
              ours: role.value.tags[managedByTag] !== undefined,
              comparison: undefined,
              unmapped: [],
              unread: [],
              additionsOnly: undefined,
              counted: undefined,
            }),
        refused,
      }),
    );
  }
  return { ...facts, account: known({ ...facts.account.value, permissions }) };
}

function refusedFor(
  role: ActualRole,
  { policies, boundary }: RolePolicies,
  texts: readonly string[],
  sources: PermissionSources,
): RolePermissionFacts['refused'] {
  const reference = sources.reference();
  const denials = texts.flatMap(text => readDenials(text, reference.actions));
  return denials
    .filter(d => d.action !== undefined && !/^sts:AssumeRoleWithWebIdentity$/i.test(d.action))
    .filter(d => d.principal !== undefined && roleOf(d.principal)?.split('/').at(-1) === role.name)
    .map(d => {
      const explained = explainDenial(d, policies, boundary, reference);
      return {
        action: d.action ?? '',
        resource: d.resource,
        allowedNow: explained.decision === 'allow' && (d.policy === undefined || d.policy === 'identity'),
        lacks: explained.lacks,
        nextStep: explained.nextStep,
        inReach: explained.change !== undefined,
      };
    });
}
