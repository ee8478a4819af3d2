import type { Advice } from './signature';

/** Who issues tokens like this one, where that is known. */
const issuers: readonly (readonly [RegExp, string, string])[] = [
  [
    /^oidc\.eks\./,
    'the service account of a pod in EKS',
    "Take the role from the agent's service account (annotation eks.amazonaws.com/role-arn): it puts AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN into the environment of the agent, and they win.",
  ],
  [
    /^token\.actions\.githubusercontent\.com/,
    'a GitHub Actions job',
    'The job itself asked for the role. Let the run execute in HCP Terraform (remote execution), or give that job a role that trusts GitHub.',
  ],
  [
    /gitlab/i,
    'a GitLab CI job',
    'The job itself asked for the role. Let the run execute in HCP Terraform (remote execution), or give that job a role that trusts GitLab.',
  ],
];

/** Is this the issuer of a program that is known, and not HCP Terraform? */
export const knownForeign = (issuer: string): boolean => issuers.some(([pattern]) => pattern.test(issuer));

export function foreignToken(issuer: string | undefined): Advice {
  const [, who = 'somebody else', nextStep] = issuers.find(([pattern]) => pattern.test(issuer ?? '')) ?? [];
  return {
    explanation: `AWS received the token of another issuer${issuer === undefined ? '' : ` (${issuer})`}, that of ${who}; it is not from HCP Terraform. The subject of the workspace never reached AWS.`,
    nextStep:
      nextStep ??
      'Find what gives that token: AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN in the environment of the run or agent, or web identity arguments in the provider block; and take it away.',
  };
}
