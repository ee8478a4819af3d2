import {
  defaultHostname,
  deploymentName,
  hostname,
  type Hostname,
  moduleName,
  organizationName,
} from '../../oidc/names';
import { type Identity, type WorkspaceIdentity, workspaceIdentity } from '../../oidc/subject';
import { readStores } from '../../binding/gather/stores';
import type { StoreReader } from '../../terraform/values';
import { stackHost, stackNamesOf } from '../../binding/stack/names';
import { ProblemError, unwrap } from '../../core/problem';
import { knownValue, namesWorkspaces, type Root, workspaceOf } from '../../terraform/model';
import { projectSettings } from '../projectSettings';
import { readTerraformFolder, type TerraformFolder } from '../terraformFolder';
import type { CliContext } from '../command';
import { host, list, section, text, UsageError, type Values } from '../option';
import { HcpSessions } from './hcpSession';
import { issuerOption } from './issuer';
import { stackLook } from './stackLook';
import type { KnownWorkspace, NamedPlace } from './holds';

/** What the roles are for. */
export const subjectOptions = section('What the roles are for (taken from the cloud block of PATH where not given)', {
  organization: text('ORG', 'organization'),
  project: text('PROJECT', 'project, "Default Project" with the space; the token carries the real one'),
  workspace: list('NAME', 'workspace'),
  stack: text(
    'NAME',
    'the Stack, in place of a workspace (taken from TF_STACKS_STACK_NAME, or from the Stack of PATH); what its deployments need',
  ),
  deployment: list('NAME', 'deployment of the Stack (default: those of PATH)'),
  input: list(
    'VARIABLE',
    'of a Stack whose providers have roles in several accounts: the input that takes the role of this account',
  ),
  module: text(
    'NAME',
    'the tests of a module of the private registry, in place of a workspace: the name without "terraform-PROVIDER-"',
  ),
  'workspace-id': text('ID', 'ws-…, kept as a tag: it tells a renamed workspace from another one'),
  hostname: host('HOST', 'app.terraform.io (default), app.eu.terraform.io, or a Terraform Enterprise host'),
  issuer: issuerOption,
  audience: text('AUDIENCE', 'default aws.workload.identity'),
  tag: text('TAG', 'a second configuration (TFC_AWS_PROVIDER_AUTH_TAG)'),
});

type SubjectValues = Values<typeof subjectOptions>;
type NamingValues = SubjectValues & { readonly journal?: string | undefined };

/** What the roles are for, as options and project say. */
export interface NamedBindings {
  /** Of one kind. */
  readonly identities: readonly Identity[];
  readonly hostname: Hostname;
  /** Undefined where the options name all, and nobody asked for the code. */
  readonly folder: TerraformFolder | undefined;
  /** Whose code it is. */
  readonly root: Root | undefined;
  /** What was inferred and should be looked at. */
  readonly notes: readonly string[];
  /** The workspaces whose state and applied code can be read; of other kinds nothing is. */
  readonly holds: NamedPlace | readonly KnownWorkspace[] | undefined;
  /** Of a Stack: what its stores hold, where HCP Terraform was asked. */
  readonly stores?: StoreReader;
}

/** Which kind the options name, or else the code of PATH: a Stack where it has no cloud block. */
export function kindNamed(values: SubjectValues, folder: TerraformFolder | undefined): Identity['kind'] {
  const given = [
    ...(values.workspace.length > 0 ? (['workspace'] as const) : []),
    ...(values.stack !== undefined || values.deployment.length > 0 ? (['stack'] as const) : []),
    ...(values.module !== undefined ? (['module-test'] as const) : []),
  ];
  const [first] = given;
  if (given.length > 1) throw new UsageError('name one of --workspace, --stack with --deployment, or --module');
  if (first !== undefined) return first;
  const roots = folder?.project.roots ?? [];
  return roots.some(r => r.stack !== undefined) && !roots.some(namesWorkspaces) ? 'stack' : 'workspace';
}

/** `fromCode`: the code is needed, whatever the options name. */
export async function namedBindings(
  context: CliContext,
  values: NamingValues,
  positionals: readonly string[],
  fromCode: boolean,
  /** Workspaces as HCP Terraform reports them: they may be in different projects. */
  reported: readonly WorkspaceIdentity[] | undefined,
  read: readonly KnownWorkspace[] | undefined,
): Promise<NamedBindings> {
  const { organization, workspace, deployment, stack, module } = values;
  const whole = workspace.length > 0 || module !== undefined || (stack !== undefined && deployment.length > 0);
  const named = organization !== undefined && whole;
  const folder =
    named && positionals.length === 0 && !fromCode ? undefined : await readTerraformFolder(context, positionals);
  switch (kindNamed(values, folder)) {
    case 'workspace':
      return namedWorkspaces(context, values, folder, reported, read);
    case 'stack':
      return namedDeployments(context, values, folder);
    case 'module-test':
      return namedModule(context, values, folder);
  }
}

