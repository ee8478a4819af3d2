import { unwrap } from '../core/problem';
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
import { type Partition, partitionName, partitionOfRegion } from '../oidc/partition';
import type { Identity, Phase } from '../oidc/subject';
import { many, type OptionValues, required, text, UsageError } from './command';

/** Options by which several commands name what a token is for. */
export const identityOptions = {
  organization: { type: 'string' },
  project: { type: 'string' },
  workspace: { type: 'string', multiple: true },
  stack: { type: 'string' },
  deployment: { type: 'string', multiple: true },
  module: { type: 'string' },
  hostname: { type: 'string' },
} as const;

export const identityHelp = `  --organization ORG    organization, letter by letter
  --project PROJECT     project; "Default Project" is the first one's name, with the space
  --workspace NAME      workspace; may be given several times
  --stack NAME --deployment NAME   a deployment of a Stack instead of a workspace
  --module NAME         the tests of a module of the private registry instead
  --hostname HOST       issuer (default app.terraform.io; app.eu.terraform.io, or a Terraform Enterprise host)`;

export function hostnameOf(values: OptionValues): Hostname {
  const given = text(values, 'hostname');
  return given === undefined ? defaultHostname : unwrap(hostname(given));
}

/** --partition, or that of --region; a region of another partition is refused. `undefined` where neither is given. */
export function partitionOf(values: OptionValues): Partition | undefined {
  const region = text(values, 'region');
  if (region !== undefined && !/^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(region))
    throw new UsageError(`--region takes a region like eu-central-1; it was "${region}"`);
  const ofRegion = region === undefined ? undefined : partitionOfRegion(region);
  const given = text(values, 'partition');
  const partition = given === undefined ? ofRegion : unwrap(partitionName(given));
  if (ofRegion !== undefined && partition !== ofRegion)
    throw new UsageError(`the region ${region ?? ''} is in the partition ${ofRegion}, not in ${partition ?? ''}`);
  return partition;
}

/** What the options name: one identity for each workspace or deployment. */
export function identitiesOf(values: OptionValues): readonly Identity[] {
  const organization = unwrap(organizationName(required(values, 'organization')));
  const workspaces = [...new Set(many(values, 'workspace'))];
  const stack = text(values, 'stack');
  const module = text(values, 'module');
  const kinds = [workspaces.length > 0, stack !== undefined, module !== undefined].filter(Boolean).length;
  if (kinds !== 1) throw new UsageError('name one of --workspace, --stack with --deployment, or --module');
  if (module !== undefined) return [{ kind: 'module-test', organization, module: unwrap(moduleName(module)) }];
  const project = unwrap(projectName(required(values, 'project')));
  if (stack !== undefined) {
    const deployments = [...new Set(many(values, 'deployment'))];
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
