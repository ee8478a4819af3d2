import { roleOfSession } from '../../oidc/arns';
import { fail, ok, type Problem, type Result } from '../../core/problem';
import type { ActualProvider, ActualRole, CallerIdentity, IamOperation, SendResult } from './types';

type Value = Readonly<Record<string, unknown>>;
export type Send = (operation: IamOperation, input: Value, signal: AbortSignal) => Promise<SendResult>;

export const text = (v: unknown): string | undefined => (typeof v === 'string' ? v : undefined);
export const texts = (v: unknown): readonly string[] =>
  Array.isArray(v) ? v.filter((x): x is string => typeof x === 'string') : [];
export const objects = (v: unknown): readonly Value[] =>
  Array.isArray(v) ? v.filter((x): x is Value => typeof x === 'object' && x !== null) : [];
export const date = (v: unknown): string | undefined => (v instanceof Date ? v.toISOString() : undefined);

function tagsOf(v: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(objects(v).map(t => [text(t['Key']) ?? '', text(t['Value']) ?? '']));
}

/** GetRole and GetRolePolicy answer documents URL-encoded (RFC 3986). */
function decodeDocument(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded; // A server that doesn't encode, with a lone "%" in the policy.
  }
}

/** `arn:PARTITION:iam::ACCOUNT:role/path/NAME` → `NAME`; a plain name stays. */
function roleNameOf(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1) : nameOrArn;
}

const isMissing = (problem: Problem): boolean => problem.code === 'NoSuchEntity';

/** All pages of a list. */
export async function all(
  send: Send,
  operation: IamOperation,
  input: Value,
  field: string,
  signal: AbortSignal,
): Promise<Result<readonly unknown[]>> {
  const items: unknown[] = [];
  let marker: string | undefined;
  do {
    const reply = await send(operation, { ...input, ...(marker === undefined ? {} : { Marker: marker }) }, signal);
    if (!reply.ok) return fail(reply.problem);
    const page = reply.value[field];
    if (Array.isArray(page)) items.push(...(page as unknown[]));
    marker = reply.value['IsTruncated'] === true ? text(reply.value['Marker']) : undefined;
  } while (marker !== undefined);
  return ok(items);
}

export function identityOf(value: Value): CallerIdentity {
  const arn = text(value['Arn']) ?? '';
  const [, partition = '', , , account = ''] = arn.split(':');
  return {
    accountId: text(value['Account']) ?? account,
    arn,
    userId: text(value['UserId']) ?? '',
    partition,
    root: arn.endsWith(':root'),
  };
}

