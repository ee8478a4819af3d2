import { uriPart } from '../../core/text';
import { ok, type Result } from '../../core/problem';
import type { HcpClient } from '../client/client';
import { fieldsOf, findIncluded, isFields, relatedOne, type Resource, stringOf } from '../client/document';
import { parsed } from '../client/transport';
import type { Run, Workspace } from './model';

const longestLog = 128 * 1024;

/** The latest run of a workspace, with the log of the phase that has an error. `undefined`: no run yet. */
export async function readLatestRun(
  client: HcpClient,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<Result<Run | undefined>> {
  if (workspace.latestRunId === null) return ok(undefined);
  if (workspace.latestRunId !== undefined) return readRun(client, workspace.latestRunId, workspace, signal);
  const list = await client.page(`/workspaces/${uriPart(workspace.id)}/runs`, { 'page[size]': '1' }, signal);
  if (!list.ok) return list;
  const [latest] = list.value.data;
  return latest === undefined ? ok(undefined) : readRun(client, latest.id, workspace, signal);
}

/** One run, with the log of the phase that has an error. */
async function readRun(
  client: HcpClient,
  id: string,
  workspace: { readonly url: string },
  signal: AbortSignal,
): Promise<Result<Run>> {
  const read = await client.one(`/runs/${uriPart(id)}`, { include: 'plan,apply' }, signal);
  if (!read.ok) return read;
  const { resource, included } = read.value;
  const base = {
    id: resource.id,
    status: stringOf(resource, 'status') ?? 'unknown',
    at: timeOf(resource),
    url: `${workspace.url}/runs/${uriPart(resource.id)}`,
  };
  const none: Run = { ...base, erroredPhase: undefined, errorText: '', logProblem: undefined };
  if (base.status !== 'errored') return ok(none);
  const apply = await part(client, resource, included, 'apply', signal);
  // A run whose plan had the error has an apply too: one that was never reached.
  const phase = apply !== undefined && stringOf(apply, 'status') === 'errored' ? 'apply' : 'plan';
  const errored = phase === 'apply' ? apply : await part(client, resource, included, 'plan', signal);
  const url = errored === undefined ? undefined : stringOf(errored, 'log-read-url');
  if (url === undefined) {
    return ok({ ...none, erroredPhase: phase, logProblem: `The ${phase} has no log that the token's user may read.` });
  }
  const log = await client.download(url, `the ${phase} log`, signal);
  return ok({
    ...none,
    erroredPhase: phase,
    errorText: log.ok ? readableLog(log.value) : '',
    logProblem: log.ok ? undefined : log.problem.message,
  });
}

async function part(
  client: HcpClient,
  run: Resource,
  included: readonly Resource[],
  name: 'plan' | 'apply',
  signal: AbortSignal,
): Promise<Resource | undefined> {
  const related = relatedOne(run, name);
  if (related === undefined) return undefined;
  const there = findIncluded(included, related);
  if (there !== undefined) return there;
  const path = name === 'plan' ? '/plans' : '/applies';
  const read = await client.one(`${path}/${uriPart(related.id)}`, {}, signal);
  return read.ok ? read.value.resource : undefined;
}

function timeOf(run: Resource): number {
  const stamps = fieldsOf(run.attributes['status-timestamps']);
  for (const value of [stamps['errored-at'], run.attributes['updated-at'], run.attributes['created-at']]) {
    const time = typeof value === 'string' ? Date.parse(value) : NaN;
    if (!Number.isNaN(time)) return time;
  }
  return 0;
}

/** A log as a person reads it: structured lines as their message and diagnostics, no colours, not more than its end. */
export function readableLog(log: string): string {
  const lines = log.split(/\r?\n/).map(line => {
    if (!line.startsWith('{')) return line;
    const json = parsed(line);
    if (!isFields(json) || typeof json['@message'] !== 'string') return line;
    const { diagnostic } = json;
    if (!isFields(diagnostic)) return json['@message'];
    const text = (name: string): string => (typeof diagnostic[name] === 'string' ? diagnostic[name] : '');
    const title = text('severity') === 'warning' ? 'Warning' : 'Error';
    // The lines of code say which variable, and which provider, an error of Terraform itself is about.
    const { snippet } = diagnostic;
    const code = isFields(snippet) && typeof snippet['code'] === 'string' ? `${snippet['code'].trimEnd()}\n\n` : '';
    const address = text('address') === '' ? '' : `  with ${text('address')},\n`;
    return `${title}: ${text('summary')}\n\n${address}${code}${text('detail')}`.trimEnd();
  });
  // Colours, and the marks at both ends of a log (STX, ETX).
  const plain = lines.join('\n').replace(/\u001B\[[0-9;]*[A-Za-z]|[\u0002\u0003]/g, '');
  return plain.slice(-longestLog).trim();
}
