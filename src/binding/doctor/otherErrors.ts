import type { ErrorSignature } from './signature';

/** Errors that people paste although they have nothing to do with dynamic credentials. */
export function otherErrors(): readonly ErrorSignature[] {
  const other = (code: string, pattern: RegExp, title: string, nextStep: string, unless?: RegExp): ErrorSignature => ({
    code,
    pattern,
    modes: [],
    ...(unless !== undefined && { unless }),
    other: { title, nextStep },
  });
  return [
    other(
      'StateLocked',
      /Error (?:acquiring|releasing) the state lock|state (?:is |has been )?(?:already )?locked|workspace already locked/i,
      'The state is locked by another run',
      'Wait for that run, or unlock the workspace if the run is gone.',
    ),
    other(
      'Throttled',
      /\bThrottling(?:Exception)?\b|\bRequestLimitExceeded\b|\bTooManyRequests(?:Exception)?\b|\bRate exceeded\b|\bSlowDown\b/i,
      'AWS answers slower than it is asked (throttling)',
      'Run again later, or with a lower -parallelism.',
    ),
    other(
      'PolicyTooLarge',
      /(?:\bLimitExceeded\w{0,20}\W{1,3})?(?:Cannot exceed quota for (?:PolicySize|UserPolicySize|GroupPolicySize)|Maximum policy size of \d+ bytes exceeded)/i,
      'A permission policy is larger than IAM takes, and that limit cannot be raised',
      'Split the policy (a role takes several), or name resources by a common prefix (tfc-oidc lint-policy measures it).',
    ),
    other(
      'QuotaExceeded',
      /\b(?:ServiceQuotaExceeded|VcpuLimitExceeded|InstanceLimitExceeded|AddressLimitExceeded|VpcLimitExceeded|TooManyBuckets|LimitExceeded)\w*|Cannot exceed quota for/i,
      'A quota of the AWS account is used up',
      'Ask for a higher quota in Service Quotas, or remove what is not used.',
    ),
    other(
      'RegionInvalid',
      /invalid AWS Region: *[a-z]+[-_\d][\w-]*|"?https?:\/\/[\w-]{1,40}\.[^\s".\/]{1,20} [^".\/\n]{0,40}\.amazonaws\.com/i,
      'AWS has no region of that name, so far as the provider knows',
      'Correct AWS_REGION, or region in the provider block (as in eu-central-1). A region that is newer than the provider needs a newer provider.',
    ),
    other(
      'WrongAccount',
      /AWS account ID not allowed/i,
      'The credentials are of an account that the provider block does not allow',
      'Compare the account in the role ARN of the workspace with allowed_account_ids and forbidden_account_ids of the provider block.',
    ),
    other(
      'ServiceNotSubscribed',
      /\bOptInRequired\b|not subscribed to this service/i,
      'The account does not have this service or region switched on',
      'Enable the region in the account settings, or finish the sign-up of the account.',
    ),
    other(
      'Kubernetes',
      /Kubernetes cluster unreachable|server has asked for the client to provide credentials|is forbidden: User "[^"]{0,200}" cannot/i,
      'The Kubernetes API refused the call, not AWS',
      'See how the kubernetes or helm provider gets its token (data source aws_eks_cluster_auth), and add the role of the workspace to the access entries of the cluster.',
      /getting credentials: exec|exec plugin|executable aws/i,
    ),
    other(
      'OidcProviderExists',
      /(?:EntityAlreadyExists\w{0,20}\W{1,3})?Provider with url \S{1,255} already exists/i,
      'The account has an OIDC provider for this host already, and takes one for each',
      'Use it: read it with the data source aws_iam_openid_connect_provider, or bring it in with an import block. Add the audience to it where it lacks; what else uses it keeps its own.',
    ),
    other(
      'AlreadyExists',
      /\b(?:EntityAlreadyExists|ResourceAlreadyExists|BucketAlreadyExists|BucketAlreadyOwnedByYou|AlreadyExistsException|ResourceInUseException|InvalidGroup\.Duplicate)\w*/i,
      'What Terraform wants to create is there already',
      'Import it with an import block, or choose another name.',
    ),
    other(
      'ProviderInstall',
      /Failed to (?:install|query available|resolve) provider|Inconsistent dependency lock file|registry service is unreachable|Could not (?:load plugin|retrieve the list of available versions)|Failed to instantiate provider/i,
      'Terraform could not install or start a provider',
      'Look at the version constraints, the lock file and the way to the registry.',
    ),
    other(
      'HcpToken',
      /Required token could not be found|Invalid or missing token|HCP Terraform(?: or Terraform Enterprise)? .{0,60}unauthorized|error (?:looking up|retrieving) organization|organization "[^"]*" (?:at host \S+ )?not found/i,
      'Terraform could not sign in to HCP Terraform',
      'Run "terraform login", or set the token of the host.',
    ),
    other(
      'Configuration',
      /\b(?:Unsupported (?:argument|block type)|Invalid (?:combination of arguments|Attribute Combination|backend configuration argument)|Invalid (?:expression|character|reference|multi-line string|block definition|template interpolation value|function argument)|Missing (?:required argument|newline after \w+|name for resource)|Argument or block definition required|Unclosed configuration block|Reference to undeclared (?:resource|input variable|module|local value)|Duplicate (?:resource|provider|variable)\b|Unsupported Terraform Core version|Error in function call|Invalid value for (?:variable|input variable)|No value for required variable)/i,
      'The configuration has a mistake',
      'Correct the lines that Terraform names; "terraform validate" finds such mistakes.',
      // Told as what it is.
      /"region" is required/i,
    ),
  ];
}
