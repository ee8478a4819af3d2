import type { Issuer } from './issuer';
import { ownCredentials, usesAws } from './code';
import { ended, usualCode } from './state';
import type { HcpState, RunState, WorkspaceState } from './state';

/** Where the runs of a test server get their credentials. */
export interface Runner {
  /** The AWS test server. */
  readonly awsUrl: string;
}

/**
 * Moves a run one status on. At the end of planning it does what HCP Terraform and the AWS provider do: static credentials win; else
 * a token is minted for the phase and taken to STS with the role of the variables.
 */
export async function advance(
  state: HcpState,
  issuer: Issuer,
  runner: Runner | undefined,
  runId: string,
): Promise<void> {
  const workspace = state.workspaces.find(w => w.runs.some(r => r.id === runId));
  const run = workspace?.runs.find(r => r.id === runId);
  if (workspace === undefined || run === undefined) return;
  // One run of a workspace at a time holds its state; plan-only runs do not wait.
  const earlier = workspace.runs.slice(0, workspace.runs.indexOf(run));
  if (!run.planOnly && run.status === 'pending' && earlier.some(r => !r.planOnly && !ended(r))) return;
  const next = run.ahead.shift();
  if (next === undefined) return;
  run.status = next;
  if (!['planned_and_finished', 'planned', 'cost_estimating'].includes(next) || runner === undefined) return;
  const error = await credentials(state, issuer, runner, workspace, run);
  if (error === undefined) return;
  run.status = 'errored';
  run.phase = 'plan';
  run.log = error;
  run.ahead = [];
}

/** The effective value of an environment variable: the workspace's own, then its sets'. */
function valueOf(state: HcpState, workspace: WorkspaceState, key: string): string | undefined {
  const owners = [workspace, ...state.varsetsOf(workspace)];
  return owners.flatMap(o => o.vars).find(v => v.key === key && v.category === 'env')?.value;
}

async function credentials(
  state: HcpState,
  issuer: Issuer,
  runner: Runner,
  workspace: WorkspaceState,
  run: RunState,
): Promise<string | undefined> {
  const files = workspace.configurations.find(c => c.id === run.configurationId)?.files ?? usualCode;
  // Without an object of AWS the provider is never set up, and with keys of its own it never asks for the role.
  run.log = usesAws(files)
    ? '  # aws_s3_bucket.logs will be created\n'
    : 'No changes. Your infrastructure matches the configuration.\n';
  if (!usesAws(files) || ownCredentials(files).length > 0) return undefined;
  const value = (key: string): string | undefined => valueOf(state, workspace, key);
  if (value('AWS_ACCESS_KEY_ID') !== undefined) return undefined;
  const role = value('TFC_AWS_PLAN_ROLE_ARN') ?? value('TFC_AWS_RUN_ROLE_ARN');
  if (value('TFC_AWS_PROVIDER_AUTH') !== 'true' || role === undefined)
    return '│ Error: No valid credential sources found\n│\n│ Error: failed to refresh cached credentials, no EC2 IMDS role found\n';
  const audience = value('TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE') ?? 'aws.workload.identity';
  const reply = await fetch(runner.awsUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: role,
      RoleSessionName: `terraform-${run.id}`,
      WebIdentityToken: issuer.token(state, workspace, run, 'plan', audience, Date.now()),
    }).toString(),
  });
  const text = await reply.text();
  if (reply.ok) return undefined;
  const part = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
  return `│ Error: Cannot assume IAM Role with web identity\n│\n│ IAM Role (${role}) cannot be assumed with web identity token.\n│ operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: ${reply.status}, RequestID: ${part('RequestId')}, api error ${part('Code')}: ${part('Message').replaceAll('&apos;', "'")}\n`;
}
