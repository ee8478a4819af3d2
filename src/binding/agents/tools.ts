import type { AgentToolId } from './toolIds';

/**
 * What language models may ask: the one table of the editor's tools (languageModelTools in package.json, written by `npm run docs`)
 * and of `tfc-oidc mcp`. None of them writes, and no answer holds the value of a credential.
 */
export interface AgentTool {
  /** As MCP calls it; the editor puts `tfcOidc_` before it, in camel case. */
  readonly id: AgentToolId;
  /** As people see it in lists. */
  readonly title: string;
  /** The word behind # in a chat of the editor. */
  readonly reference: string;
  readonly icon: string;
  readonly forPeople: string;
  readonly forModels: string;
  readonly inputs: Readonly<Record<string, AgentInput>>;
}

export interface AgentInput {
  readonly about: string;
  readonly needed?: true;
  readonly choices?: readonly string[];
}

const root: AgentInput = {
  about: 'Folder of one Terraform root, relative to the folder that is open; all roots where it is left out.',
};
const policy = (about: string): AgentInput => ({ about: `${about}: the JSON itself, not a file.`, needed: true });
const names = {
  organization: { about: 'Organization in HCP Terraform that the role is for.' },
  project: { about: 'Project that the role is for.' },
  workspace: { about: 'Workspace that the role is for.' },
  hostname: { about: 'Host of HCP Terraform or Terraform Enterprise; app.terraform.io where it is left out.' },
  audience: { about: 'Audience of the token; aws.workload.identity where it is left out.' },
} as const satisfies Readonly<Record<string, AgentInput>>;

export const agentTools = [
  {
    id: 'inspect_project',
    title: 'Inspect Terraform project',
    reference: 'tfcOidcProject',
    icon: '$(cloud)',
    forPeople: 'The Terraform roots that are open, and which workspaces they are for',
    forModels:
      'Lists the Terraform roots that are open with their HCP Terraform organization, host and workspaces, their AWS provider blocks and the number of findings. Read-only, offline.',
    inputs: { root },
  },
  {
    id: 'lint',
    title: 'Find static AWS credentials',
    reference: 'tfcOidcLint',
    icon: '$(warning)',
    forPeople: 'What keeps the Terraform code from using OIDC',
    forModels:
      "Lists what keeps Terraform code from using HCP Terraform's dynamic AWS credentials (OIDC): static keys, profiles and other settings that win over the role, each with file, line, rule and explanation. Never holds the value of a credential. Read-only, offline.",
    inputs: { root },
  },
  {
    id: 'explain_binding',
    title: 'Explain OIDC bindings',
    reference: 'tfcOidcBinding',
    icon: '$(checklist)',
    forPeople: 'What is true of the OIDC setup of each workspace',
    forModels:
      'Explains the state of the OIDC binding between HCP Terraform workspaces and AWS roles: each check with state, evidence, reason and next step. Asks HCP Terraform (and AWS where the user chose a profile). Read-only: it changes nothing.',
    inputs: { root },
  },
  {
    id: 'lint_trust',
    title: 'Lint a trust policy',
    reference: 'tfcOidcTrust',
    icon: '$(shield)',
    forPeople: 'What is broken or too broad in the trust policy of a role for HCP Terraform',
    forModels:
      'Judges a trust policy for HCP Terraform workload identity tokens: what is broken (runs are refused) or too broad (strangers get in), each with line, rule and explanation. With organization, project and workspace it says too whether that workspace gets in. Read-only, offline.',
    inputs: { policy: policy('The trust policy (AssumeRolePolicyDocument)'), ...names },
  },
  {
    id: 'prove',
    title: 'Prove a trust policy',
    reference: 'tfcOidcProve',
    icon: '$(verified)',
    forPeople: 'Whether a trust policy lets a subject in, and why',
    forModels:
      'Evaluates a trust policy for sts:AssumeRoleWithWebIdentity as AWS would, for one subject (organization:ORG:project:PROJECT:workspace:NAME:run_phase:plan or apply): allow or deny, with the clauses that decide. What only AWS can know is told as undecided, and not as allowed. Read-only, offline.',
    inputs: {
      policy: policy('The trust policy (AssumeRolePolicyDocument)'),
      subject: { about: 'The sub claim of the token, letter by letter.', needed: true },
      hostname: names.hostname,
      audience: names.audience,
    },
  },
  {
    id: 'permissions',
    title: 'Permissions that code needs',
    reference: 'tfcOidcPermissions',
    icon: '$(key)',
    forPeople: 'Which AWS permissions a Terraform root is known to need',
    forModels:
      'Writes a starting permission policy for one Terraform root: the IAM actions that its code is known to need in plan (reads only) or apply, and what nothing is known of. A start, not a promise. Read-only, offline.',
    inputs: { root, phase: { about: 'plan or apply (where it is left out: apply).', choices: ['plan', 'apply'] } },
  },
  {
    id: 'explain_denial',
    title: 'Explain an access denied',
    reference: 'tfcOidcDenial',
    icon: '$(error)',
    forPeople: 'Which statement lacks what for an access-denied message',
    forModels:
      'Reads an access-denied message of AWS, a run log or an event of CloudTrail, and says which action on which resource was refused, why, and the smallest change of a policy that is enough. Give the permission policy of the role to have it compared. Read-only, offline.',
    inputs: {
      message: { about: 'The error message, the log, or the event of CloudTrail.', needed: true },
      policy: { about: 'A permission policy of the caller: the JSON itself, not a file.' },
    },
  },
] as const satisfies readonly AgentTool[];

/** The inputs as JSON Schema. */
export function inputSchema({ inputs }: AgentTool) {
  const needed = Object.keys(inputs).filter(name => inputs[name]?.needed === true);
  return {
    type: 'object' as const,
    properties: Object.fromEntries(
      Object.entries(inputs).map(([name, { about, choices }]) => [
        name,
        { type: 'string', description: about, ...(choices !== undefined && { enum: [...choices] }) },
      ]),
    ),
    ...(needed.length > 0 && { required: needed }),
  };
}
