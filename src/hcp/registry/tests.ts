import { ok, type Result } from '../../core/problem';
import { uriPart } from '../../core/text';
import type { ModuleTestIdentity } from '../../oidc/subject';
import type { HcpClient } from '../client/client';
import { booleanOf, type Resource, stringOf } from '../client/document';
import { readableLog } from '../workspace/run';

/** A module of the private registry. Its namespace is the organization. */
export interface RegistryModule {
  readonly organization: string;
  readonly name: string;
  readonly provider: string;
}

/** The subject has the module's name; the registry knows it by its name and its provider, which is the one whose credentials these are. */
export function registryModule({ organization, module }: Omit<ModuleTestIdentity, 'kind'>): RegistryModule {
  const [name = '', provider = 'aws'] = module.split('/');
  return { organization, name, provider };
}

/**
 * How the tests of a module get credentials (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/private-registry/test-configuration).
 * HCP Terraform gives out neither role nor audience.
 */
export interface TestConfiguration {
  readonly enabled: boolean;
  /** `aws`, `gcp`, `azure`, `vault`. */
  readonly oidcProvider: string | undefined;
  /** As the host writes it: tells whether somebody changed it since. */
  readonly updatedAt: string | undefined;
}

const path = ({ organization, name, provider }: RegistryModule): string =>
  `/registry-modules/private/${uriPart(organization)}/${uriPart(name)}/${uriPart(provider)}/test-configuration`;

export async function readTestConfiguration(
  client: HcpClient,
  module: RegistryModule,
  signal: AbortSignal,
): Promise<Result<TestConfiguration>> {
  const found = await client.one(path(module), {}, signal);
  return found.ok ? ok(configurationOf(found.value.resource)) : found;
}

/** Sets the role of the tests, or (without one) switches dynamic credentials off. */
export async function writeTestConfiguration(
  client: HcpClient,
  module: RegistryModule,
  role: { readonly arn: string; readonly audience: string } | undefined,
  signal: AbortSignal,
): Promise<Result<TestConfiguration>> {
  const attributes =
    role === undefined
      ? { 'oidc-enabled': false }
      : {
          'oidc-enabled': true,
          'oidc-provider': 'aws',
          'oidc-configuration': { 'role-arn': role.arn, audience: role.audience },
        };
  const written = await client.patch(path(module), { data: { type: 'test-configurations', attributes } }, signal);
  return written.ok ? ok(configurationOf(written.value)) : written;
}

const configurationOf = (resource: Resource): TestConfiguration => ({
  enabled: booleanOf(resource, 'oidc-enabled') === true,
  oidcProvider: stringOf(resource, 'oidc-provider'),
  updatedAt: stringOf(resource, 'updated-at'),
});

/** The latest run of a module's tests (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/private-registry/tests). */
export interface TestRun {
  readonly id: string;
  readonly status: string;
  /** `pass` or `fail`, once it is finished. */
  readonly result: string | undefined;
  /** Did it get a token? */
  readonly token: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Its log, where it ended in an error; empty where it did not, or where the log could not be read. */
  readonly errors: string;
}

/** It is over, and its tests did not pass. */
export const hasFailed = ({ status, result }: Pick<TestRun, 'status' | 'result'>): boolean =>
  status === 'errored' || result === 'fail' || result === 'error';

export async function latestTestRun(
  client: HcpClient,
  { organization, name, provider }: RegistryModule,
  signal: AbortSignal,
): Promise<Result<TestRun | undefined>> {
  const module = [organization, name, provider].map(uriPart).join('/');
  const list = `/organizations/${uriPart(organization)}/tests/registry-modules/private/${module}/test-runs`;
  const runs = await client.get(list, { 'page[size]': 100 }, signal);
  if (!runs.ok) return runs;
  const madeAt = (run: Resource): number => Date.parse(stringOf(run, 'created-at') ?? '');
  const [run] = [...runs.value.data].sort((a, b) => madeAt(b) - madeAt(a));
  if (run === undefined) return ok(undefined);
  const status = stringOf(run, 'status') ?? '';
  const token = stringOf(run, 'oidc-token-generated-at') !== undefined;
  const found = { id: run.id, status, result: stringOf(run, 'test-status'), token, at: madeAt(run) };
  const url = hasFailed(found) ? stringOf(run, 'log-read-url') : undefined;
  const log = url === undefined ? undefined : await client.download(url, 'the log of the test run', signal);
  return ok({ ...found, errors: log?.ok === true ? readableLog(log.value) : '' });
}
