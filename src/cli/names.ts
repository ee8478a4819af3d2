import { ProblemError, unwrap } from '../core/problem';
import {
  defaultHostname,
  deploymentName,
  hostname,
  type Hostname,
  moduleName,
  organizationName,
  projectName,
  stackName,
  workspaceName,
} from '../oidc/names';
import { otherProgramProblem } from '../oidc/otherPrograms';
import { type Partition, partitionName, partitionOfRegion } from '../oidc/partition';
import type { Identity, Phase } from '../oidc/subject';
import { hidden, host, list, needed, text, UsageError, type Values } from './option';

/** What a token is for, as several commands are told it. */
const names = {
  organization: text('ORG', 'organization, letter by letter'),
  project: text('PROJECT', 'project; "Default Project" is the first one\'s name, with the space'),
  hostname: host('HOST', 'issuer: app.terraform.io (default), app.eu.terraform.io, or a Terraform Enterprise host'),
} as const;

export const audienceOption = text('AUDIENCE', 'audience of the token (default aws.workload.identity)');
export const partitionOption = text(
  'PARTITION',
  'aws (default, or that of the region), aws-us-gov, aws-cn, aws-eusc, …',
);

/** Options by which several commands name what a token is for. */
export const identityOptions = {
  organization: needed('ORG', names.organization.about),
  project: names.project,
  workspace: list('NAME', 'workspace'),
  stack: text('NAME', 'a Stack, of which --deployment names the deployment, in place of a workspace'),
  deployment: list('NAME', 'deployment of the Stack'),
  module: text('NAME', 'the tests of a module of the private registry, in place of a workspace'),
  hostname: names.hostname,
} as const;

/** One phase or both, in the one spelling of all commands; `--phases` is the old one. */
export const phaseOptions = (about: string) =>
  ({ phase: text('plan|apply|plan,apply', about), phases: hidden(text('PHASES', about)) }) as const;

export function hostnameOf(values: { readonly hostname: string | undefined }): Hostname {
  const given = values.hostname;
  return given === undefined ? defaultHostname : unwrap(hostname(given));
}

/** The host of tokens whose subjects are to be printed; a host of another program is refused. */
export function subjectHost(values: { readonly hostname: string | undefined }): Hostname {
  const host = hostnameOf(values);
  const problem = otherProgramProblem(host);
  if (problem !== undefined) throw new ProblemError(problem);
  return host;
}

/** --partition, or that of --region; a region of another partition is refused. `undefined` where neither is given. */
export function partitionOf(values: {
  readonly partition: string | undefined;
  readonly region: string | undefined;
}): Partition | undefined {
  const region = values.region;
  if (region !== undefined && !/^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(region))
    throw new UsageError(`--region takes a region like eu-central-1; it was "${region}"`);
  const ofRegion = region === undefined ? undefined : partitionOfRegion(region);
  const given = values.partition;
  const partition = given === undefined ? ofRegion : unwrap(partitionName(given));
  if (ofRegion !== undefined && partition !== ofRegion)
    throw new UsageError(`the region ${region ?? ''} is in the partition ${ofRegion}, not in ${partition ?? ''}`);
  return partition;
}

function given(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new UsageError(`--${name} is needed`);
  return value;
}

/** What the options name: one identity for each workspace or deployment. */
export function identitiesOf(values: Values<typeof identityOptions>): readonly Identity[] {
  const organization = unwrap(organizationName(values.organization));
  const workspaces = [...new Set(values.workspace)];
  const stack = values.stack;
  const module = values.module;
  const kinds = [workspaces.length > 0, stack !== undefined, module !== undefined].filter(Boolean).length;
  if (kinds !== 1) throw new UsageError('name one of --workspace, --stack with --deployment, or --module');
  if (module !== undefined) return [{ kind: 'module-test', organization, module: unwrap(moduleName(module)) }];
  const project = unwrap(projectName(given(values.project, 'project')));
  if (stack !== undefined) {
    const deployments = [...new Set(values.deployment)];
    if (deployments.length === 0) throw new UsageError('--stack needs --deployment');
    const name = unwrap(stackName(stack));
    return deployments.map(d => ({
      kind: 'stack',
      organization,
      project,
      stack: name,
      deployment: unwrap(deploymentName(d)),
    }));
  }
  return workspaces.map(w => ({ kind: 'workspace', organization, project, workspace: unwrap(workspaceName(w)) }));
}

/** `plan`, `apply`, or both: `plan,apply` (also `both`). */
export function phasesOf(given: string): readonly Phase[] {
  const words = given === 'both' ? ['plan', 'apply'] : given.split(',').map(word => word.trim());
  const phases = (['plan', 'apply'] as const).filter(phase => words.includes(phase));
  if (phases.length === 0 || words.some(word => word !== 'plan' && word !== 'apply')) {
    throw new UsageError(`phases are plan, apply or plan,apply; it was "${given}"`);
  }
  return phases;
}
