import type { Problem } from '../core/problem';

/** Words in the hosts of issuers that are none of HashiCorp's, though their subjects or names may look alike. */
const words =
  /(^|[.-])(gitlab|github|githubusercontent|bitbucket|circleci|buildkite|scalr|spacelift|terrakube|otf|env0|pulumi|vercel|cognito-idp|google|googleapis|amazonaws|azure|microsoftonline|okta|auth0|keycloak)([.-]|$)/i;

/** Is the host called like one of another program, which has a subject grammar of its own? A host that begins with tfe is not. */
export const isOtherProgram = (host: string): boolean => words.test(host) && !/^p?tfe([.-]|$)/i.test(host);

/** Why no subject of HCP Terraform is printed for a host. */
export function otherProgramProblem(host: string): Problem | undefined {
  if (!isOtherProgram(host)) return undefined;
  return {
    code: 'other-issuer',
    message: `${host} is called like a host of another program than HCP Terraform or Terraform Enterprise. The subjects of its tokens have a form of their own, and the ones of HCP Terraform would never fit.`,
    nextStep:
      'Take the subject from the documentation of that program. Hosts of HCP Terraform are app.terraform.io and app.eu.terraform.io; a Terraform Enterprise host is taken under any other name.',
  };
}
