import type { ContextEntry, Simulated } from '../../iam/account/askedTypes';
import type { ActualRole, AwsAccount } from '../../iam/account/types';
import type { PermissionDocument } from '../../iam/policy/permissionDocument';
import { type Fact, known, unread } from '../facts';
import { rolePolicies } from '../gather/rolePolicies';

/** One call that the code needs, as IAM would decide it before a run makes it. */
export interface Foreseen {
  readonly action: string;
  readonly resource: string;
  /** `refused` only where IAM says so with everything in hand that its policies ask for. */
  readonly state: 'allowed' | 'refused' | 'unknown';
  /** What refuses it, or why it is not known. */
  readonly why: string;
}

export interface Foresight {
  readonly calls: readonly Foreseen[];
  /** The account is in an organization: what its policies with conditions say is not simulated, so no call is known to be allowed. */
  readonly organization: boolean;
}

/**
 * Asks IAM what the role may do of what the code needs: its own policies, its permissions boundary, an explicit Deny, and whether the
 * organization's policies allow it. The condition keys that the policies ask for are handed in where a run's values are known.
 */
export async function foresee(
  account: AwsAccount,
  role: ActualRole,
  needed: PermissionDocument,
  regions: readonly string[],
  signal: AbortSignal,
): Promise<Fact<Foresight>> {
  const policies = await rolePolicies(account, role, signal);
  if (!policies.ok) return unread(policies.problem);
  const { boundary } = policies.value;
  const texts = [...policies.value.policies, ...(boundary === undefined ? [] : [boundary])].map(p => p.text);
  const asked = new Set(texts.flatMap(conditionKeys));
  const calls: Foreseen[] = [];
  let organization = false;
  for (const { Action, Resource } of needed.Statement) {
    const resources = Resource.filter(r => r !== '*');
    const answer = await account.use.simulate(
      { principal: role.arn, actions: Action, resources, context: contextOf(asked, role, regions) },
      signal,
    );
    if (!answer.ok) return unread(answer.problem);
    organization ||= answer.value.some(r => r.byOrganization !== undefined);
    calls.push(
      ...Action.flatMap(action => foreseenOf(action, resources.length === 0 ? ['*'] : resources, answer.value)),
    );
  }
  return known({ calls: distinct(calls), organization });
}

const distinct = (calls: readonly Foreseen[]): readonly Foreseen[] => [
  ...new Map(calls.map(c => [`${c.action}\0${c.resource}`, c])).values(),
];

function foreseenOf(action: string, resources: readonly string[], answers: readonly Simulated[]): readonly Foreseen[] {
  const own = answers.filter(a => a.action.toLowerCase() === action.toLowerCase());
  return resources.map(resource => {
    const answer = own.find(a => a.resource === resource) ?? (own.length === 1 ? own[0] : undefined);
    return { action, resource, ...verdict(answer) };
  });
}

function verdict(answer: Simulated | undefined): Pick<Foreseen, 'state' | 'why'> {
  if (answer === undefined) return { state: 'unknown', why: 'IAM gave no decision for it.' };
  // With what is missing, an Allow may not hold, and a Deny may.
  if (answer.missing.length > 0)
    return {
      state: 'unknown',
      why: `It depends on ${answer.missing.join(', ')}, which only the call itself brings.`,
    };
  if (answer.decision === 'allowed')
    return answer.byOrganization === undefined
      ? { state: 'allowed', why: 'The policies allow it.' }
      : { state: 'unknown', why: onlyWithoutConditions };
  if (answer.byOrganization === false)
    return {
      state: 'refused',
      why: 'A policy of the AWS organization does not allow it; AWS does not say which statement.',
    };
  if (answer.decision === 'explicitDeny') return { state: 'refused', why: 'A Deny of a policy refuses it.' };
  if (answer.byBoundary === false)
    return { state: 'refused', why: "The role's permissions boundary does not allow it." };
  return { state: 'refused', why: 'No policy of the role allows it.' };
}

/**
 * IAM leaves out policies of the organization that have conditions, and does not say whether there are any
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html).
 */
export const onlyWithoutConditions =
  "The role's policies and the AWS organization's policies without conditions allow it. IAM does not simulate those with conditions: a run, or whoever may read them, tells.";

/** Names of the condition keys in a policy's text. */
function conditionKeys(text: string): readonly string[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return [];
  }
  const statements = [(document as { Statement?: unknown }).Statement].flat();
  return statements.flatMap(s => {
    const condition = typeof s === 'object' && s !== null ? (s as { Condition?: unknown }).Condition : undefined;
    if (typeof condition !== 'object' || condition === null) return [];
    return Object.values(condition).flatMap(block =>
      typeof block === 'object' && block !== null ? Object.keys(block as object) : [],
    );
  });
}

/** The values of a run, as far as they are the same for all its calls. Others are left out, so that IAM names them as missing. */
function contextOf(asked: ReadonlySet<string>, role: ActualRole, regions: readonly string[]): readonly ContextEntry[] {
  const [, partition, , , account = ''] = role.arn.split(':');
  const known: Readonly<Record<string, ContextEntry['values']>> = {
    'aws:principalarn': [role.arn],
    'aws:principalaccount': [account],
    'aws:principaltype': ['AssumedRole'],
    'aws:securetransport': ['true'],
    'aws:viaawsservice': ['false'],
    'aws:principalisawsservice': ['false'],
    ...(regions.length === 1 && { 'aws:requestedregion': regions }),
    ...(partition !== undefined && { 'aws:userid': [`${role.id}:terraform-run`] }),
  };
  return [...asked].flatMap((key): readonly ContextEntry[] => {
    const values = known[key.toLowerCase()] ?? tagOf(key, role);
    if (values === undefined) return [];
    const isBoolean = values.every(v => v === 'true' || v === 'false');
    return [{ key, values, type: isBoolean ? 'boolean' : 'string' }];
  });
}

function tagOf(key: string, role: ActualRole): readonly string[] | undefined {
  const name = /^aws:principaltag\/(.+)$/i.exec(key)?.[1];
  if (name === undefined) return undefined;
  const found = Object.entries(role.tags).find(([tag]) => tag.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : [found[1]];
}