async function namedWorkspaces(
  context: CliContext,
  values: SubjectValues,
  folder: TerraformFolder | undefined,
  reported: readonly WorkspaceIdentity[] | undefined,
  read: readonly KnownWorkspace[] | undefined,
): Promise<NamedBindings> {
  const root = folder === undefined ? undefined : rootFor(folder.project.roots, values);
  const cloud = root?.cloud;
  const { organization, host: given } = await ownersOf(context, values, folder, cloud);
  if (organization === undefined) throw new UsageError('--organization is needed: the project does not name one');
  const names =
    values.workspace.length > 0 ? [...new Set(values.workspace)] : cloud === undefined ? [] : workspaceNames(cloud);
  if (names.length === 0) throw new UsageError('--workspace is needed: the project does not name one');
  const project = values.project ?? knownValue(cloud?.project);
  if (project === undefined)
    throw new UsageError(
      '--project is needed: it is part of the subject, and only HCP Terraform knows it ("Default Project" is the first one\'s name)',
    );
  const identities = reported ?? names.map(w => workspaceIdentity(organization, project, w));
  const hostName = given === undefined ? defaultHostname : unwrap(hostname(given));
  const workspaces = identities.map(w => w.workspace);
  return {
    identities,
    hostname: hostName,
    folder,
    root,
    notes:
      values.project === undefined
        ? [
            `The project "${project}" is the one of the cloud block. The token carries the project that the workspace is really in: check it in HCP Terraform.`,
          ]
        : [],
    holds: read ?? { hostname: hostName, cloud, organization, workspaces },
  };
}

/** The one Stack of a folder; undefined where there is none. */
function stackRoot(folder: TerraformFolder | undefined): Root | undefined {
  const roots = folder?.project.roots.filter(r => r.stack !== undefined) ?? [];
  const own = roots.filter(r => r.dir === folder?.folder);
  const [root, ...more] = own.length > 0 ? own : roots;
  if (more.length > 0)
    throw new UsageError(
      `PATH holds ${roots.length} Stacks (${roots.map(r => folder?.name(r.dir) ?? r.dir).join(', ')}); name the folder of one`,
    );
  return root;
}

async function namedDeployments(
  context: CliContext,
  values: NamingValues,
  folder: TerraformFolder | undefined,
): Promise<NamedBindings> {
  const root = stackRoot(folder);
  const cloud = root?.cloud;
  const look = root && (await stackLook(context, root, values, new HcpSessions(context), true));
  if (look?.names === undefined && look?.problem !== undefined) throw new ProblemError(look.problem);
  const found = look?.names === undefined ? stackNamesOf(cloud, values) : { names: look.names };
  if (!('names' in found))
    throw new UsageError(
      `the ${found.missing.join(', ')} of the Stack ${found.missing.length === 1 ? 'is' : 'are'} needed: give ${found.missing.map(name => `--${name}`).join(', ')}, or set ${found.missing.map(name => `TF_STACKS_${name.toUpperCase()}_NAME`).join(', ')}`,
    );
  const all = root?.stack?.deployments.map(d => d.name) ?? [];
  const deployments = values.deployment.length > 0 ? [...new Set(values.deployment)] : all;
  const strange = deployments.find(name => root !== undefined && !all.includes(name));
  if (strange !== undefined)
    throw new UsageError(`there is no deployment "${strange}" in PATH; there are ${all.join(', ') || 'none'}`);
  if (deployments.length === 0) throw new UsageError('--deployment is needed: the code of PATH has none');
  return {
    identities: deployments.map(name => ({ kind: 'stack', ...found.names, deployment: unwrap(deploymentName(name)) })),
    hostname: unwrap(hostname(stackHost(cloud, values.hostname))),
    folder,
    root,
    notes: [],
    holds: undefined,
    ...(root !== undefined &&
      look?.client !== undefined && {
        stores: await readStores(root, look.client, found.names.organization, context.signal),
      }),
  };
}

async function namedModule(
  context: CliContext,
  values: SubjectValues,
  folder: TerraformFolder | undefined,
): Promise<NamedBindings> {
  const { organization, host: given } = await ownersOf(context, values, folder, undefined);
  if (organization === undefined) throw new UsageError('--organization is needed for --module');
  const module = unwrap(moduleName(values.module ?? ''));
  const [only, ...more] = folder?.project.roots ?? [];
  return {
    identities: [{ kind: 'module-test', organization: unwrap(organizationName(organization)), module }],
    hostname: given === undefined ? defaultHostname : unwrap(hostname(given)),
    folder,
    root: more.length === 0 ? only : undefined,
    notes: [],
    holds: undefined,
  };
}

/** Organization and host: the options win, then the code, then tfc-oidc.json. */
async function ownersOf(
  context: CliContext,
  values: SubjectValues,
  folder: TerraformFolder | undefined,
  cloud: Root['cloud'] | undefined,
): Promise<{ readonly organization: string | undefined; readonly host: string | undefined }> {
  // Code without a block, or none: what the repository says for all of it.
  const settings =
    cloud !== undefined ? undefined : (folder?.settings ?? (await projectSettings(context, context.cwd)));
  return {
    organization: values.organization ?? knownValue(cloud?.organization) ?? settings?.defaults.organization,
    host: values.hostname ?? knownValue(cloud?.hostname) ?? settings?.defaults.hostname,
  };
}

function rootFor(roots: readonly Root[], values: SubjectValues): Root | undefined {
  const candidates = roots.filter(namesWorkspaces);
  const wanted = values.workspace;
  const named = candidates.filter(r => workspaceNames(r.cloud).some(n => wanted.includes(n)));
  const found = named.length > 0 ? named : candidates;
  if (found.length > 1 && values.workspace.length === 0) {
    throw new UsageError(`PATH holds ${found.length} roots with a cloud block; name one of them, or give --workspace`);
  }
  return found[0];
}

function workspaceNames(cloud: Root['cloud']): readonly string[] {
  const name = workspaceOf(cloud);
  return name === undefined ? [] : [name];
}
