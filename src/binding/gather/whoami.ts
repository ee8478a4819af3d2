import type { Problem, Result } from '../../core/problem';
import type { HcpClient } from '../../hcp/client/client';
import type { FoundToken } from '../../hcp/tokens/find';
import { tokenReport } from '../../hcp/tokens/report';
import type { AwsAccount } from '../../iam/account/types';
import { compareIdentities, type Identity, originText } from '../../iam/identity';
import type { Machine } from './localChain';

/** Which AWS identity is used here, where it comes from, and what else was there. Holds no secret. */
export interface AwsAnswer {
  readonly profile: string | undefined;
  /** What names the profile: `--profile`, a variable, or nothing. */
  readonly profileFrom: string;
  readonly source: string | undefined;
  readonly passedOver: readonly string[];
  readonly terraform: string;
  readonly differs: boolean;
  readonly differences: readonly string[];
  readonly region: string | undefined;
  readonly account: string | undefined;
  readonly alias: string | undefined;
  readonly caller: string | undefined;
  /** ISO 8601; `undefined`: they do not end, or it is not known. */
  readonly expires: string | undefined;
  readonly problem: Problem | undefined;
}

/** Which token is used for a host, where it comes from, and whose it is. Holds no secret. */
export interface HostAnswer {
  readonly hostname: string;
  readonly source: string | undefined;
  /** Where the user's CLI configuration sends the token, if that is not the host's own word. */
  readonly service: string | undefined;
  /** One line for each place that was looked at. */
  readonly looked: readonly string[];
  readonly user: string | undefined;
  readonly problem: Problem | undefined;
}

const profileFrom: Readonly<Record<Identity['profile']['by'], string>> = {
  option: 'as it was asked for',
  provider: 'as the provider block has it',
  AWS_PROFILE: 'by AWS_PROFILE',
  AWS_DEFAULT_PROFILE: 'by AWS_DEFAULT_PROFILE',
  default: 'because nothing names another one',
};

/** Asks STS who the caller is, and changes nothing. */
export async function awsAnswer(
  machine: Machine,
  profile: string | undefined,
  open: () => Promise<Result<AwsAccount>>,
  signal: AbortSignal,
): Promise<AwsAnswer> {
  const report = compareIdentities(machine.environment, machine.sharedFiles, profile);
  const { aws, terraform } = report;
  const opened = await open();
  const account = opened.ok ? opened.value : undefined;
  const caller = await account?.identity(signal);
  const known = caller?.ok === true ? caller.value : undefined;
  const expiry = known === undefined ? undefined : await account?.expiry(signal);
  return {
    profile: aws.profile.name,
    profileFrom: profileFrom[aws.profile.by],
    source: aws.origin === undefined ? undefined : originText(aws.origin),
    passedOver: aws.passedOver,
    terraform:
      terraform.origin === undefined ? `nothing: ${terraform.problem?.message ?? ''}` : originText(terraform.origin),
    differs: report.differs,
    differences: report.differences,
    region: account?.region,
    account: known?.accountId,
    alias: known === undefined ? undefined : await account?.alias(signal),
    caller: known?.arn,
    expires: expiry === undefined ? undefined : new Date(expiry).toISOString(),
    problem: opened.ok ? (caller?.ok === false ? caller.problem : undefined) : opened.problem,
  };
}

/** Asks the host whose token it is; a team's or an organization's token has a user of its own there. */
export async function hostAnswer(
  hostname: string,
  found: FoundToken,
  client: HcpClient | undefined,
  missing: Problem | undefined,
  signal: AbortSignal,
): Promise<HostAnswer> {
  const answer = { hostname, source: found.source, service: found.serviceUrl, looked: tokenReport(found) };
  if (client === undefined) return { ...answer, user: undefined, problem: missing };
  const details = await client.one('/account/details', {}, signal);
  if (!details.ok) return { ...answer, user: undefined, problem: details.problem };
  const name = details.value.resource.attributes['username'];
  return { ...answer, user: typeof name === 'string' ? name : undefined, problem: undefined };
}

/** What both surfaces print. */
export function whoamiText(aws: AwsAnswer, hosts: readonly HostAnswer[]): string {
  const lines = ['AWS', `  credentials  ${aws.source ?? 'none'}`];
  const row = (name: string, value: string | undefined): void => {
    if (value !== undefined) lines.push(`  ${name.padEnd(12)} ${value}`);
  };
  row('profile', aws.profile === undefined ? undefined : `${aws.profile}, ${aws.profileFrom}`);
  row('account', aws.account === undefined ? undefined : `${aws.account}${aws.alias ? ` (${aws.alias})` : ''}`);
  row('caller', aws.caller);
  row('region', aws.region);
  if (aws.account !== undefined) row('expires', aws.expires ?? 'no time is set for it');
  for (const lost of aws.passedOver) row('passed over', lost);
  row('terraform', aws.terraform);
  for (const difference of aws.differences) row('note', difference);
  problemRows(aws.problem, row);
  for (const host of hosts) {
    lines.push('', host.hostname, `  token        ${host.source ?? 'none'}`);
    row('user', host.user);
    row('sent to', host.service === '' ? undefined : host.service);
    for (const looked of host.looked) row('looked at', looked);
    if (host.user !== undefined) row('expires', 'HCP Terraform does not tell it of the token that asks');
    problemRows(host.problem, row);
  }
  return `${lines.join('\n')}\n`;
}

function problemRows(problem: Problem | undefined, row: (name: string, value: string) => void): void {
  if (problem === undefined) return;
  row('problem', `${problem.message} (${problem.code})`);
  row('next', problem.nextStep);
}
