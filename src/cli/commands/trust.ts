import { unwrap } from '../../core/problem';
import { pretty, type TrustDocument } from '../../iam/policy/document';
import {
  type AnyDeploymentIdentity,
  anyDeploymentLetsIn,
  type AnyProjectIdentity,
  trustPolicy,
  type TrustRequest,
} from '../../iam/policy/trust';
import {
  audienceName,
  defaultAudience,
  type Hostname,
  organizationName,
  projectName,
  stackName,
  workspaceName,
} from '../../oidc/names';
import { accountId } from '../../oidc/partition';
import type { Phase } from '../../oidc/subject';
import {
  audienceOption,
  subjectHost,
  identitiesOf,
  identityOptions,
  partitionOf,
  partitionOption,
  phaseOptions,
  phasesOf,
} from '../names';
import { issuerFor, issuerOption } from '../binding/issuer';
import { command } from '../command';
import { choice, flag, needed, text, UsageError, type Values } from '../option';

const trustOptions = {
  ...identityOptions,
  account: needed('ID', 'AWS account of the role and the OIDC provider, twelve digits; needed'),
  issuer: issuerOption,
  partition: partitionOption,
  region: text('REGION', 'takes the partition from a region'),
  audience: audienceOption,
  ...phaseOptions(
    'one policy for one role (default plan,apply); separate: two policies, { "plan": …, "apply": … }, for two roles',
  ),
  'any-project': flag('let the workspace be moved: project:* with the exact workspace'),
  'any-deployment': flag('let in every deployment of the Stack, also one that is added later: deployment:*'),
  format: choice(['json'], 'json', 'the only format'),
} as const;

type TrustValues = Values<typeof trustOptions>;

export const trust = command({
  name: 'trust',
  group: 'Policies',
  summary: 'print the trust policy of a role for exactly the given runs',
  operands: '',
  namesFromConfig: true,
  about: `Prints a trust policy for sts:AssumeRoleWithWebIdentity, as IAM takes it; "tfc-oidc prove" reads it from standard input.`,
  options: trustOptions,
  examples: [
    'tfc-oidc trust --organization acme --project "Default Project" --workspace prod --account 123456789012 --phase plan',
    `tfc-oidc trust --organization acme --project web --workspace a --workspace b --account 123456789012 | \\
  tfc-oidc prove - --subject organization:acme:project:web:workspace:a:run_phase:plan`,
    'tfc-oidc trust --organization acme --project web --stack web --any-deployment --account 123456789012 --phase plan',
  ],
  exits: { 0: 'printed', 2: 'could not run' },
  run: async (context, { values }) => {
    const chosen = await issuerFor(context, values.issuer, subjectHost(values));
    for (const note of chosen.notes) context.err(`${note}\n`);
    const issuer = chosen.issuer ?? subjectHost(values);
    const phases = values.phases ?? values.phase ?? 'plan,apply';
    if (phases === 'separate') {
      context.out(pretty({ plan: policyFor(values, issuer, ['plan']), apply: policyFor(values, issuer, ['apply']) }));
    } else context.out(pretty(policyFor(values, issuer, phasesOf(phases))));
    if (values['any-deployment']) context.err(`The pattern lets in ${anyDeploymentLetsIn(values.stack ?? '')}.\n`);
    return 0;
  },
});

function policyFor(values: TrustValues, issuer: Hostname, phases: readonly Phase[]): TrustDocument {
  const audience = values.audience;
  return unwrap(
    trustPolicy({
      hostname: issuer,
      partition: partitionOf(values) ?? 'aws',
      accountId: unwrap(accountId(values.account)),
      audience: audience === undefined ? defaultAudience : unwrap(audienceName(audience)),
      identities: identitiesFor(values),
      phases,
    }),
  );
}

function identitiesFor(values: TrustValues): TrustRequest['identities'] {
  if (values['any-project'] && values['any-deployment'])
    throw new UsageError('--any-project is for a workspace, --any-deployment for a Stack');
  if (values['any-project']) return anyProject(values);
  return values['any-deployment'] ? anyDeployment(values) : identitiesOf(values);
}

function anyDeployment(values: TrustValues): readonly AnyDeploymentIdentity[] {
  const { stack, project, workspace, module } = values;
  if (stack === undefined || project === undefined || workspace.length > 0 || module !== undefined)
    throw new UsageError('--any-deployment needs --stack and --project, and no workspace or module');
  const organization = unwrap(organizationName(values.organization));
  return [
    {
      kind: 'stack-any-deployment',
      organization,
      project: unwrap(projectName(project)),
      stack: unwrap(stackName(stack)),
    },
  ];
}

function anyProject(values: TrustValues): readonly AnyProjectIdentity[] {
  const organization = unwrap(organizationName(values.organization));
  return values.workspace.map(w => ({
    kind: 'workspace-any-project',
    organization,
    workspace: unwrap(workspaceName(w)),
  }));
}
