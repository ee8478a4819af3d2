/**
 * ARNs, made and taken apart: nowhere else is one put together (the linter holds that).
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */

interface ArnPlace {
  readonly partition: string;
  readonly service: string;
  /** Empty where the service's ARNs name none. */
  readonly region: string;
  readonly account: string;
}

export const arnOf = ({ partition, service, region, account }: ArnPlace, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`;

/** A bucket, or what is in it. */
export const bucketArn = (partition: string, bucket: string, key?: string): string =>
  arnOf({ partition, service: 's3', region: '', account: '' }, key === undefined ? bucket : `${bucket}/${key}`);

/** An account, as GetCallerIdentity names it. */
interface AccountPlace {
  readonly partition: string;
  /** Twelve digits. */
  readonly accountId: string;
}

/** What an account holds in IAM: `role/path/NAME`, `policy/NAME`, `oidc-provider/HOST`. IAM knows no region. */
export const iamArn = ({ partition, accountId }: AccountPlace, resource: string): string =>
  arnOf({ partition, service: 'iam', region: '', account: accountId }, resource);

/** `path` is `/` or `/…/`. */
export const roleArn = (place: AccountPlace, path: string, name: string): string => iamArn(place, `role${path}${name}`);

/** A policy that AWS manages: it belongs to no account. */
export const awsManagedPolicyArn = (partition: string, name: string): string =>
  iamArn({ partition, accountId: 'aws' }, `policy/${name}`);

/** The OIDC provider for a host: its ARN follows from account and host. */
export const oidcProviderArn = (partition: string, accountId: string, host: string): string =>
  iamArn({ partition, accountId }, `oidc-provider/${host}`);

export interface OidcProviderArn {
  readonly partition: string;
  readonly account: string;
  /** Host, and path where the issuer has one. */
  readonly host: string;
}

export function parseOidcProviderArn(arn: string): OidcProviderArn | undefined {
  const match = /^arn:(aws[\w-]*):iam::(\d{12}):oidc-provider\/(.+)$/.exec(arn);
  if (match === null) return undefined;
  const [, partition = '', account = '', host = ''] = match;
  return { partition, account, host };
}

/** The role of a session (`assumed-role/NAME/SESSION`), without its path, which the session's ARN leaves out. */
export function roleOfSession(arn: string): string | undefined {
  const session = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)/.exec(arn);
  const [, partition = '', accountId = '', name = ''] = session ?? [];
  return session === null ? undefined : roleArn({ partition, accountId }, '/', name);
}
