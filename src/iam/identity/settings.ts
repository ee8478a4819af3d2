import type { Environment } from '../../core/host';
import type { Problem } from '../../core/problem';
import { valueOf } from './chosen';
import type { Settings, SharedFiles } from './sharedFiles';

/** What the chosen profile and the environment say about requests. */
export interface RequestSettings {
  readonly region: string | undefined;
  readonly useFips: boolean;
  readonly useDualstack: boolean;
  /** `sts_regional_endpoints = legacy`: the global endpoint of STS, for the regions that it is for. */
  readonly globalSts: boolean;
  /** Attempts of a request that only reads; `undefined`: not said. */
  readonly maxAttempts: number | undefined;
  readonly caBundle: { readonly setting: string; readonly file: string } | undefined;
  /** The endpoint of a service (`iam`, `sts`, `cloudtrail`); `undefined`: AWS's own. */
  endpoint(service: string): string | undefined;
}

/**
 * The settings in force: each from its variable, else from the chosen profile, as the table of the SDKs' reference guide has them
 * (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html). The AWS SDK would read them from the profile that
 * AWS_PROFILE names, not from the one that was chosen.
 */
export function requestSettings(
  env: Environment,
  files: SharedFiles,
  profile: Settings,
  region: string | undefined,
): RequestSettings {
  const setting = (variable: string, key: string): string | undefined =>
    valueOf(env, variable) ?? (profile[key] || undefined);
  const isTrue = (variable: string, key: string): boolean => setting(variable, key)?.toLowerCase() === 'true';
  const attempts = Number(setting('AWS_MAX_ATTEMPTS', 'max_attempts'));
  const bundle = valueOf(env, 'AWS_CA_BUNDLE');
  return {
    region: region ?? regionOf(env, profile),
    useFips: isTrue('AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint'),
    useDualstack: isTrue('AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint'),
    globalSts: setting('AWS_STS_REGIONAL_ENDPOINTS', 'sts_regional_endpoints')?.toLowerCase() === 'legacy',
    maxAttempts: Number.isInteger(attempts) && attempts > 0 ? attempts : undefined,
    caBundle:
      bundle !== undefined
        ? { setting: 'AWS_CA_BUNDLE', file: bundle }
        : profile['ca_bundle']
          ? { setting: 'ca_bundle', file: profile['ca_bundle'] }
          : undefined,
    endpoint: service => endpointOf(env, files, profile, service),
  };
}

/** The environment before the profile; AWS_REGION before AWS_DEFAULT_REGION. */
function regionOf(env: Environment, profile: Settings): string | undefined {
  return valueOf(env, 'AWS_REGION') ?? valueOf(env, 'AWS_DEFAULT_REGION') ?? (profile['region'] || undefined);
}

/** What is wrong with a region's name (botocore's `validate_region_name`); `undefined`: nothing. */
export function regionProblem(region: string, profile: string | undefined): Problem | undefined {
  if (/^(?!\d+$)(?!-)[a-zA-Z0-9-]{1,63}(?<!-)$/.test(region)) return undefined;
  const where = profile === undefined ? '' : ` of profile "${profile}"`;
  return {
    code: 'region-invalid',
    message: `The region${where} is not the name of a region: it has characters other than letters, digits and hyphens.`,
    nextStep: /["'#;]/.test(region)
      ? 'Write it without quotes, and without a comment behind it: region = eu-central-1'
      : 'Write it like eu-central-1, or give another one (--region).',
  };
}

/** In the order of https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html. */
function endpointOf(env: Environment, files: SharedFiles, profile: Settings, service: string): string | undefined {
  const ignored = valueOf(env, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS') ?? profile['ignore_configured_endpoint_urls'];
  if (ignored?.toLowerCase() === 'true') return undefined;
  const fromEnv = valueOf(env, `AWS_ENDPOINT_URL_${service.toUpperCase()}`) ?? valueOf(env, 'AWS_ENDPOINT_URL');
  if (fromEnv !== undefined) return fromEnv;
  const services = files.cli.services.get(profile['services'] ?? '');
  return (services?.[service]?.['endpoint_url'] || undefined) ?? (profile['endpoint_url'] || undefined);
}
