import type { Caller } from './account';

/** One signed-in SSO session: its access token and the roles that it may take. */
export interface SsoSession {
  readonly accessToken: string;
  readonly roles: readonly { readonly accountId: string; readonly roleName: string; readonly caller: Caller }[];
}

/** IAM Identity Center's GetRoleCredentials (https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html). */
export function getRoleCredentials(
  sessions: readonly SsoSession[],
  token: string | undefined,
  query: URLSearchParams,
  now: number,
): { status: number; code?: string; body: unknown } {
  const session = sessions.find(s => s.accessToken === token);
  if (session === undefined) {
    return { status: 401, code: 'UnauthorizedException', body: { message: 'Session token not found or invalid' } };
  }
  const role = session.roles.find(
    r => r.accountId === query.get('account_id') && r.roleName === query.get('role_name'),
  );
  if (role === undefined) return { status: 403, code: 'ForbiddenException', body: { message: 'No access' } };
  return {
    status: 200,
    body: {
      roleCredentials: {
        accessKeyId: role.caller.accessKeyId,
        secretAccessKey: `secret-${role.caller.accessKeyId}`,
        sessionToken: role.caller.sessionToken ?? '',
        expiration: now + 3_600_000,
      },
    },
  };
}
