import type { Environment } from '../../core/host';
import type { CodeFacts, LocalFacts } from '../facts';

/**
 * What the AWS provider takes on this machine, in its own order: arguments of the provider block, the environment, the shared files,
 * and then the machine's own role (https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration).
 * Looks at the code and at names of environment variables; reads no file and no value.
 */
export function localCredentials(env: Environment, code: CodeFacts | undefined): LocalFacts {
  return { source: sourceOf(env, code), forced: isSet(env, 'TF_FORCE_LOCAL_BACKEND') };
}

const isSet = (env: Environment, name: string): boolean => env[name] !== undefined && env[name] !== '';

function sourceOf(env: Environment, code: CodeFacts | undefined): string {
  const found = (rule: string): boolean => code?.findings.some(f => f.code === rule && f.severity === 'error') === true;
  if (found('static-credentials')) return 'the static credentials in the provider block';
  if (found('provider-profile')) return 'the profile that the provider block names';
  if (isSet(env, 'AWS_ACCESS_KEY_ID') && isSet(env, 'AWS_SECRET_ACCESS_KEY'))
    return 'the access key of the environment (AWS_ACCESS_KEY_ID)';
  if (isSet(env, 'AWS_WEB_IDENTITY_TOKEN_FILE') && isSet(env, 'AWS_ROLE_ARN'))
    return 'the role of AWS_ROLE_ARN, with the token of AWS_WEB_IDENTITY_TOKEN_FILE';
  const profile = env['AWS_PROFILE'] ?? env['AWS_DEFAULT_PROFILE'];
  if (profile !== undefined && profile !== '') return `the AWS profile "${profile}" (AWS_PROFILE)`;
  if (isSet(env, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') || isSet(env, 'AWS_CONTAINER_CREDENTIALS_FULL_URI'))
    return 'the default AWS profile, else the role of this container';
  return 'the default AWS profile, else the role of this machine where it has one';
}
