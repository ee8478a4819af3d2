import { asciiHost } from '../core/hostName';
import { isLoopback } from '../core/loopback';
import { fail, ok, type Problem, type Result } from '../core/problem';

/**
 * Branded names: a value of one of these types has been checked against its grammar, so wrong states can't be written.
 * Grammars: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/projects, …/workspaces and …/organizations.
 */
declare const brand: unique symbol;
type Brand<T, B extends string> = T & { readonly [brand]: B };

export type Hostname = Brand<string, 'Hostname'>;
export type OrganizationName = Brand<string, 'OrganizationName'>;
export type ProjectName = Brand<string, 'ProjectName'>;
export type WorkspaceName = Brand<string, 'WorkspaceName'>;
export type StackName = Brand<string, 'StackName'>;
export type DeploymentName = Brand<string, 'DeploymentName'>;
export type ModuleName = Brand<string, 'ModuleName'>;
export type Subject = Brand<string, 'Subject'>;
export type Audience = Brand<string, 'Audience'>;
export type ConfigurationTag = Brand<string, 'ConfigurationTag'>;

/** The audience of tokens unless TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE says another. */
export const defaultAudience = 'aws.workload.identity' as Audience;
export const defaultHostname = 'app.terraform.io' as Hostname;

function check<T>(value: string, pattern: RegExp, what: string, grammar: string): Result<T> {
  if (pattern.test(value)) return ok(value as T);
  return fail({
    code: 'invalid-name',
    message: value === '' ? `The ${what} is empty.` : `${JSON.stringify(value)} is not a valid ${what}: ${grammar}.`,
    nextStep: `Copy the ${what} from HCP Terraform, letter by letter.`,
  });
}

const word = 'letters, digits, "-" and "_"';

export const organizationName = (value: string): Result<OrganizationName> =>
  check(value, /^[A-Za-z0-9_-]{1,100}$/, 'organization name', `expected 1 to 100 characters, ${word} only`);
export const workspaceName = (value: string): Result<WorkspaceName> =>
  check(value, /^[A-Za-z0-9_-]{1,100}$/, 'workspace name', `expected 1 to 100 characters, ${word} only`);
export const projectName = (value: string): Result<ProjectName> =>
  check(
    value,
    /^(?! )[A-Za-z0-9 _-]{1,100}(?<! )$/,
    'project name',
    `expected 1 to 100 characters, ${word} and spaces, but no space at its ends`,
  );
export const stackName = (value: string): Result<StackName> =>
  check(
    value,
    /^(?! )[A-Za-z0-9 _-]{1,100}(?<! )$/,
    'Stack name',
    `expected 1 to 100 characters, ${word} and spaces, but no space at its ends`,
  );
export const deploymentName = (value: string): Result<DeploymentName> =>
  check(value, /^[A-Za-z0-9_-]{1,100}$/, 'deployment name', `expected 1 to 100 characters, ${word} only`);
export const moduleName = (value: string): Result<ModuleName> =>
  check(value, /^[A-Za-z0-9_/-]{1,200}$/, 'module name', `expected ${word} only`);

/** "letters, numbers, and underscores"; TYPE is taken by TFC_VAULT_BACKED_AWS_AUTH_TYPE. Case counts. */
export function configurationTag(value: string): Result<ConfigurationTag> {
  if (value === 'TYPE') {
    return fail({
      code: 'invalid-name',
      message: '"TYPE" is not a valid tag: HCP Terraform reserves the word.',
      nextStep: 'Choose another tag.',
    });
  }
  return check(value, /^[A-Za-z0-9_]{1,64}$/, 'tag', 'expected letters, digits and "_" only');
}

/** IAM: 1 to 255 characters (CreateOpenIDConnectProvider, clientIDType). No wildcards: the condition has to be exact. */
export const audienceName = (value: string): Result<Audience> =>
  check(value, /^[^\s*?$"\\]{1,255}$/, 'audience', 'expected 1 to 255 characters without spaces and wildcards');

/** A host name, without scheme and slash. Terraform Enterprise may have a port, which AWS does not know. */
export function hostname(value: string): Result<Hostname> {
  const bare = asciiHost(value.trim())
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/(?<!\/)\/+$/, '');
  return check(
    bare,
    /^(?=.{1,253}(?::\d+)?$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?::\d{1,5})?$/,
    'host name',
    'expected one like app.terraform.io',
  );
}

/** The host as it stands in provider ARNs and condition keys: no port. */
export function issuerHost(host: Hostname): string {
  return host.replace(/:\d+$/, '');
}

/** The URL of the OIDC provider in IAM: no trailing slash, no port. */
export function issuerUrl(host: Hostname): string {
  return `https://${issuerHost(host)}`;
}

/**
 * Why no role can trust the tokens of a host: they name it with its port, and the URL of an OIDC provider in IAM has none
 * (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html, `Url`). Hosts of this machine are test
 * servers, which issue for a name of their own.
 */
export function issuerProblem(host: string): Problem | undefined {
  const port = /:(\d+)$/.exec(host)?.[1];
  if (port === undefined || Number(port) === 443 || isLoopback(host)) return undefined;
  return {
    code: 'issuer-with-port',
    message: `IAM takes no port in the URL of an OIDC provider, and the tokens of ${host} name their issuer with port ${port}: no role can trust them.`,
    nextStep: 'Make the host reachable on port 443, and name it without a port in the cloud block (--hostname).',
  };
}
