import { unwrap } from '../../core/problem';
import { pretty, type TrustDocument } from '../../iam/policy/document';
import { type AnyProjectIdentity, trustPolicy } from '../../iam/policy/trust';
import { audienceName, defaultAudience, organizationName, workspaceName } from '../../oidc/names';
import { accountId } from '../../oidc/partition';
import type { Identity, Phase } from '../../oidc/subject';
import { choice, type Command, many, noPositionals, type OptionValues, required, text } from '../command';
import { hostnameOf, identitiesOf, identityHelp, identityOptions, partitionOf, phasesOf } from '../names';

export const trust: Command = {
  name: 'trust',
  summary: 'print the trust policy of a role for exactly the given runs',
  help: `Prints a trust policy for sts:AssumeRoleWithWebIdentity.

Usage: tfc-oidc trust --organization ORG --project PROJECT --workspace NAME --account ID [options]

${identityHelp}
  --account ID          AWS account of the role and the OIDC provider, twelve digits
  --partition P         aws (default), aws-us-gov, aws-cn, aws-eusc, … ; or
  --region REGION       takes the partition from a region
  --audience A          default aws.workload.identity
  --phases PHASES       plan, apply or plan,apply: one policy for one role (default plan,apply);
                        separate: two policies, { "plan": …, "apply": … }, for two roles
  --format json         the only format
  --any-project         let the workspace be moved: project:* with the exact workspace

The policy is printed as IAM takes it; "tfc-oidc prove" reads it from standard input.

Examples:
  tfc-oidc trust --organization acme --project "Default Project" --workspace prod --account 123456789012 --phases plan
  tfc-oidc trust --organization acme --project web --workspace a --workspace b --account 123456789012 | \\
    tfc-oidc prove - --subject organization:acme:project:web:workspace:a:run_phase:plan`,
  options: {
    ...identityOptions,
    account: { type: 'string' },
    partition: { type: 'string' },
    region: { type: 'string' },
    audience: { type: 'string' },
    phases: { type: 'string' },
    phase: { type: 'string' },
    'any-project': { type: 'boolean' },
    format: { type: 'string' },
  },
  run: (context, { values, positionals }) => {
    noPositionals(positionals);
    choice(values, 'format', ['json'], 'json');
    const phases = text(values, 'phases') ?? text(values, 'phase', 'plan,apply');
    if (phases === 'separate') {
      context.out(pretty({ plan: policyFor(values, ['plan']), apply: policyFor(values, ['apply']) }));
    } else context.out(pretty(policyFor(values, phasesOf(phases))));
    return Promise.resolve(0);
  },
};

function policyFor(values: OptionValues, phases: readonly Phase[]): TrustDocument {
  const audience = text(values, 'audience');
  return unwrap(
    trustPolicy({
      hostname: hostnameOf(values),
      partition: partitionOf(values) ?? 'aws',
      accountId: unwrap(accountId(required(values, 'account'))),
      audience: audience === undefined ? defaultAudience : unwrap(audienceName(audience)),
      identities: values['any-project'] === true ? anyProject(values) : identitiesOf(values),
      phases,
    }),
  );
}

function anyProject(values: OptionValues): readonly (Identity | AnyProjectIdentity)[] {
  const organization = unwrap(organizationName(required(values, 'organization')));
  return many(values, 'workspace').map(w => ({
    kind: 'workspace-any-project',
    organization,
    workspace: unwrap(workspaceName(w)),
  }));
}
