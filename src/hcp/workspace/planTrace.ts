import { uriPart } from '../../core/text';
import { fail, ok, type Result } from '../../core/problem';
import type { HcpClient } from '../client/client';
import { fieldsOf, isFields } from '../client/document';
import { parsed } from '../client/transport';

/**
 * What a plan tells of AWS. Terraform sets a provider up only where something of it is planned or read, so that an object of the AWS
 * provider in the plan is a trace of its credentials; a declared provider is none.
 */
export interface PlanTrace {
  /** Does the plan hold an object of the AWS provider? */
  readonly usesAws: boolean;
  /** Arguments of AWS provider blocks that would win over the role, by name; undefined where the plan does not show the code. */
  readonly credentials: readonly string[] | undefined;
}

/** Bytes; plans of big workspaces have some ten MB. */
const longest = 128 * 1024 * 1024;
const winning: ReadonlySet<string> = new Set([
  'access_key',
  'secret_key',
  'token',
  'profile',
  'shared_credentials_file',
  'shared_credentials_files',
]);

/**
 * From the redacted JSON of a plan, which needs no admin and holds no sensitive values
 * (https://developer.hashicorp.com/terraform/internals/json-format). Hosts with a Terraform before 0.15.2 have none.
 */
export async function readPlanTrace(
  client: HcpClient,
  planId: string,
  signal: AbortSignal,
): Promise<Result<PlanTrace>> {
  const path = `/plans/${uriPart(planId)}/json-output-redacted`;
  const bytes = await client.bytes(path, longest, signal);
  if (!bytes.ok) return bytes;
  const json = bytes.value === undefined ? undefined : parsed(new TextDecoder().decode(bytes.value));
  if (!isFields(json) || !('format_version' in json)) {
    return fail({
      code: 'hcp-plan-unreadable',
      message: `The JSON of plan ${planId} is not there.`,
      nextStep: 'Look at the plan in HCP Terraform.',
    });
  }
  return ok({ usesAws: hasAws(json), credentials: credentialsOf(json) });
}

const isAws = (provider: unknown): boolean => typeof provider === 'string' && /(?:^|\/)hashicorp\/aws$/.test(provider);

function hasAws(plan: Readonly<Record<string, unknown>>): boolean {
  const changes = Array.isArray(plan['resource_changes']) ? (plan['resource_changes'] as unknown[]) : [];
  if (changes.some(change => isAws(fieldsOf(change)['provider_name']))) return true;
  const roots = [
    fieldsOf(fieldsOf(plan['prior_state'])['values'])['root_module'],
    fieldsOf(plan['planned_values'])['root_module'],
  ];
  const modules: unknown[] = [...roots];
  for (let module = modules.pop(); module !== undefined; module = modules.pop()) {
    const { resources, child_modules: children } = fieldsOf(module);
    if (Array.isArray(resources) && resources.some(r => isAws(fieldsOf(r)['provider_name']))) return true;
    if (Array.isArray(children)) modules.push(...(children as unknown[]));
  }
  return false;
}

function credentialsOf(plan: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const providers = fieldsOf(plan['configuration'])['provider_config'];
  if (!isFields(providers)) return undefined;
  const names = Object.values(providers).flatMap(provider => {
    const { name, full_name: full, expressions } = fieldsOf(provider);
    return isAws(full) || (full === undefined && name === 'aws') ? Object.keys(fieldsOf(expressions)) : [];
  });
  return [...new Set(names.filter(name => winning.has(name)))];
}

/** Does a plan's log, as a person reads it, tell of an object of AWS? A second source, where the JSON can't be read. */
export const logUsesAws = (log: string): boolean =>
  /^[ \t]*(?:# )?(?:module\.[^\s:]{1,500}\.)?(?:data\.)?aws_\w{1,100}\.[^\s:]{1,500}(?:: (?:Refreshing state|Reading|Read complete)| will be | must be | has )/m.test(
    log,
  );
