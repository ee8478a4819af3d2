/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
export interface RoleArnParts {
  readonly partition: string;
  readonly accountId: string;
  /** `/` or `/…/`. */
  readonly path: string;
  readonly name: string;
}

export function parseRoleArn(arn: string): RoleArnParts | undefined {
  const match = /^arn:(aws[\w-]*):iam::(\d{12}):role(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]{1,64})$/.exec(arn);
  if (match === null) return undefined;
  const [, partition = '', accountId = '', path = '/', name = ''] = match;
  return { partition, accountId, path, name };
}

/** The issuer of a workspace's tokens, as it stands in provider ARNs and condition keys. */
export const issuerOfWorkspace = (workspace: { readonly hostname: string; readonly issuer?: string }): string =>
  providerUrlHost(workspace.issuer ?? workspace.hostname);

/** The host as it stands in provider ARNs and condition keys: lower case, no port (AWS knows none). */
export function providerUrlHost(hostname: string): string {
  return hostname.toLowerCase().replace(/:\d+$/, '');
}
