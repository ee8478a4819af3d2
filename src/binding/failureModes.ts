/** One way in which dynamic provider credentials go wrong. */
interface FailureModeRow {
  /** Its number in docs/doctor.md and in JSON output. */
  readonly number: number;
  /** Heading in docs/doctor.md. */
  readonly id: string;
  readonly title: string;
  /** Two sentences at most: what happens and why. */
  readonly explanation: string;
  /** What to do where nothing but a text speaks for it. A check that found the cause has a step of its own, and knows better. */
  readonly nextStep: string;
}

/**
 * The ways in which dynamic provider credentials go wrong, one row each. The numbers are those of docs/doctor.md.
 * Messages: botocore's STS and IAM models, aws-sdk-go-base `internal/config/errors.go`, AWS re:Post "iam-oidc-idp-federation".
 */
const rows = [
  {
    number: 1,
    id: 'subject-mismatch',
    title: "The role's trust policy does not match the run's subject",
    explanation:
      'AWS compares the subject of the workload identity token with the trust policy, letter by letter. An organization, project or workspace that is written differently, or a missing segment, is refused.',
    nextStep: "Rewrite the trust policy's subject from the workspace's real organization, project and name.",
  },
  {
    number: 2,
    id: 'renamed',
    title: 'The organization, project or workspace was renamed or moved',
    explanation:
      'The subject holds names, not ids. After a rename or a move to another project, runs send the new names while the trust policy still has the old ones.',
    nextStep: 'Update the trust policy to the new names; during a transition list both subjects.',
  },
  {
    number: 3,
    id: 'phase-mismatch',
    title: 'One run phase is trusted, the other is not',
    explanation:
      'The subject ends in run_phase:plan or run_phase:apply. A role that names one phase is refused in the other, and swapped plan and apply roles are refused in both.',
    nextStep: 'Let each role trust the phase that uses it, or one role both phases.',
  },
  {
    number: 4,
    id: 'provider-mismatch',
    title: 'The trust policy names another identity provider',
    explanation:
      'The Federated principal and the condition keys must name the host that issues the tokens, in the account and partition of the role.',
    nextStep: "Rewrite the principal and the condition keys for the workspace's host and the role's account.",
  },
  {
    number: 5,
    id: 'provider-missing',
    title: 'The account has no OIDC provider for the host',
    explanation:
      "AWS looks up the token's issuer among the OIDC providers of the role's account and finds none: it was never created, was deleted, or has another URL.",
    nextStep: "Create the OIDC provider in the role's account.",
  },
  {
    number: 6,
    id: 'audience-missing',
    title: 'The OIDC provider does not accept the audience',
    explanation:
      "The token's audience must be in the provider's list of client ids, before any trust policy is looked at. Providers made for other tools often list sts.amazonaws.com only.",
    nextStep: 'Add the audience to the OIDC provider.',
  },
  {
    number: 7,
    id: 'issuer-unreachable',
    title: "AWS cannot read the host's signing keys",
    explanation:
      'AWS fetches /.well-known/openid-configuration and the JWKS from the host over the public internet. A private Terraform Enterprise host, or a wrong discovery document, stops that.',
    nextStep: 'Let AWS reach /.well-known/openid-configuration and /.well-known/jwks of the host.',
  },
  {
    number: 8,
    id: 'thumbprint',
    title: "The host's certificate does not match the provider's thumbprint",
    explanation:
      'For hosts whose certificate comes from a private authority, AWS compares it with the thumbprints of the OIDC provider. A renewed certificate chain no longer matches.',
    nextStep: 'Update the thumbprints of the OIDC provider to the current certificate authority.',
  },
  {
    number: 9,
    id: 'not-enabled',
    title: 'Dynamic credentials are not switched on for the workspace',
    explanation:
      'Without TFC_AWS_PROVIDER_AUTH=true as an environment variable, HCP Terraform does not even ask AWS, and the provider finds no credentials.',
    nextStep: 'Set TFC_AWS_PROVIDER_AUTH to true and a role ARN, as environment variables of the workspace.',
  },
  {
    number: 10,
    id: 'local-execution',
    title: 'The run happens on your own machine',
    explanation:
      'In local execution mode, and for commands that always run locally (import, console, state, output), HCP Terraform delivers no variables and mints no token. The local AWS credentials are used.',
    nextStep: 'Use remote or agent execution, import blocks instead of terraform import, or a local AWS profile.',
  },
  {
    number: 11,
    id: 'static-keys-win',
    title: 'Static credentials win over the role',
    explanation:
      'Keys in the provider block, AWS_* variables of the workspace or of a variable set come before the injected role. The run uses them, whatever the OIDC setup says.',
    nextStep: 'Remove the static credentials once the role is proven.',
  },
  {
    number: 12,
    id: 'tags-and-aliases',
    title: 'Tags and provider aliases do not fit together',
    explanation:
      'Each tagged configuration needs its own variables and a provider that maps its tag. Once a tag exists, every provider has to be mapped, the default one included.',
    nextStep: 'Map every provider to its configuration with tfc_aws_dynamic_credentials.',
  },
  {
    number: 13,
    id: 'variable-not-injected',
    title: 'tfc_aws_dynamic_credentials has no value outside of HCP Terraform',
    explanation:
      'The platform gives this variable its value in remote runs only, and only where a tag exists. A local plan or a test finds no value.',
    nextStep: 'For local runs, give the variable a value in a git-ignored *.auto.tfvars file.',
  },
  {
    number: 14,
    id: 'trust-policy-refused',
    title: 'IAM refuses the trust policy',
    explanation:
      'For shared providers such as app.terraform.io, IAM requires the policy to evaluate the subject, whenever a role is created or its trust policy is changed.',
    nextStep: 'Add a condition on the subject that names one organization, project and workspace.',
  },
  {
    number: 15,
    id: 'trust-policy-too-long',
    title: 'The trust policy is too long',
    explanation: 'A trust policy may have 2,048 characters unless the quota was raised.',
    nextStep: 'Share the workspaces among several roles, or ask for a higher quota (L-C07B4B0D).',
  },
  {
    number: 16,
    id: 'permission-missing',
    title: 'The role lacks a permission',
    explanation:
      'AWS refused a call: the permission policy does not allow it, or a boundary, a policy of the organization or of the resource forbids it.',
    nextStep: 'See which policy decides: read the message beside the policies of the role (tfc-oidc denied does).',
  },
  {
    number: 17,
    id: 'session-expired',
    title: 'A session ended before the work did',
    explanation:
      'Sessions last one hour; the provider renews them while the token is valid. Chained roles cannot be renewed beyond one hour, and module test tokens last ten minutes.',
    nextStep: 'Avoid role chaining for long runs, or raise the token lifetime of module tests.',
  },
  {
    number: 18,
    id: 'just-created',
    title: 'IAM has not spread the change yet',
    explanation:
      'A role or policy that was just written takes some seconds to be known everywhere. The first run is refused, a later one is not.',
    nextStep: 'Run again in a minute.',
  },
  {
    number: 19,
    id: 'agent',
    title: 'The agent is too old, or the run cannot reach STS',
    explanation:
      'In agent mode the agent exchanges the token. It needs version 1.7.0 or later (1.12.0 for tags) and a way out to the STS endpoint of its region.',
    nextStep: "Update the agents, and allow them to reach the region's STS endpoint.",
  },
  {
    number: 20,
    id: 'managed-elsewhere',
    title: 'The role is managed as code and has drifted',
    explanation:
      'The role belongs to a CloudFormation stack or to a Terraform resource. A change made by hand is undone by the next deployment, and a change in the code has not been applied.',
    nextStep: 'Change the code that owns the role, and apply it.',
  },
  {
    number: 21,
    id: 'region-disabled',
    title: 'STS is not active in the region',
    explanation: 'Opt-in regions have to be enabled in the account before STS answers there.',
    nextStep: "Enable the region in the account, or set the provider's sts_region to one that is active.",
  },
  {
    number: 22,
    id: 'shared-config-file',
    title: 'The injected shared config file cannot be read',
    explanation:
      'The file that HCP Terraform writes for the provider was not there yet. Agents before 1.14.1 have this race with Vault-backed credentials.',
    nextStep: 'Update the agents to 1.14.1 or later; without Vault, look for a wrong shared_config_files argument.',
  },
  {
    number: 23,
    id: 'another-token',
    title: "AWS received a token that is not HCP Terraform's",
    explanation:
      'Another identity came first: the service account of a pod, a CI job, or a token that somebody wrote into a variable. The subject of the workspace never reached AWS.',
    nextStep:
      'Remove AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN from the environment of the agent, and web identity arguments from the provider block.',
  },
  {
    number: 24,
    id: 'vault-backed',
    title: 'The Vault-backed configuration is incomplete or refused',
    explanation:
      'With Vault-backed credentials the run first signs in to Vault by its own workload identity, then asks the AWS secrets engine. What is missing or refused there never reaches AWS.',
    nextStep:
      'Look at TFC_VAULT_PROVIDER_AUTH, TFC_VAULT_ADDR and TFC_VAULT_RUN_ROLE of the workspace, and at the role of the AWS secrets engine in Vault.',
  },
] as const satisfies readonly FailureModeRow[];

export type FailureModeId = (typeof rows)[number]['id'];

export interface FailureMode extends FailureModeRow {
  readonly id: FailureModeId;
}

export const failureModes: readonly FailureMode[] = rows;

const byId = new Map<FailureModeId, FailureMode>(rows.map(mode => [mode.id, mode]));

export function failureMode(id: FailureModeId): FailureMode {
  const found = byId.get(id);
  if (found === undefined) throw new Error(`no failure mode ${id}`);
  return found;
}
