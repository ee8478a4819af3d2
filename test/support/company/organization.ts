import type { StoredAccount } from '../aws/account';
import { exampleKey } from '../aws/profiles';
import type { AwsServer } from '../aws/server';
import type { HcpState, WorkspaceState } from '../hcp/state';

/** An organization of many workspaces in many accounts, each with a static key of a user of its account. */
export interface ManyWorkspaces {
  readonly workspaces: readonly WorkspaceState[];
  readonly accounts: readonly StoredAccount[];
}

/** The role that an AWS Organization puts into each of its accounts. */
export const memberRole = 'OrganizationAccountAccessRole';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** 20 characters, as IAM makes them, and told apart by their number. */
function numberedKey(n: number): string {
  let rest = n;
  let digits = '';
  for (let i = 0; i < 6; i++) {
    digits = (letters[rest % 32] ?? 'A') + digits;
    rest = Math.floor(rest / 32);
  }
  return `AKIADEMO${digits}SAMPLE`;
}

export function seedOrganization(
  aws: AwsServer,
  hcp: HcpState,
  {
    organization,
    workspaces: count,
    accounts: accountCount,
  }: { organization: string; workspaces: number; accounts: number },
): ManyWorkspaces {
  const accounts = Array.from({ length: accountCount }, (_, i) => {
    const account = aws.addAccount(String(300_000_000_000 + i));
    aws.addCaller(account, numberedKey(i), { user: 'ci-terraform' });
    const trust = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: callerArn(aws) }, Action: 'sts:AssumeRole' }],
    };
    account.roles.set(memberRole.toLowerCase(), {
      name: memberRole,
      id: `AROAMEMBER${String(i).padStart(11, '0')}`,
      path: '/',
      arn: `arn:aws:iam::${account.id}:role/${memberRole}`,
      createDate: '2025-01-01T00:00:00Z',
      trust: JSON.stringify(trust),
      description: undefined,
      maxSessionDuration: 3600,
      boundary: undefined,
      tags: new Map(),
      inline: new Map(),
      attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      lastUsed: undefined,
    });
    return account;
  });
  const projects = ['Web', 'Data', 'Platform'].map(name => hcp.project(organization, name).id);
  const made = Array.from({ length: count }, (_, i) => {
    const workspace = hcp.workspace(organization, `app-${String(i).padStart(4, '0')}`, {
      projectId: projects[i % projects.length] ?? '',
    });
    hcp.variable(workspace, 'AWS_REGION', 'eu-central-1');
    hcp.variable(workspace, 'AWS_ACCESS_KEY_ID', numberedKey(i % accountCount));
    hcp.variable(workspace, 'AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', { sensitive: true });
    return workspace;
  });
  return { workspaces: made, accounts };
}

const callerArn = (aws: AwsServer): string => aws.callers.get(exampleKey)?.arn ?? '';
