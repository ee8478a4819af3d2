/** What a piece of text means, for a hover. */
export interface Explanation {
  /** Offsets in the line. */
  readonly start: number;
  readonly end: number;
  readonly title: string;
  /** Two sentences at most. */
  readonly text: string;
  /** A page of docs/, with its heading. */
  readonly page: string;
  /** It is the subject of a workspace's runs, as a trust policy has it. */
  readonly isSubject?: true;
}

const variables: Readonly<Record<string, readonly [text: string, page: string]>> = {
  PROVIDER_AUTH: [
    'Switches dynamic AWS credentials on when it is "true". It must be an environment variable of the workspace or of a variable set.',
    'docs/doctor.md#enabled',
  ],
  RUN_ROLE_ARN: [
    'The AWS role that plans and applies assume. TFC_AWS_PLAN_ROLE_ARN and TFC_AWS_APPLY_ROLE_ARN win over it for their phase.',
    'docs/doctor.md#roles-named',
  ],
  PLAN_ROLE_ARN: [
    'The AWS role that plans assume. Plans run the code of every pull request, so it should only read.',
    'docs/doctor.md#roles-named',
  ],
  APPLY_ROLE_ARN: [
    'The AWS role that applies assume. Its trust policy needs the subject that ends in run_phase:apply.',
    'docs/doctor.md#roles-named',
  ],
  WORKLOAD_IDENTITY_AUDIENCE: [
    'The audience of the token, "aws.workload.identity" where it is not set. The OIDC provider and the trust policy must have the same.',
    'docs/doctor.md#provider-audience',
  ],
};

const patterns: readonly (readonly [
  RegExp,
  (match: RegExpExecArray) => Omit<Explanation, 'start' | 'end'> | undefined,
])[] = [
  [
    /\b(?:TFC|TFC_DEFAULT|TFC_VAULT_BACKED|TFC_HVS_BACKED)_AWS_(PROVIDER_AUTH|RUN_ROLE_ARN|PLAN_ROLE_ARN|APPLY_ROLE_ARN|WORKLOAD_IDENTITY_AUDIENCE)(?:_([A-Za-z0-9_]+))?\b/g,
    match => {
      const known = variables[match[1] ?? ''];
      if (known === undefined || !/^TFC(?:_DEFAULT)?_AWS_/.test(match[0])) return undefined;
      const tag = match[2] === undefined ? '' : ` (configuration "${match[2]}")`;
      return { title: `${match[0]}${tag}`, text: known[0], page: known[1] };
    },
  ],
  [
    /\btfc_aws_dynamic_credentials\b/g,
    () => ({
      title: 'tfc_aws_dynamic_credentials',
      text: 'HCP Terraform gives this variable its value in remote runs: a shared config file for the default configuration and one for each tag. Once a tag exists, every provider has to name the file that it uses.',
      page: 'docs/rules.md#dynamic-credentials-variable',
    }),
  ],
  [
    /\borganization:([^:"'\s]+):(?:project:([^:"']*):)?workspace:([^:"']+):run_phase:(plan|apply|\*)/g,
    match => {
      const [, organization = '', project, workspace = '', phase = ''] = match;
      const runs = phase === '*' ? 'plans and applies' : phase === 'plan' ? 'plans' : 'applies';
      return {
        title: `Subject: ${runs} of ${organization}/${workspace}`,
        isSubject: true,
        text:
          project === undefined
            ? 'The project is missing: that is the form from before projects, and no token of HCP Terraform has it any more. Every workspace is in a project; the first one is called "Default Project".'
            : project === ''
              ? 'The project is empty, so that no token ever has this subject. Every workspace is in a project; the first one is called "Default Project".'
              : `AWS compares this with the token's subject, letter by letter. The names are those of today: after a rename, or a move from the project "${project}", it no longer matches.`,
        page: 'docs/trust.md',
      };
    },
  ],
  [
    /\barn:(aws[\w-]*):iam::(\d{12}):role\/((?:[\w+=,.@/-]+\/)?)([\w+=,.@-]{1,64})/g,
    ([, partition = '', account = '', , name = '']) => ({
      title: `Role ${name}`,
      text: `An IAM role of account ${account}${partition === 'aws' ? '' : ` in partition ${partition}`}. Its trust policy decides which runs may assume it, its permission policies what they may do.`,
      page: 'docs/doctor.md#role-exists',
    }),
  ],
  [
    /\barn:(aws[\w-]*):iam::(\d{12}):oidc-provider\/([\w.:/-]+)/g,
    ([, , account = '', host = '']) => ({
      title: `OIDC provider ${host}`,
      text: `Lets account ${account} trust tokens that ${host} signs. Which of them get in is up to each role's trust policy.`,
      page: 'docs/doctor.md#provider-exists',
    }),
  ],
];

/** Explains what stands at a place of a line: a role, a provider, a subject or a variable of dynamic credentials. Pure. */
export function explainAt(line: string, character: number): Explanation | undefined {
  // A hover is for lines that a person reads; a minified file is none.
  if (line.length > 2000) return undefined;
  for (const [pattern, explain] of patterns) {
    for (const match of line.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (character < match.index || character > end) continue;
      const found = explain(match);
      if (found !== undefined) return { start: match.index, end, ...found };
    }
  }
  return undefined;
}
