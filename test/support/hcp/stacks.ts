import type { Document } from './documents';
import { exchange } from './exchange';
import type { Issuer } from './issuer';
import type { HcpState } from './state';

/** Stacks as the test server has them; their API is documented and not in HashiCorp's description (…/api-docs/stacks/deployments). */
export interface StackState {
  readonly id: string;
  readonly organization: string;
  name: string;
  projectId: string;
  /** `acme/infrastructure`; undefined where its code is uploaded. */
  repository: string | undefined;
  folder: string;
  readonly deployments: Map<string, DeploymentRunState[]>;
}

export interface DeploymentRunState {
  readonly id: string;
  status: string;
  readonly at: string;
  readonly steps: DeploymentStepState[];
}

interface DeploymentStepState {
  readonly id: string;
  readonly operation: 'plan' | 'apply';
  readonly status: 'completed' | 'failed';
  readonly diagnostics: readonly { readonly summary: string; readonly detail: string }[];
}

const identifier = (type: string, id: string): Document => ({ data: { id, type } });

export const stackDocument = (stack: StackState): Document => ({
  id: stack.id,
  type: 'stacks',
  attributes: {
    name: stack.name,
    'vcs-repo':
      stack.repository === undefined
        ? null
        : { identifier: stack.repository, 'display-identifier': stack.repository, branch: '' },
    'working-directory': stack.folder,
  },
  relationships: { project: identifier('projects', stack.projectId) },
});

const runDocument = (run: DeploymentRunState, deployment: string): Document => ({
  id: run.id,
  type: 'stack-deployment-runs',
  attributes: { status: run.status, deployment, 'created-at': run.at, 'updated-at': run.at, 'plan-mode': 'normal' },
});

const stepDocument = (step: DeploymentStepState): Document => ({
  id: step.id,
  type: 'stack-deployment-steps',
  attributes: { status: step.status, 'operation-type': step.operation },
});

/** The list behind a path of the Stacks API below `/stacks`, `/stack-deployment-runs` or `/stack-deployment-steps`; `undefined`: there is none. */
export function stackList(state: HcpState, [kind, id, ...rest]: readonly string[]): readonly Document[] | undefined {
  const runs = state.stacks.flatMap(s => [...s.deployments].flatMap(([name, all]) => all.map(run => ({ name, run }))));
  if (kind === 'stacks' && rest[0] === 'stack-deployments' && rest[2] === 'stack-deployment-runs')
    return state.stacks
      .find(s => s.id === id)
      ?.deployments.get(rest[1] ?? '')
      ?.map(run => runDocument(run, rest[1] ?? ''));
  if (kind === 'stack-deployment-runs' && rest[0] === 'stack-deployment-steps')
    return runs.find(r => r.run.id === id)?.run.steps.map(stepDocument);
  if (kind === 'stack-deployment-steps' && rest[0] === 'stack-diagnostics')
    return runs
      .flatMap(r => r.run.steps)
      .find(s => s.id === id)
      ?.diagnostics.map((d, i) => ({
        id: `sdg-${id}-${i}`,
        type: 'stack-diagnostics',
        attributes: { severity: 'error', ...d, diags: [] },
      }));
  return undefined;
}

/** What a deployment uses, by its code. */
export interface DeploymentCode {
  readonly roleArn: string;
  readonly audience?: string;
}

/** Runs a deployment as HCP Terraform does: plan and then apply take a token of their own to STS, and the first refusal ends the run. */
export async function deploy(
  state: HcpState,
  issuer: Issuer,
  awsUrl: string,
  stack: StackState,
  name: string,
  { roleArn, audience = 'aws.workload.identity' }: DeploymentCode,
): Promise<DeploymentRunState> {
  const steps: DeploymentStepState[] = [];
  const project = state.projects.find(p => p.id === stack.projectId)?.name ?? '';
  const run: DeploymentRunState = { id: state.id('sdr'), status: 'succeeded', at: new Date().toISOString(), steps };
  for (const operation of ['plan', 'apply'] as const) {
    const subject = `organization:${stack.organization}:project:${project}:stack:${stack.name}:deployment:${name}:operation:${operation}`;
    const token = issuer.sign(subject, audience, { terraform_operation: operation }, Date.now());
    const reply = await exchange(awsUrl, { roleArn, session: `terraform-${run.id}`, token });
    const diagnostics = reply.ok ? [] : [{ summary: reply.summary, detail: reply.detail }];
    steps.push({ id: state.id('sds'), operation, status: reply.ok ? 'completed' : 'failed', diagnostics });
    if (reply.ok) continue;
    run.status = 'failed';
    break;
  }
  stack.deployments.set(name, [run, ...(stack.deployments.get(name) ?? [])]);
  return run;
}
