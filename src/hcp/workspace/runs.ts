import { ok, type Result } from '../../core/problem';
import { uriPart } from '../../core/text';
import type { HcpClient } from '../client/client';
import { type Resource, stringOf } from '../client/document';

/** Statuses of runs whose plan came to its end: its role (or key) worked. */
const planned: ReadonlySet<string> = new Set([
  'planned',
  'planned_and_saved',
  'planned_and_finished',
  'cost_estimated',
  'policy_checked',
  'policy_override',
  'policy_soft_failed',
  'post_plan_completed',
  'confirmed',
  'apply_queued',
  'applying',
  'applied',
]);

/** A workspace with more than a thousand runs since then is looked at no further back. */
const pages = 10;

/**
 * When the first run was made after `since` (milliseconds) whose plan came to its end; plan-only runs count. `undefined`: none yet.
 * https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run#list-runs-in-a-workspace: newest first.
 */
export async function firstRunSince(
  client: HcpClient,
  workspaceId: string,
  since: number,
  signal: AbortSignal,
): Promise<Result<number | undefined>> {
  let first: number | undefined;
  for (let page = 1; page <= pages; page++) {
    const path = `/workspaces/${uriPart(workspaceId)}/runs`;
    const read = await client.page(path, { 'page[number]': page, 'page[size]': 100 }, signal);
    if (!read.ok) return read;
    const times = read.value.data.map(madeAt);
    for (const [i, run] of read.value.data.entries()) {
      const at = times[i] ?? NaN;
      if (at > since && planned.has(stringOf(run, 'status') ?? '')) first = Math.min(first ?? at, at);
    }
    if (read.value.data.length < 100 || times.some(at => at <= since)) break;
  }
  return ok(first);
}

/** When the latest run was made; `undefined`: there was none. */
export async function lastRunAt(
  client: HcpClient,
  workspaceId: string,
  signal: AbortSignal,
): Promise<Result<number | undefined>> {
  const read = await client.page(`/workspaces/${uriPart(workspaceId)}/runs`, { 'page[size]': 1 }, signal);
  if (!read.ok) return read;
  const [run] = read.value.data;
  const at = run === undefined ? NaN : madeAt(run);
  return ok(Number.isNaN(at) ? undefined : at);
}

const madeAt = (run: Resource): number => Date.parse(stringOf(run, 'created-at') ?? '');
