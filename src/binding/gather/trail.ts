import type { AwsAccount, CallerIdentity, WebIdentityEvent } from '../../iam/account/types';
import { partitionOfRegion } from '../../oidc/partition';
import { type BindingFacts, type Fact, known, type TrailFacts, unknown } from '../facts';

const hour = 3_600_000;
/** CloudTrail's event history ends after 90 days. */
const longest = 90 * 24 * hour;

/** What CloudTrail is asked for: from an hour before the run that ended in an error, or the last day. */
function sinceOf(facts: Pick<BindingFacts, 'run' | 'now'>): number {
  const run = facts.run.state === 'known' ? facts.run.value : undefined;
  const from = run === undefined || run.at === 0 ? facts.now - 24 * hour : Math.min(run.at, facts.now) - hour;
  return Math.max(from, facts.now - longest);
}

/**
 * Regions in which the call may have landed: those of workspace and provider blocks (the SDK uses the regional STS endpoint), of the
 * profile, and us-east-1 for STS's global endpoint, which only the partition "aws" has
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html).
 */
function trailRegions(
  facts: Pick<BindingFacts, 'variables' | 'code'>,
  profileRegion: string,
  partition: string,
): readonly string[] {
  const workspace = facts.variables.state === 'known' ? facts.variables.value.region : undefined;
  const candidates = [
    ...(workspace === undefined ? [] : [workspace]),
    ...(facts.code?.regions ?? []),
    profileRegion,
    ...(partition === 'aws' ? ['us-east-1'] : []),
  ];
  return [...new Set(candidates)].filter(
    region => /^[a-z]{2,4}(?:-[a-z]+)+-\d+$/.test(region) && partitionOfRegion(region) === partition,
  );
}

/** Asks CloudTrail, with the user's consent, what AWS received. Rejects only when cancelled. */
export async function trailFacts(
  opened: { readonly account: Pick<AwsAccount, 'region' | 'webIdentityEvents'>; readonly caller: CallerIdentity },
  facts: Pick<BindingFacts, 'variables' | 'code' | 'run' | 'now'>,
  signal: AbortSignal,
): Promise<Fact<TrailFacts>> {
  const { account, caller } = opened;
  const since = sinceOf(facts);
  const regions: string[] = [];
  const unread: { region: string; why: string }[] = [];
  const events = new Map<string, WebIdentityEvent>();
  for (const region of trailRegions(facts, account.region, caller.partition)) {
    const read = await account.webIdentityEvents(region, since, signal);
    if (!read.ok) {
      unread.push({ region, why: read.problem.message });
      continue;
    }
    regions.push(region);
    for (const event of read.value) events.set(event.id, event);
  }
  if (regions.length === 0) {
    return unknown(
      unread.length === 0
        ? 'No region is known in which to ask CloudTrail.'
        : unread.map(u => `${u.region}: ${u.why}`).join(' '),
    );
  }
  return known({ since, regions, unread, events: [...events.values()].sort((a, b) => b.at - a.at) });
}
