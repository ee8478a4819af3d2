import { fail, ok, type Result } from '../../core/problem';
import {
  type Audience,
  type Hostname,
  issuerHost,
  issuerProblem,
  type OrganizationName,
  type ProjectName,
  type StackName,
  type WorkspaceName,
} from '../../oidc/names';
import { oidcProviderArn } from '../../oidc/arns';
import type { Partition } from '../../oidc/partition';
import { type Identity, type Phase, type StackIdentity, subjectsOf } from '../../oidc/subject';
import { compact, oneOrMany, policySize, type TrustDocument, trustQuota, type TrustStatement } from './document';

/** A workspace wherever it is moved to: names are unique in an organization, so only the project may vary. */
export interface AnyProjectIdentity {
  readonly kind: 'workspace-any-project';
  readonly organization: OrganizationName;
  readonly workspace: WorkspaceName;
}

/** Every deployment of one Stack, also those that somebody adds tomorrow, and nothing else: no name holds a colon. */
export interface AnyDeploymentIdentity {
  readonly kind: 'stack-any-deployment';
  readonly organization: OrganizationName;
  readonly project: ProjectName;
  readonly stack: StackName;
}

export interface TrustRequest {
  readonly hostname: Hostname;
  readonly partition: Partition;
  readonly accountId: string;
  readonly audience: Audience;
  readonly identities: readonly (Identity | AnyProjectIdentity | AnyDeploymentIdentity)[];
  readonly phases: readonly Phase[];
  /** Where the account's quota (L-C07B4B0D) was raised above 2,048 characters. */
  readonly quota?: number;
}

/**
 * A trust policy that lets exactly the given runs assume the role. Subjects are written out and compared with StringEquals; a
 * wildcard stands only where it can match nothing of another organization, project, workspace, Stack or module: the run phase when
 * both phases are wanted and the policy would be too long otherwise, and the project, or the deployment of one Stack, where that was asked
 * for.
 */
export function trustPolicy(request: TrustRequest): Result<TrustDocument> {
  if (request.identities.length === 0) {
    return fail({
      code: 'nothing-to-trust',
      message: 'No workspace was named for the trust policy.',
      nextStep: 'Name a workspace.',
    });
  }
  const port = issuerProblem(request.hostname);
  if (port !== undefined) return fail(port);
  const exact: string[] = [];
  const short: string[] = [];
  const like: string[] = [];
  for (const identity of request.identities) {
    if (identity.kind === 'workspace-any-project') {
      const head = `organization:${identity.organization}:project:*:workspace:${identity.workspace}:run_phase:`;
      like.push(...(request.phases.length === 2 ? [`${head}*`] : request.phases.map(phase => head + phase)));
      continue;
    }
    if (identity.kind === 'stack-any-deployment') {
      like.push(...request.phases.map(phase => anyDeployment(identity, phase)));
      continue;
    }
    const subjects = subjectsOf(identity, request.phases);
    if (!subjects.ok) return subjects;
    exact.push(...subjects.value);
    // One pattern for both phases: the last segment holds nothing but the phase.
    const [first] = subjects.value;
    if (first !== undefined) short.push(subjects.value.length === 2 ? first.replace(/[^:]+$/, '*') : first);
  }
  const full = document(request, exact, like);
  if (policySize(compact(full)) <= (request.quota ?? trustQuota) || request.phases.length < 2)
    return sized(full, request);
  return sized(document(request, [], [...short, ...like]), request);
}

const anyDeployment = (stack: Omit<AnyDeploymentIdentity, 'kind'>, phase: Phase): string =>
  `organization:${stack.organization}:project:${stack.project}:stack:${stack.stack}:deployment:*:operation:${phase}`;

/** What the pattern for all deployments of a Stack lets in, said once for those who offer it and for those who write it. */
export const anyDeploymentLetsIn = (stack: string): string =>
  `every deployment of the Stack "${stack}", also one that somebody adds tomorrow, and no other Stack, no workspace and no module test`;

function document(request: TrustRequest, exact: readonly string[], like: readonly string[]): TrustDocument {
  const statements: TrustStatement[] = [];
  const unique = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
  if (exact.length > 0) statements.push(statement(request, 'StringEquals', unique(exact)));
  if (like.length > 0) statements.push(statement(request, 'StringLike', unique(like)));
  return { Version: '2012-10-17', Statement: statements };
}

function statement(
  request: TrustRequest,
  operator: 'StringEquals' | 'StringLike',
  subjects: readonly string[],
): TrustStatement {
  const host = issuerHost(request.hostname);
  const audience = { [`${host}:aud`]: request.audience };
  const subject = { [`${host}:sub`]: oneOrMany(subjects) };
  return {
    Effect: 'Allow',
    Principal: { Federated: oidcProviderArn(request.partition, request.accountId, host) },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition:
      operator === 'StringEquals'
        ? { StringEquals: { ...audience, ...subject } }
        : { StringEquals: audience, StringLike: subject },
  };
}

function sized(policy: TrustDocument, request: TrustRequest): Result<TrustDocument> {
  const size = policySize(compact(policy));
  const quota = request.quota ?? trustQuota;
  if (size <= quota) return ok(policy);
  const roles = Math.ceil(size / (quota * 0.9));
  const [first] = request.identities;
  const stack = first?.kind === 'stack' && request.identities.every(i => isOfStack(i, first)) ? first : undefined;
  const what = stack === undefined ? 'workspaces' : 'deployments';
  const share = `Share the ${what} among ${roles} roles, or ask AWS for a higher quota (L-C07B4B0D, up to 8,192).`;
  const patterns = stack === undefined ? '' : request.phases.map(phase => anyDeployment(stack, phase)).join(' and ');
  return fail({
    code: 'trust-policy-too-long',
    message: `A trust policy for ${request.identities.length} ${what} has ${size} characters; IAM allows ${quota}.`,
    nextStep:
      stack === undefined
        ? share
        : `Name them by a pattern: ${patterns}, which lets in ${anyDeploymentLetsIn(stack.stack)} (--any-deployment). ${share}`,
  });
}

const isOfStack = (identity: TrustRequest['identities'][number], of: StackIdentity): boolean =>
  identity.kind === 'stack' &&
  identity.organization === of.organization &&
  identity.project === of.project &&
  identity.stack === of.stack;
