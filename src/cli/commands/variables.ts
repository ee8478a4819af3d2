import type { Problem } from '../../core/problem';
import { type VariableFacts, credentialFacts } from '../../hcp/variables/credentials';
import { shownValue } from '../../hcp/variables/display';
import { feedingVariables } from '../../hcp/variables/feeding';
import {
  type EffectiveVariable,
  longOriginText,
  type Variable,
  type VariableOrigin,
} from '../../hcp/variables/precedence';
import { readVariables, type VariableReading, type VarsetCache } from '../../hcp/variables/read';
import { noTokenProblem } from '../../hcp/tokens/report';
import type { Workspace } from '../../hcp/workspace/model';
import { filterInWords, noWorkspaces } from '../../hcp/workspace/none';
import { listWorkspaces, readWorkspace, type WorkspaceFilter } from '../../hcp/workspace/read';
import {
  type CloudDefaults,
  type CloudSettings,
  knownValue,
  namesWorkspaces,
  type Root,
  type Workspaces,
} from '../../terraform/model';
import { HcpSessions } from '../binding/hcpSession';
import { hostnameOf } from '../names';
import { workspaceOptions, type WorkspaceValues } from '../binding/checkedBindings';
import { projectSettings } from '../projectSettings';
import { readTerraformFolder, type TerraformFolder } from '../terraformFolder';
import { type CliContext, command } from '../command';
import { exitCode } from '../exitCode';
import { textOrJson, UsageError } from '../option';
import { jsonReport } from '../output/jsonReport';

const variablesOptions = { ...workspaceOptions, format: textOrJson } as const;

export const variables = command({
  name: 'variables',
  group: 'State',
  summary: 'list the variables that the runs of a workspace really get, with their origin',
  operands: '[PATH]',
  about: `Reads the workspaces that the cloud blocks of PATH name (or those of the options), and shows the variables that win there, where each comes from and what it shadows. Values of sensitive variables and of secrets are never shown. Writes nothing.`,
  options: variablesOptions,
  report: `JSON: { "workspaces": [{ "hostname", "organization", "workspace": { "id", "name" }, "project": { "id", "name" }, "executionMode", "executionModeFrom", "tokenSource", "variables": [{ "key", "category": "env|terraform", "value", "sensitive", "hidden", "hcl", "origin": { "from": "workspace|varset", "id", "name", "priority", "owner", "scope" }, "shadows": [{ "origin", "id" }] }], "configurations", "staticCredentials", "suspicious", "region", "gaps", "differences" }], "problems": [{ "root", "code", "message", "nextStep" }] }
"value" is null where "hidden" says why: "sensitive" or "secret".`,
  exits: { 0: 'everything was read', 2: 'could not run, or a workspace could not be read' },
  async run(context, { values, positionals }) {
    const format = values.format;
    const sessions = new HcpSessions(context);
    const { targets, problems } = await targetsOf(context, values, positionals, sessions);
    const cache: VarsetCache = new Map();
    const read: ReadWorkspace[] = [];
    for (const target of distinct(targets)) {
      const one = await readTarget(context, sessions, target, cache);
      if ('problem' in one) problems.push({ root: target.name, ...one.problem });
      else read.push(one);
    }
    if (format === 'json') {
      const shown = problems.map(({ root, code, message, nextStep }) => ({ root, code, message, nextStep }));
      context.out(jsonReport('variables', { workspaces: read.map(json), problems: shown }));
    } else {
      for (const one of read) context.out(textOf(one));
    }
    for (const [message, { problem, roots }] of grouped(problems)) {
      const more = roots.length > 3 ? ` and ${roots.length - 3} more` : '';
      context.err(
        `tfc-oidc variables: ${roots.slice(0, 3).join(', ')}${more}: ${message} (${problem.code})\n${problem.nextStep}\n`,
      );
    }
    return exitCode({ wrong: false, unread: problems.length > 0 });
  },
});

interface Target {
  /** The root's folder, or the workspace's name. */
  readonly name: string;
  readonly root: Root | undefined;
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string | Workspace;
}

