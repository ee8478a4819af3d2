import { known, unknown } from '../facts';
import type { OpenedAccount } from '../setup/model';
import { leftoversOf } from './change';
import { decideKey } from './decide';
import { likelyOwners } from './likely';
import type { LookedAt } from './look';
import type { KeyFacts, KeyReport } from './model';
import { withTrailHints } from './trailHints';

const day = 86_400_000;

/** Age of a key in days, where the list of its user's keys was read. `now` in milliseconds since the epoch. */
export function ageDays({ owner }: KeyFacts, now: number): number | undefined {
  if (owner.state === 'unknown' || owner.value.kind !== 'user' || owner.value.createdAt === undefined) return undefined;
  return Math.floor((now - Date.parse(owner.value.createdAt)) / day);
}

/** What is so of each key and what may be done with it. `trail`: CloudTrail may be asked too. */
export async function keyReport(
  looked: LookedAt,
  opened: OpenedAccount | undefined,
  trail: boolean,
  signal: AbortSignal,
): Promise<KeyReport> {
  const { found, keys: all } = looked;
  const listed: KeyReport['keys'][number][] = [];
  for (const facts of all) {
    const decision = decideKey(facts, Date.now());
    const { owner } = facts;
    const quiet = owner.state === 'known' && owner.value.kind === 'user' && decision.state === 'can-be-deleted';
    const name = quiet ? owner.value.name : undefined;
    const left =
      name === undefined || opened === undefined ? undefined : await opened.account.keys.leftovers(name, signal);
    const leftovers =
      left?.ok === true && left.value !== undefined && name !== undefined ? leftoversOf(name, left.value) : [];
    listed.push({ facts, decision, leftovers });
  }
  const { likely, gaps } = await guessed(looked, opened, trail, signal);
  return { keys: listed, hidden: found.hidden, likely, gaps: [...found.gaps, ...gaps], problems: [] };
}

/** Who may own the keys whose ids can't be read. */
async function guessed(
  looked: LookedAt,
  opened: OpenedAccount | undefined,
  trail: boolean,
  signal: AbortSignal,
): Promise<Pick<KeyReport, 'likely' | 'gaps'>> {
  const { hidden } = looked.found;
  if (hidden.length === 0 || opened === undefined)
    return { likely: unknown('No AWS profile was chosen.', 'Choose a profile of the account (--profile).'), gaps: [] };
  const workspaces = hidden.flatMap(p => p.workspaces);
  const runs = await lastRuns(looked, workspaces);
  const likely = await likelyOwners(opened, workspaces, runs, signal);
  if (!trail || likely.state === 'unknown') return { likely, gaps: [] };
  const { owners, gaps } = await withTrailHints(opened, likely.value, runs, signal);
  return { likely: known(owners), gaps };
}

/** A question each: more workspaces make a guess no better. */
const mostRuns = 20;

async function lastRuns(look: LookedAt, workspaces: readonly string[]): Promise<readonly number[]> {
  const out: number[] = [];
  for (const name of [...new Set(workspaces)].slice(0, mostRuns)) {
    const at = await look.lastRun(name);
    if (at !== undefined) out.push(at);
  }
  return out;
}
