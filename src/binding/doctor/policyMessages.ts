import type { ErrorSignature } from './signature';

/** The requests that write a policy that is no trust policy. */
const otherPolicy =
  /\b(?:CreatePolicy(?:Version)?|Put(?:Role|User|Group)Policy|PutKeyPolicy|PutBucketPolicy|CreateKey|PutResourcePolicy|SetQueueAttributes|SetTopicAttributes|SetRepositoryPolicy|AssumeRole(?:WithWebIdentity)?|PutPermissionSet\w*|(?:Create|Update)Policy)\b(?! polic)|\binline policy\b|IAM (?:Role|User|Group) (?:\([^()]*\) )?policy\b|IAM (?:Inline )?Policy \(|(?:creating|updating) IAM Policy\b/i;

const malformed = '\\bMalformedPolicy(?:Document(?:Exception)?)?\\b';
const lintTrust = 'Check the trust policy, statement by statement (tfc-oidc lint-trust names the place).';

/** A message of IAM about a trust policy whose own text is at fault. Nothing of the subject. */
const trustText = (code: string, words: string, title: string, nextStep: string): ErrorSignature => ({
  code,
  pattern: new RegExp(`${malformed}[^]{0,120}?(?:${words})`, 'i'),
  modes: [],
  unless: otherPolicy,
  other: { title, nextStep },
});

/**
 * What IAM answers where it refuses a policy, most specific first. Codes: botocore's IAM model (MalformedPolicyDocument, LimitExceeded).
 * Messages: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_policies.html and public reports.
 */
export const policyMessages: readonly ErrorSignature[] = [
  {
    code: 'TrustPolicyTooLong',
    pattern: /(?:\bLimitExceeded\w*:? )?(?:Cannot exceed quota for )?ACLSizePerRole/i,
    modes: ['trust-policy-too-long'],
  },
  {
    code: 'FederatedPrincipalInvalid',
    pattern: /(?:\bMalformedPolicyDocument\W{1,3}[^]{0,80}?)?Federated principals must be valid domain names/i,
    modes: ['trust-policy-refused'],
    unless: otherPolicy,
    advice: {
      explanation:
        'The Federated principal of the trust policy is not an ARN of an OIDC provider: the account, the host or a part of the ARN is empty or wrong.',
      nextStep:
        'Name the ARN of the OIDC provider as the Federated principal (arn:PARTITION:iam::ACCOUNT:oidc-provider/HOST), letter by letter (tfc-oidc trust prints it).',
    },
  },
  trustText(
    'PolicyPrincipalMissing',
    'Invalid principal in policy|invalid principals?\\b',
    'A principal that the policy names does not exist, or not yet',
    'Create the principal that the message names first, or correct its ARN; one that was deleted and made again has to be named anew (tfc-oidc lint-trust checks the rest).',
  ),
  trustText(
    'TrustPolicyNoJson',
    'invalid JSON|not valid JSON|JSON strings? must not',
    'The trust policy is not valid JSON',
    lintTrust,
  ),
  trustText(
    'TrustPolicyEmpty',
    'Statement is empty|Statement list is empty|empty statement',
    'The trust policy has no statement, or one without contents',
    lintTrust,
  ),
  trustText(
    'TrustPolicyActions',
    'AssumeRole ?policy may only specify STS',
    'A trust policy may name only actions of STS that assume a role',
    'Write sts:AssumeRoleWithWebIdentity as the action, and move every other action to a permission policy.',
  ),
  {
    code: 'TrustPolicyActions',
    pattern: /AssumeRole ?policy may only specify STS/i,
    modes: [],
    other: {
      title: 'A trust policy may name only actions of STS that assume a role',
      nextStep:
        'Write sts:AssumeRoleWithWebIdentity as the action, and move every other action to a permission policy.',
    },
  },
  trustText(
    'TrustPolicyElements',
    'Has prohibited field (?!Principal)|Missing required field Principal|Unknown field|Unsupported (?:field|element)',
    'The trust policy has an element that trust policies do not have, or lacks one',
    `A trust policy has Principal and no Resource. ${lintTrust}`,
  ),
  {
    code: 'PermissionPolicyRefused',
    pattern:
      /\bMalformedPolicyDocument\b[^]{0,120}?(?:Has prohibited field Principal|must contain resources|prefaced by a vendor|must be in ARN format)/i,
    modes: [],
    other: {
      title: 'IAM refuses a permission policy, not the trust policy',
      nextStep: 'Check the policy for what IAM does not take (tfc-oidc lint-policy).',
    },
  },
  trustText(
    'TrustPolicySyntax',
    'Syntax errors? in policy|failed legacy parsing|Syntax error',
    'The trust policy has a syntax error: an element, operator or value that IAM does not know',
    lintTrust,
  ),
  trustText(
    'TrustPolicyConditionKey',
    'Condition can contain only one colon',
    'A condition key of the trust policy has more than one colon: most often because of https:// before the host',
    'Write the key with the host alone, as in app.terraform.io:sub, and the ARN of the provider as oidc-provider/HOST; both without https:// (tfc-oidc lint-trust names the place).',
  ),
  {
    code: 'TrustPolicySubject',
    pattern: new RegExp(
      `${malformed}[^]{0,240}?(?::sub\\b|\\bevaluate|\\b(?:must|requires?|should|missing|lacks|without)\\b[^.]{0,80}\\bconditions?\\b|shared (?:OIDC )?(?:identity )?provider|identity provider controls?)`,
      'i',
    ),
    modes: ['trust-policy-refused'],
    unless: otherPolicy,
  },
  {
    code: 'TrustPolicyUnlisted',
    pattern: /\bMalformedPolicyDocument\b/i,
    modes: ['trust-policy-refused'],
    unless: otherPolicy,
    other: {
      title: 'IAM refuses a policy, in words that are not known here',
      nextStep:
        'Certain is: nothing was written, and roles that exist go on working. Check the policy for what IAM does not take (tfc-oidc lint-trust, tfc-oidc lint-policy).',
    },
  },
  {
    code: 'PermissionPolicyRefused',
    pattern: new RegExp(malformed, 'i'),
    modes: [],
    other: {
      title: 'AWS refuses a policy that is not the trust policy of a role',
      nextStep: 'Check the policy for what IAM does not take (tfc-oidc lint-policy).',
    },
  },
];