/** Several roots may name one workspace: it is read once. */
function distinct(targets: readonly Target[]): readonly Target[] {
  const seen = new Set<string>();
  return targets.filter(({ hostname, organization, workspace }) => {
    const name = typeof workspace === 'string' ? workspace : workspace.name;
    const key = `${hostname}/${organization}/${name}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Roots by what keeps them from being read: a missing token is said once, not once for each root. */
function grouped(
  problems: readonly RootProblem[],
): ReadonlyMap<string, { readonly problem: Problem; readonly roots: string[] }> {
  const out = new Map<string, { readonly problem: Problem; readonly roots: string[] }>();
  for (const problem of problems) {
    const known = out.get(problem.message);
    if (known === undefined) out.set(problem.message, { problem, roots: [problem.root] });
    else if (!known.roots.includes(problem.root)) known.roots.push(problem.root);
  }
  return out;
}

interface ReadWorkspace {
  readonly workspace: Workspace;
  readonly reading: VariableReading;
  readonly facts: VariableFacts;
  readonly tokenSource: string | undefined;
}

type RootProblem = Problem & { readonly root: string };

interface Targets {
  readonly targets: readonly Target[];
  readonly problems: RootProblem[];
}

async function targetsOf(
  context: CliContext,
  values: WorkspaceValues,
  positionals: readonly string[],
  sessions: HcpSessions,
): Promise<Targets> {
  const organization = values.organization;
  const names = values.workspace;
  const named = (owner: string, defaults: CloudDefaults | undefined): Targets => {
    const hostname = hostnameOf({ hostname: values.hostname ?? defaults?.hostname });
    return {
      targets: names.map(name => ({ name, root: undefined, hostname, organization: owner, workspace: name })),
      problems: [],
    };
  };
  if (organization !== undefined && names.length > 0 && positionals.length === 0)
    return named(organization, (await projectSettings(context, context.cwd))?.defaults);
  const folder = await readTerraformFolder(context, positionals);
  const roots = folder.project.roots.filter(namesWorkspaces);
  if (roots.length === 0) {
    const owner = organization ?? folder.settings?.defaults.organization;
    if (owner !== undefined && names.length > 0) return named(owner, folder.settings?.defaults);
    throw new UsageError(
      'no cloud block or backend "remote" was found below PATH; name a workspace with --organization and --workspace',
    );
  }
  const targets: Target[] = [];
  const problems: RootProblem[] = [];
  for (const root of roots) {
    const found = await targetsOfRoot(context, values, folder, root, sessions);
    if ('problem' in found) problems.push({ ...found.problem, root: folder.name(root.dir) });
    else targets.push(...found.targets);
  }
  return { targets, problems };
}

async function targetsOfRoot(
  context: CliContext,
  values: WorkspaceValues,
  folder: TerraformFolder,
  root: Root,
  sessions: HcpSessions,
): Promise<{ readonly targets: readonly Target[] } | { readonly problem: Problem }> {
  const { cloud } = root;
  const name = folder.name(root.dir);
  const organization = values.organization ?? knownValue(cloud.organization);
  if (organization === undefined) return { problem: unresolved('organization', '--organization') };
  const hostname = values.hostname === undefined ? hostOf(cloud) : hostnameOf(values);
  if (hostname === undefined) return { problem: unresolved('host name', '--hostname') };
  const base = { name, root, hostname, organization };
  const names = values.workspace;
  if (names.length > 0) return { targets: names.map(workspace => ({ ...base, workspace })) };
  const { workspaces } = cloud;
  if (workspaces.by === 'name' && workspaces.name.state === 'known') {
    return { targets: [{ ...base, workspace: workspaces.name.value }] };
  }
  if (workspaces.by === 'name' || workspaces.by === 'nothing') {
    return { problem: unresolved('workspace', '--workspace') };
  }
  const filter = filterOf(workspaces);
  if (filter === undefined) return { problem: unresolved('workspace', '--workspace') };
  const { client, problem } = await open(sessions, hostname, root);
  if (client === undefined) return { problem };
  const list = await listWorkspaces(client, organization, filter, context.signal);
  if (!list.ok) return { problem: list.problem };
  if (list.value.length === 0)
    return { problem: await noWorkspaces(client, organization, filterInWords(filter), context.signal) };
  return { targets: list.value.map(workspace => ({ ...base, workspace })) };
}

function hostOf({ kind, hostname }: CloudSettings): string | undefined {
  if (hostname.state === 'known') return hostname.value;
  return kind === 'remote' && hostname.state === 'absent' ? 'app.terraform.io' : undefined;
}

/** Which workspaces the tags or the prefix of a block mean, where it says so as plain text. */
function filterOf(workspaces: Extract<Workspaces, { by: 'tags' | 'prefix' }>): WorkspaceFilter | undefined {
  if (workspaces.by === 'tags') return workspaces.tags.state === 'known' ? { tags: workspaces.tags.value } : undefined;
  return workspaces.prefix.state === 'known' ? { prefix: workspaces.prefix.value } : undefined;
}

function unresolved(what: string, option: string): Problem {
  return {
    code: 'unresolved-workspace',
    message: `The cloud settings do not say the ${what} as plain text.`,
    nextStep: `Give ${option}.`,
  };
}

type Opened =
  | {
      readonly client: Awaited<ReturnType<HcpSessions['open']>>;
      readonly source: string | undefined;
      readonly problem?: undefined;
    }
  | { readonly client?: undefined; readonly problem: Problem };

async function open(sessions: HcpSessions, hostname: string, root: Root | undefined): Promise<Opened> {
  const { found, client } = await sessions.find(hostname, root?.cloud);
  if (client === undefined) return { problem: noTokenProblem(hostname, found) };
  return { client, source: found.source };
}

async function readTarget(
  context: CliContext,
  sessions: HcpSessions,
  target: Target,
  cache: VarsetCache,
): Promise<ReadWorkspace | { readonly problem: Problem }> {
  const opened = await open(sessions, target.hostname, target.root);
  if (opened.client === undefined) return { problem: opened.problem };
  const { client } = opened;
  let { workspace } = target;
  if (typeof workspace === 'string') {
    const found = await readWorkspace(client, target.organization, workspace, context.signal);
    if (!found.ok) return { problem: found.problem };
    workspace = found.value;
  }
  const reading = await readVariables(client, workspace, context.signal, { cache, compare: true });
  if (!reading.ok) return { problem: reading.problem };
  const feeding = target.root === undefined ? undefined : feedingVariables(target.root);
  const facts = credentialFacts(reading.value.effective, feeding);
  return { workspace, reading: reading.value, facts, tokenSource: opened.source };
}

function json({ workspace, reading, facts, tokenSource }: ReadWorkspace) {
  return {
    hostname: workspace.hostname,
    organization: workspace.organization,
    workspace: { id: workspace.id, name: workspace.name },
    project: workspace.project,
    executionMode: workspace.executionMode,
    executionModeFrom: workspace.executionModeFrom,
    tokenSource,
    variables: reading.effective.map(variableJson),
    configurations: facts.configurations,
    staticCredentials: facts.staticCredentials,
    suspicious: facts.suspicious,
    region: facts.region,
    gaps: reading.gaps,
    differences: reading.differences,
  };
}

function variableJson(variable: EffectiveVariable) {
  const { value, hidden } = shownValue(variable);
  const { id, key, category, sensitive, hcl, origin } = variable;
  return {
    id,
    key,
    category,
    value: value ?? null,
    sensitive,
    ...(hidden === undefined ? {} : { hidden }),
    hcl,
    origin,
    shadows: variable.shadows.map((v: Variable): { id: string; origin: VariableOrigin } => ({
      id: v.id,
      origin: v.origin,
    })),
  };
}

const modes = { workspace: 'its own', project: 'from the project', organization: 'from the organization', unknown: '' };

function textOf({ workspace, reading, facts, tokenSource }: ReadWorkspace): string {
  const { hostname, organization, name, project, executionMode, executionModeFrom } = workspace;
  const from = modes[executionModeFrom];
  const lines = [
    `${organization}/${name} on ${hostname} (project ${project.name}, execution mode ${executionMode}${from === '' ? '' : `, ${from}`})`,
    ...(tokenSource === undefined ? [] : [`  token from ${tokenSource}`]),
    ...(executionMode === 'local'
      ? ['  Local execution: HCP Terraform gives none of these variables to the runs.']
      : []),
  ];
  for (const category of ['env', 'terraform'] as const) {
    const own = reading.effective.filter(v => v.category === category);
    lines.push(
      '',
      `  ${category === 'env' ? 'Environment' : 'Terraform'} variables${own.length === 0 ? ': none' : ''}`,
    );
    for (const variable of own) {
      const { value, hidden } = shownValue(variable);
      const shown = hidden === undefined ? JSON.stringify(value) : `(${hidden}, not shown)`;
      lines.push(`    ${variable.key} = ${shown}`, `        from the ${longOriginText(variable.origin)}`);
      for (const shadowed of variable.shadows)
        lines.push(`        hides that of the ${longOriginText(shadowed.origin)}`);
    }
  }
  const remarks = [
    ...facts.staticCredentials.map(s => `${s.key} of the ${s.origin} beats dynamic credentials.`),
    ...facts.suspicious.map(s => `${s.key} of the ${s.origin}: ${s.problem}, should be ${s.suggestion}.`),
    ...reading.gaps,
    ...reading.differences,
  ];
  if (remarks.length > 0) lines.push('', '  Remarks', ...remarks.map(r => `    ${r}`));
  return `${lines.join('\n')}\n\n`;
}
