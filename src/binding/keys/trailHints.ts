import type { UserCall } from '../../iam/account/askedTypes';
import { partitionOfRegion } from '../../oidc/partition';
import type { OpenedAccount } from '../setup/model';
import { dateText } from './decide';
import { shownId } from './id';
import type { LikelyOwner } from './model';
import { near } from './likely';

/** CloudTrail answers two questions a second: the likeliest users and the latest runs are asked about. */
const mostUsers = 5;
const mostRuns = 3;

/**
 * How Terraform's AWS provider names itself, and OpenTofu's use of it
 * (https://github.com/hashicorp/aws-sdk-go-base: `APN/1.0 HashiCorp/1.0 Terraform/1.9.0 (+https://www.terraform.io) terraform-provider-aws/5.60.0`).
 */
const terraform = /\b(?:Terraform|OpenTofu)\/\d|\bterraform-provider-aws\//i;

export interface TrailHints {
  /** Those with calls by Terraform at the time of a run first. */
  readonly owners: readonly LikelyOwner[];
  /** What CloudTrail did not answer, a sentence each. */
  readonly gaps: readonly string[];
}

/**
 * Asks CloudTrail, with the user's consent, whether Terraform called as one of these users at the time of a run. Such a call may be that
 * run or Terraform somewhere else: it stays a guess. `runs`: milliseconds since the epoch.
 */
export async function withTrailHints(
  opened: OpenedAccount,
  owners: readonly LikelyOwner[],
  runs: readonly number[],
  signal: AbortSignal,
): Promise<TrailHints> {
  const latest = [...new Set(runs)].sort((a, b) => b - a).slice(0, mostRuns);
  const gaps = new Set<string>();
  if (latest.length === 0) gaps.add('CloudTrail was not asked: none of the workspaces has a run to look at.');
  const [hinted, others]: [LikelyOwner[], LikelyOwner[]] = [[], []];
  for (const [index, owner] of owners.entries()) {
    const hint = index < mostUsers && latest.length > 0 ? await hintOf(opened, owner, latest, gaps, signal) : undefined;
    if (hint === undefined) others.push(owner);
    else hinted.push({ ...owner, because: [hint, ...owner.because] });
  }
  if (owners.length > mostUsers && latest.length > 0)
    gaps.add(`CloudTrail was asked about the ${mostUsers} likeliest of ${owners.length} users.`);
  return { owners: [...hinted, ...others], gaps: [...gaps] };
}

/** The sentence that speaks for a user, from its latest call by Terraform near a run. */
async function hintOf(
  opened: OpenedAccount,
  owner: LikelyOwner,
  runs: readonly number[],
  gaps: Set<string>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const calls: UserCall[] = [];
  for (const region of regionsOf(opened, owner))
    for (const run of runs) {
      const span = { from: run - near, to: run + near };
      const read = await opened.account.callsOfUser(region, owner.user, span, signal);
      if (read.ok) calls.push(...read.value.filter(call => terraform.test(call.agent ?? '')));
      else gaps.add(`CloudTrail of ${region}: ${read.problem.message}`);
      if (!read.ok) break;
    }
  const [last] = calls.sort((a, b) => b.at - a.at);
  if (last === undefined) return undefined;
  const key = last.keyId === undefined ? 'a key' : `key ${shownId(last.keyId)}`;
  return `CloudTrail: Terraform called ${last.name} with ${key} of this user at ${dateText(last.at)}, at the time of a run. It may be that run, or Terraform somewhere else.`;
}

/** Where its keys were used last, that of the profile, and us-east-1, which has the calls of global services in the partition "aws". */
function regionsOf({ account, caller }: OpenedAccount, owner: LikelyOwner): readonly string[] {
  const used = owner.keys.flatMap(k => (k.use.state === 'known' ? (k.use.value.region ?? []) : []));
  const all = [...used, account.region, ...(caller.partition === 'aws' ? ['us-east-1'] : [])];
  return [...new Set(all)].filter(
    region => /^[a-z]{2,4}(?:-[a-z]+)+-\d+$/.test(region) && partitionOfRegion(region) === caller.partition,
  );
}
