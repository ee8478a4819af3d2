import { issuerHost, type Hostname } from '../../oidc/names';
import type { Identity, Phase } from '../../oidc/subject';
import { subjectsOf } from '../../oidc/subject';
import type { Evaluation } from './evaluate';
import { evaluate, type WebIdentityRequest } from './webIdentity';
import type { Policy } from './statement';

/** One question put to a policy, and its answer. */
export interface ProofRow {
  readonly who: string;
  readonly subject: string;
  readonly audience: string;
  readonly hostname: string;
  readonly expected: 'allow' | 'deny';
  readonly evaluation: Evaluation;
  readonly holds: boolean;
}

export interface ProofRequest {
  readonly hostname: Hostname;
  readonly audience: string;
  readonly providerArn?: string;
  readonly identity: Identity;
  /** The phases that the role is for: these must be allowed; the other one must not. */
  readonly phases: readonly Phase[];
}

/** Proves what a policy allows: the runs it is for, and nobody of a set of strangers. */
export function prove(policy: Policy, request: ProofRequest): readonly ProofRow[] {
  const host = issuerHost(request.hostname);
  const row = (
    who: string,
    subject: string,
    expected: 'allow' | 'deny',
    more: Partial<WebIdentityRequest> = {},
  ): ProofRow => {
    const asked = {
      hostname: host,
      audience: request.audience,
      ...(request.providerArn && { providerArn: request.providerArn }),
      subject,
      ...more,
    };
    const evaluation = evaluate(policy, asked);
    return {
      who,
      subject,
      audience: asked.audience,
      hostname: asked.hostname,
      expected,
      evaluation,
      holds: evaluation.decision === expected,
    };
  };
  const subjects = subjectsOf(request.identity, ['plan', 'apply']);
  if (!subjects.ok) return [];
  const own = subjects.value.map((subject, i) => {
    const phase: Phase = i === 0 ? 'plan' : 'apply';
    const inScope = request.identity.kind === 'module-test' || request.phases.includes(phase);
    return row(
      request.identity.kind === 'module-test' ? 'this module’s tests' : `this ${request.identity.kind}, ${phase}`,
      subject,
      inScope ? 'allow' : 'deny',
    );
  });
  const [first = ''] = own.filter(r => r.expected === 'allow').map(r => r.subject);
  return [
    ...own,
    ...strangersOf(request.identity, request.phases).map(s => row(s.who, s.subject, 'deny')),
    row('another audience', first, 'deny', { audience: `${request.audience}.other` }),
    row('another issuer', first, 'deny', {
      hostname: 'tfe.stranger.example',
      providerArn: otherProvider(request.providerArn),
    }),
  ];
}

function otherProvider(arn: string | undefined): string {
  return (arn ?? 'oidc-provider/').replace(/oidc-provider\/.*$/, 'oidc-provider/tfe.stranger.example');
}

/** Subjects of others that look as much like the own one as their grammar allows. */
export function strangersOf(
  identity: Identity,
  phases: readonly Phase[],
): readonly { readonly who: string; readonly subject: string }[] {
  const phase = phases[0] ?? 'plan';
  const { organization } = identity;
  const project = identity.kind === 'module-test' ? 'Default Project' : identity.project;
  const name =
    identity.kind === 'workspace'
      ? identity.workspace
      : identity.kind === 'stack'
        ? identity.stack
        : identity.module.replaceAll('/', '-');
  const workspace = (o: string, p: string, w: string): string =>
    `organization:${o}:project:${p}:workspace:${w}:run_phase:${phase}`;
  const stack = (o: string, p: string, s: string, d: string): string =>
    `organization:${o}:project:${p}:stack:${s}:deployment:${d}:operation:${phase}`;
  const module = (o: string, m: string): string => `organization:${o}:module:${m}:operation:test_run`;
  const common = [
    { who: 'another organization', subject: same(identity, `not-${organization}`, project, name, phase) },
    {
      who: 'an organization with the same beginning',
      subject: same(identity, `${organization}-evil`, project, name, phase),
    },
    {
      who: `another ${identity.kind === 'module-test' ? 'module' : identity.kind}`,
      subject: same(identity, organization, project, `not-${name}`, phase),
    },
    {
      who: `a ${identity.kind === 'module-test' ? 'module' : identity.kind} with the same beginning`,
      subject: same(identity, organization, project, `${name}-evil`, phase),
    },
  ];
  // Names of workspaces are unique in an organization: the same name in another project is the same workspace, moved.
  const projects =
    identity.kind !== 'stack'
      ? []
      : [
          {
            who: 'the same name in another project',
            subject: same(identity, organization, `${project} 2`, name, phase),
          },
        ];
  const kinds = [
    ...(identity.kind === 'workspace'
      ? []
      : [{ who: 'a workspace of the same name', subject: workspace(organization, project, name) }]),
    ...(identity.kind === 'stack'
      ? [{ who: 'another deployment', subject: stack(organization, project, name, `not-${identity.deployment}`) }]
      : [{ who: 'a Stack of the same name', subject: stack(organization, project, name, 'production') }]),
    ...(identity.kind === 'module-test' ? [] : [{ who: 'a module test', subject: module(organization, name) }]),
  ];
  return [...common, ...projects, ...kinds];
}

function same(identity: Identity, organization: string, project: string, name: string, phase: Phase): string {
  switch (identity.kind) {
    case 'workspace':
      return `organization:${organization}:project:${project}:workspace:${name}:run_phase:${phase}`;
    case 'stack':
      return `organization:${organization}:project:${project}:stack:${name}:deployment:${identity.deployment}:operation:${phase}`;
    case 'module-test':
      return `organization:${organization}:module:${name}:operation:test_run`;
  }
}