export async function readProvider(
  send: Send,
  arn: string,
  signal: AbortSignal,
): Promise<Result<ActualProvider | undefined>> {
  const reply = await send('GetOpenIDConnectProvider', { OpenIDConnectProviderArn: arn }, signal);
  if (!reply.ok) return isMissing(reply.problem) ? ok(undefined) : fail(reply.problem);
  return ok({
    arn,
    url: (text(reply.value['Url']) ?? '').replace(/^https:\/\//, ''),
    audiences: texts(reply.value['ClientIDList']),
    thumbprints: texts(reply.value['ThumbprintList']),
    tags: tagsOf(reply.value['Tags']),
  });
}

export async function readRole(
  send: Send,
  nameOrArn: string,
  signal: AbortSignal,
): Promise<Result<ActualRole | undefined>> {
  const RoleName = roleNameOf(nameOrArn);
  const reply = await send('GetRole', { RoleName }, signal);
  if (!reply.ok) return isMissing(reply.problem) ? ok(undefined) : fail(reply.problem);
  const role = (reply.value['Role'] ?? {}) as Value;
  const arn = text(role['Arn']) ?? '';
  if (nameOrArn.startsWith('arn:') && arn !== nameOrArn) return ok(undefined);
  const names = await all(send, 'ListRolePolicies', { RoleName }, 'PolicyNames', signal);
  if (!names.ok) return names;
  const attached = await all(send, 'ListAttachedRolePolicies', { RoleName }, 'AttachedPolicies', signal);
  if (!attached.ok) return attached;
  const inlinePolicies = await readRolePolicies(send, RoleName, texts(names.value), signal);
  if (!inlinePolicies.ok) return inlinePolicies;
  const attachedPolicyArns = objects(attached.value).map(p => text(p['PolicyArn']) ?? '');
  return ok({ ...described(role, RoleName), inlinePolicies: inlinePolicies.value, attachedPolicyArns });
}

/** What GetRole itself tells. */
function described(role: Value, name: string): Omit<ActualRole, 'inlinePolicies' | 'attachedPolicyArns'> {
  const boundary = (role['PermissionsBoundary'] ?? {}) as Value;
  const used = (role['RoleLastUsed'] ?? {}) as Value;
  return {
    name: text(role['RoleName']) ?? name,
    arn: text(role['Arn']) ?? '',
    path: text(role['Path']) ?? '/',
    id: text(role['RoleId']) ?? '',
    createdAt: date(role['CreateDate']),
    description: text(role['Description']),
    maxSessionDuration: typeof role['MaxSessionDuration'] === 'number' ? role['MaxSessionDuration'] : 3600,
    trustPolicy: decodeDocument(text(role['AssumeRolePolicyDocument']) ?? ''),
    permissionsBoundaryArn: text(boundary['PermissionsBoundaryArn']),
    tags: tagsOf(role['Tags']),
    lastUsed: date(used['LastUsedDate']),
  };
}

async function readRolePolicies(
  send: Send,
  RoleName: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Result<Readonly<Record<string, string>>>> {
  const read: Record<string, string> = {};
  for (const PolicyName of names) {
    const policy = await readRolePolicy(send, RoleName, PolicyName, signal);
    if (!policy.ok) return policy;
    if (policy.value !== undefined) read[PolicyName] = policy.value;
  }
  return ok(read);
}

export async function readRolePolicy(
  send: Send,
  RoleName: string,
  PolicyName: string,
  signal: AbortSignal,
): Promise<Result<string | undefined>> {
  const policy = await send('GetRolePolicy', { RoleName, PolicyName }, signal);
  if (!policy.ok) return isMissing(policy.problem) ? ok(undefined) : fail(policy.problem);
  return ok(decodeDocument(text(policy.value['PolicyDocument']) ?? ''));
}

export async function listProviders(send: Send, signal: AbortSignal): Promise<Result<readonly string[]>> {
  const reply = await send('ListOpenIDConnectProviders', {}, signal);
  if (!reply.ok) return fail(reply.problem);
  return ok(objects(reply.value['OpenIDConnectProviderList']).map(p => text(p['Arn']) ?? ''));
}

/** Does a trust policy's text name this principal? Case matters in ARNs. */
function names(policy: string, arn: string): boolean {
  return policy.includes(JSON.stringify(arn)) || policy.includes(JSON.stringify(arn).replace(/\//g, '\\/'));
}

export async function countRoles(send: Send, signal: AbortSignal): Promise<Result<number>> {
  const roles = await all(send, 'ListRoles', {}, 'Roles', signal);
  return roles.ok ? ok(roles.value.length) : roles;
}

export async function rolesTrusting(
  send: Send,
  providerArn: string,
  signal: AbortSignal,
): Promise<Result<readonly string[]>> {
  const roles = await all(send, 'ListRoles', {}, 'Roles', signal);
  if (!roles.ok) return roles;
  return ok(
    objects(roles.value)
      .filter(r => names(decodeDocument(text(r['AssumeRolePolicyDocument']) ?? ''), providerArn))
      .map(r => text(r['RoleName']) ?? ''),
  );
}

/** The principal whose policies SimulatePrincipalPolicy can read: a role's session stands for its role. */
function simulatedArn(caller: CallerIdentity): string | undefined {
  const role = roleOfSession(caller.arn);
  // Roles with a path (all SSO roles) can't be named from it.
  if (role !== undefined) return role.includes(':role/AWSReservedSSO_') ? undefined : role;
  return caller.root ? undefined : caller.arn;
}

export async function deniedActions(
  send: Send,
  caller: CallerIdentity,
  actions: readonly string[],
  signal: AbortSignal,
): Promise<Result<readonly string[]>> {
  if (caller.root || actions.length === 0) return ok([]);
  const source = simulatedArn(caller);
  if (source === undefined) {
    return fail({
      code: 'permissions-unknown',
      message: `What ${caller.arn} may do cannot be asked of IAM.`,
      nextStep: 'Nothing to do: a refused request will say which permission is missing.',
    });
  }
  const results = await all(
    send,
    'SimulatePrincipalPolicy',
    { PolicySourceArn: source, ActionNames: actions },
    'EvaluationResults',
    signal,
  );
  if (!results.ok) return results;
  return ok(
    objects(results.value)
      .filter(r => r['EvalDecision'] !== 'allowed')
      .map(r => text(r['EvalActionName']) ?? ''),
  );
}
