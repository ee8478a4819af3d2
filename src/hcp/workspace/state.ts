import { fail, ok, type Problem, type Result } from '../../core/problem';
import { uriPart } from '../../core/text';
import type { HcpClient } from '../client/client';
import { relatedOne, type Resource, stringOf } from '../client/document';

/** One resource of a workspace's state, without anything of its values. */
export interface ListedResource {
  readonly type: string;
  /** As HCP Terraform gives it; with or without the key of the instance. */
  readonly address: string;
}

/** A run as far as its plan and its code are asked for. */
export interface PastRun {
  readonly id: string;
  readonly status: string;
  readonly planId: string | undefined;
  readonly configurationId: string | undefined;
}

/** Bytes; states and plans of big workspaces have some ten MB. */
const longest = 128 * 1024 * 1024;
const pastRuns = 20;

/**
 * The resources of the current state: types and addresses, no names and no values
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspace-resources). One request for each hundred.
 */
export async function listResources(
  client: HcpClient,
  workspaceId: string,
  signal: AbortSignal,
): Promise<Result<readonly ListedResource[]>> {
  const list = await client.all(`/workspaces/${uriPart(workspaceId)}/resources`, {}, signal);
  if (!list.ok) return list;
  return ok(list.value.data.flatMap(resource => listed(resource) ?? []));
}

function listed(resource: Resource): ListedResource | undefined {
  const type = stringOf(resource, 'provider-type');
  const name = stringOf(resource, 'name');
  if (type === undefined) return undefined;
  const module = stringOf(resource, 'module');
  const inModule = module === undefined || module === 'root' || module === '' ? '' : `${module}.`;
  const address = stringOf(resource, 'address') ?? `${inModule}${type}.${name ?? ''}`;
  // Data sources hold nothing that a run would delete.
  return /(?:^|\.)data\./.test(address) ? undefined : { type, address };
}

/** The newest runs, newest first. */
export async function listPastRuns(
  client: HcpClient,
  workspaceId: string,
  signal: AbortSignal,
): Promise<Result<readonly PastRun[]>> {
  const path = `/workspaces/${uriPart(workspaceId)}/runs`;
  const page = await client.page(path, { 'page[number]': 1, 'page[size]': pastRuns }, signal);
  if (!page.ok) return page;
  return ok(
    page.value.data.map(run => ({
      id: run.id,
      status: stringOf(run, 'status') ?? '',
      planId: relatedOne(run, 'plan')?.id,
      configurationId: relatedOne(run, 'configuration-version')?.id,
    })),
  );
}

/** The folder of a repository that runs work in, with forward slashes; "" for its top. */
export async function workingDirectory(
  client: HcpClient,
  workspaceId: string,
  signal: AbortSignal,
): Promise<Result<string>> {
  const read = await client.one(`/workspaces/${uriPart(workspaceId)}`, {}, signal);
  return read.ok ? ok(stringOf(read.value.resource, 'working-directory') ?? '') : read;
}

/**
 * A plan as JSON, read in memory. `redacted` needs no admin and holds no sensitive values; the full one does, and is asked for with a
 * person's consent only (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/plans#retrieve-the-json-execution-plan).
 */
export async function readPlanJson(
  client: HcpClient,
  planId: string,
  which: 'redacted' | 'full',
  signal: AbortSignal,
): Promise<Result<string>> {
  const path = `/plans/${uriPart(planId)}/json-output${which === 'redacted' ? '-redacted' : ''}`;
  const bytes = await client.bytes(path, longest, signal);
  if (!bytes.ok) return bytes;
  return bytes.value === undefined
    ? fail({ code: 'hcp-plan-unreadable', message: `Plan ${planId} has no JSON yet.`, nextStep: 'Wait for its end.' })
    : ok(new TextDecoder().decode(bytes.value));
}

/**
 * The current state version as a text, for a person who agreed to it: it holds secrets, so it stays in memory and whoever reads it keeps
 * names alone.
 * https://developer.hashicorp.com/terraform/cloud-docs/api-docs/state-versions#fetch-the-current-state-version-for-a-workspace
 */
export async function readCurrentState(
  client: HcpClient,
  workspaceId: string,
  signal: AbortSignal,
): Promise<Result<string>> {
  const version = await client.one(`/workspaces/${uriPart(workspaceId)}/current-state-version`, {}, signal);
  if (!version.ok) return version;
  const { resource } = version.value;
  const status = stringOf(resource, 'status');
  if (status !== undefined && status !== 'finalized') return fail(unfinished(status));
  const url = stringOf(resource, 'hosted-state-download-url');
  if (url === undefined) return fail(noDownload);
  const bytes = await client.file(url, longest, signal);
  if (!bytes.ok) return bytes;
  return bytes.value === undefined ? fail(noDownload) : ok(new TextDecoder().decode(bytes.value));
}

const noDownload: Problem = {
  code: 'hcp-state-unreadable',
  message: 'HCP Terraform gives no download of the current state version.',
  nextStep: 'Use a token that may read state versions of the workspace.',
};

const unfinished = (status: string): Problem => ({
  code: 'hcp-state-unreadable',
  message: `The current state version is "${status}".`,
  nextStep: 'Wait until it is finalized, and try again.',
});
