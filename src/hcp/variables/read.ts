import { uriPart } from '../../core/text';
import { fail, isAbort, ok, type Problem, type Result } from '../../core/problem';
import { type All, attempt, type HcpClient } from '../client/client';
import {
  booleanOf,
  findIncluded,
  relatedMany,
  relatedOne,
  requiredString,
  type Resource,
  stringOf,
} from '../client/document';
import type { Workspace } from '../workspace/model';
import {
  type Category,
  type EffectiveVariable,
  effectiveVariables,
  levelOf,
  originText,
  type Variable,
  type VariableOrigin,
} from './precedence';

export interface VariableReading {
  /** Everything that was read, also what is shadowed. */
  readonly all: readonly Variable[];
  readonly effective: readonly EffectiveVariable[];
  /** What could not be read, in one sentence each: the effective variables may lack something. */
  readonly gaps: readonly string[];
  /** Left out: the effective variables are all that counts, also where a gap was filled from `all-vars`. */
  readonly unsure?: UnsureVariables;
  /** Where HCP Terraform's own `all-vars` says otherwise, in one sentence each. Only with `compare`. */
  readonly differences: readonly string[];
  /** By a set's id: how many other workspaces it is attached to by name. Sets of projects and of the whole organization are not counted. */
  readonly others?: ReadonlyMap<string, number>;
  /** The variable sets that reach the workspace, where they could be listed: also those that hold nothing. */
  readonly sets?: readonly Varset[];
}

/** Variables of sets that were not read may count beside the effective ones, or in their place. */
export interface UnsureVariables {
  readonly why: string;
  /** `values`: `all-vars` gave every name; only a set with priority, which it does not know, may give one another value. */
  readonly of: 'names' | 'values';
}

type PlainVariable = Omit<Variable, 'origin'>;

/** Variables of variable sets by the set's id, so that many workspaces cost one reading of each set. */
export type VarsetCache = Map<string, Promise<Result<readonly PlainVariable[]>>>;

export interface ReadVariablesOptions {
  readonly cache?: VarsetCache;
  /** Also ask `all-vars`, one request more. */
  readonly compare?: boolean;
  readonly ownValue?: OwnValue;
}

/**
 * The value of a sensitive variable that this product wrote itself, if the variable is still at that very version: then it is known
 * although it can't be read.
 */
export type OwnValue = (variable: {
  readonly id: string;
  readonly versionId: string | undefined;
}) => string | undefined;

const segment = uriPart;

/** Two requests, and one for each variable set that is neither included nor cached. */
export async function readVariables(
  client: HcpClient,
  workspace: Pick<Workspace, 'id' | 'name' | 'organization' | 'project' | 'permissions'>,
  signal: AbortSignal,
  options: ReadVariablesOptions = {},
): Promise<Result<VariableReading>> {
  if (workspace.permissions.readVariables === false) return fail(mayNotRead(client, workspace.name));
  const own = await readOwn(client, `/workspaces/${segment(workspace.id)}/vars`, signal);
  if (!own.ok) return own.problem.status === 404 ? fail(mayNotRead(client, workspace.name, own.problem)) : own;
  const { ownValue } = options;
  const withOwn = (v: PlainVariable): PlainVariable =>
    v.sensitive && ownValue !== undefined ? { ...v, value: ownValue(v) } : v;
  const all: Variable[] = own.value.map(v => ({ ...withOwn(v), origin: { from: 'workspace' } }));
  const gaps: string[] = [];
  const unreadSets = new Map<string, VariableOrigin>();
  const others = new Map<string, number>();
  const sets = await readSets(client, workspace.id, signal);
  if (sets.ok) {
    for (const set of sets.value.data) {
      const origin = await originOf(client, set, workspace, signal);
      others.set(set.id, otherWorkspaces(set, workspace.id));
      const vars = await varsetVariables(client, set, sets.value.included, options.cache ?? new Map(), signal);
      if (vars.ok) all.push(...vars.value.map(v => ({ ...withOwn(v), origin })));
      else {
        gaps.push(`The variables of ${originText(origin)} cannot be read: ${vars.problem.message}`);
        unreadSets.set(set.id, origin);
      }
    }
  } else {
    gaps.push(`The variable sets cannot be read: ${sets.problem.message}`);
  }
  const differences: string[] = [];
  let unsure: UnsureVariables | undefined;
  if (options.compare === true || gaps.length > 0) {
    const inherited = await readInherited(client, workspace.id, signal);
    const why = gaps.join(' ');
    if (gaps.length === 0) {
      if (inherited.ok) differences.push(...compare(effectiveVariables(all), named(inherited.value, all)));
    } else if (inherited.ok) {
      all.push(...(await strangers(client, workspace.organization, { all, unreadSets }, inherited.value, signal)));
      const mayHavePriority = !sets.ok || [...unreadSets.values()].some(o => o.from === 'varset' && o.priority);
      if (mayHavePriority) unsure = { why, of: 'values' };
    } else {
      gaps.push(`Inherited variables cannot be read either: ${inherited.problem.message}`);
      unsure = { why: gaps.join(' '), of: 'names' };
    }
  }
  return ok({
    all,
    effective: effectiveVariables(all),
    gaps,
    ...(unsure !== undefined && { unsure }),
    differences,
    others,
    ...(sets.ok && { sets: varsetsOf(sets.value.data) }),
  });
}

async function readSets(client: HcpClient, workspaceId: string, signal: AbortSignal): Promise<Result<All>> {
  const path = `/workspaces/${segment(workspaceId)}/varsets`;
  const sets = await client.all(path, { include: 'vars' }, signal);
  // `include` saves requests, and is not in the description of this list: a strict host may refuse it.
  const refused = !sets.ok && (sets.problem.status === 400 || sets.problem.status === 422);
  return refused ? client.all(path, {}, signal) : sets;
}

async function readOwn(
  client: HcpClient,
  path: string,
  signal: AbortSignal,
): Promise<Result<readonly PlainVariable[]>> {
  const list = await client.list(path, signal);
  return list.ok ? attempt(() => list.value.flatMap(plainVariable)) : list;
}

function plainVariable(resource: Resource): readonly PlainVariable[] {
  const category = stringOf(resource, 'category');
  if (category !== 'env' && category !== 'terraform') return [];
  return [plain(resource, category)];
}

function plain(resource: Resource, category: Category): PlainVariable {
  const sensitive = booleanOf(resource, 'sensitive') ?? false;
  const value = stringOf(resource, 'value');
  return {
    id: resource.id,
    key: requiredString(resource, 'key'),
    category,
    // A host should give no sensitive value; if one does, it goes no further. `null` is an empty value otherwise.
    value: sensitive ? undefined : (value ?? ''),
    sensitive,
    hcl: booleanOf(resource, 'hcl') ?? false,
    versionId: stringOf(resource, 'version-id'),
    description: stringOf(resource, 'description'),
  };
}

async function originOf(
  client: HcpClient,
  set: Resource,
  workspace: Pick<Workspace, 'id' | 'project'>,
  signal: AbortSignal,
): Promise<VariableOrigin> {
  const name = stringOf(set, 'name') ?? set.id;
  const base = {
    from: 'varset',
    id: set.id,
    name,
    priority: booleanOf(set, 'priority') ?? false,
    owner: relatedOne(set, 'parent')?.type === 'projects' ? 'project' : 'organization',
  } as const;
  if (booleanOf(set, 'global') === true) return { ...base, scope: 'global' };
  let scopes = scopesOf(set, workspace);
  if (scopes.length === 0) {
    // The list does not say how it is attached: the set itself does.
    const whole = await client.one(`/varsets/${segment(set.id)}`, {}, signal);
    if (whole.ok) scopes = scopesOf(whole.value.resource, workspace);
  }
  const origins = scopes.map((scope): VariableOrigin => ({ ...base, scope }));
  return origins.sort((a, b) => levelOf(a) - levelOf(b))[0] ?? { ...base, scope: 'project' };
}

function otherWorkspaces(set: Resource, workspaceId: string): number {
  const named = relatedMany(set, 'workspaces');
  if (named !== undefined) return named.filter(w => w.id !== workspaceId).length;
  const count = set.attributes['workspace-count'];
  return typeof count === 'number' ? Math.max(0, count - 1) : 0;
}

/** How a set reaches the workspace; both ways count, and then the stronger one. */
function scopesOf(set: Resource, workspace: Pick<Workspace, 'id' | 'project'>): readonly ('workspace' | 'project')[] {
  const workspaces = relatedMany(set, 'workspaces');
  const projects = relatedMany(set, 'projects');
  const out: ('workspace' | 'project')[] = [];
  if (workspaces?.some(w => w.id === workspace.id)) out.push('workspace');
  if (projects?.some(p => p.id === workspace.project.id)) out.push('project');
  if (out.length > 0) return out;
  if (set.attributes['project-count'] === 0) return ['workspace'];
  if (set.attributes['workspace-count'] === 0) return ['project'];
  return [];
}

function varsetVariables(
  client: HcpClient,
  set: Resource,
  included: readonly Resource[],
  cache: VarsetCache,
  signal: AbortSignal,
): Promise<Result<readonly PlainVariable[]>> {
  const known = cache.get(set.id);
  if (known !== undefined) return known;
  const reading = readVarset(client, set, included, signal).catch((error: unknown) => {
    // One reader's abort is not everybody's.
    if (isAbort(error)) cache.delete(set.id);
    throw error;
  });
  cache.set(set.id, reading);
  return reading;
}

async function readVarset(
  client: HcpClient,
  set: Resource,
  included: readonly Resource[],
  signal: AbortSignal,
): Promise<Result<readonly PlainVariable[]>> {
  if (set.attributes['var-count'] === 0) return ok([]);
  const references = relatedMany(set, 'vars');
  const there = references?.map(r => findIncluded(included, r)) ?? [];
  const whole = there.flatMap(r => (r !== undefined && stringOf(r, 'key') !== undefined ? [r] : []));
  const count = set.attributes['var-count'];
  if (
    references !== undefined &&
    whole.length === references.length &&
    whole.length > 0 &&
    (typeof count !== 'number' || count === whole.length)
  ) {
    return attempt(() => whole.flatMap(plainVariable));
  }
  const list = await client.all(`/varsets/${segment(set.id)}/relationships/vars`, {}, signal);
  return list.ok ? attempt(() => list.value.data.flatMap(plainVariable)) : list;
}

interface Inherited {
  readonly variable: PlainVariable;
  readonly varsetId: string | undefined;
}

async function readInherited(
  client: HcpClient,
  workspaceId: string,
  signal: AbortSignal,
): Promise<Result<readonly Inherited[]>> {
  const list = await client.list(`/workspaces/${segment(workspaceId)}/all-vars`, signal);
  if (!list.ok) return list;
  return attempt(() =>
    list.value.flatMap(resource => {
      const configurable = relatedOne(resource, 'configurable');
      const varset = relatedOne(resource, 'varset') ?? (configurable?.type === 'varsets' ? configurable : undefined);
      return plainVariable(resource).map(variable => ({ variable, varsetId: varset?.id }));
    }),
  );
}

function compare(effective: readonly EffectiveVariable[], theirs: readonly Inherited[]): readonly string[] {
  const name = (v: { readonly category: string; readonly key: string }): string => `${v.category}\0${v.key}`;
  const words = (v: { readonly category: string; readonly key: string }): string =>
    `${v.key} (${v.category === 'env' ? 'environment' : 'Terraform'} variable)`;
  const mine = new Map(effective.map(v => [name(v), v]));
  const out: string[] = [];
  const seen = new Set<string>();
  for (const { variable, varsetId } of theirs) {
    seen.add(name(variable));
    const own = mine.get(name(variable));
    if (own === undefined) {
      out.push(`${words(variable)} is in all-vars, but in no variable set that can be read.`);
      continue;
    }
    const id = own.origin.from === 'varset' ? own.origin.id : undefined;
    // Its documentation does not know priority sets, so a stronger priority set is no surprise.
    const priority = own.origin.from === 'varset' && own.origin.priority;
    if (own.id !== variable.id && varsetId !== id && !priority) {
      out.push(`${words(variable)}: all-vars takes another one than that of the ${originText(own.origin)}.`);
    }
  }
  for (const own of effective) {
    if (!seen.has(name(own))) out.push(`${words(own)} of the ${originText(own.origin)} is not in all-vars.`);
  }
  return out;
}

/** A variable of all-vars that names no set belongs to the one in which its id was read. */
function named(inherited: readonly Inherited[], all: readonly Variable[]): readonly Inherited[] {
  const sets = new Map(all.flatMap(v => (v.origin.from === 'varset' ? [[v.id, v.origin.id] as const] : [])));
  return inherited.map(i => ({ ...i, varsetId: i.varsetId ?? sets.get(i.variable.id) }));
}

/** The sets of the organization by the ids of their variables; empty where they can't be read. */
async function setsByVariable(
  client: HcpClient,
  organization: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Resource>> {
  const list = await client.all(`/organizations/${segment(organization)}/varsets`, { include: 'vars' }, signal);
  const out = new Map<string, Resource>();
  for (const set of list.ok ? list.value.data : [])
    for (const { id } of relatedMany(set, 'vars') ?? []) out.set(id, set);
  return out;
}

/** Inherited variables of sets that can't be read: each by its set's name, or by what is known of it. */
async function strangers(
  client: HcpClient,
  organization: string,
  { all, unreadSets }: { readonly all: readonly Variable[]; readonly unreadSets: ReadonlyMap<string, VariableOrigin> },
  inherited: readonly Inherited[],
  signal: AbortSignal,
): Promise<readonly Variable[]> {
  const readIds = new Set(all.map(v => v.id));
  const foreign = inherited.filter(({ variable }) => !readIds.has(variable.id));
  const sets = foreign.some(f => f.varsetId === undefined)
    ? await setsByVariable(client, organization, signal)
    : new Map<string, Resource>();
  return foreign.map(({ variable, varsetId }) => {
    const set = sets.get(variable.id);
    const origin = unreadSets.get(varsetId ?? set?.id ?? '');
    if (origin !== undefined) return { ...variable, origin };
    return {
      ...variable,
      origin: {
        from: 'varset',
        id: varsetId ?? set?.id ?? `of ${variable.id}`,
        name: varsetId ?? (set === undefined ? undefined : stringOf(set, 'name')) ?? `that holds ${variable.id}`,
        // all-vars leaves out what is overwritten: one that beats the workspace's own has priority.
        priority: all.some(
          v => v.origin.from === 'workspace' && v.key === variable.key && v.category === variable.category,
        ),
        owner: 'organization',
        scope: 'global',
      },
    };
  });
}

function mayNotRead(client: HcpClient, workspace: string, cause?: Problem): Problem {
  return {
    code: 'hcp-variables-hidden',
    message: `The token's user may not read the variables of workspace ${workspace} on ${client.hostname}.`,
    nextStep: 'Ask for the permission "read variables" on the workspace, or use the token of somebody who has it.',
    ...(cause?.requestId === undefined ? {} : { requestId: cause.requestId }),
    ...(cause?.status === undefined ? {} : { status: cause.status }),
  };
}

/** A variable set that reaches a workspace. */
export interface Varset {
  readonly id: string;
  readonly name: string;
  readonly global: boolean;
}

/** The variable sets that reach a workspace. */
export async function listVarsets(
  client: HcpClient,
  workspaceId: string,
  signal: AbortSignal,
): Promise<Result<readonly Varset[]>> {
  const sets = await client.all(`/workspaces/${segment(workspaceId)}/varsets`, {}, signal);
  if (!sets.ok) return sets;
  return ok(varsetsOf(sets.value.data));
}

const varsetsOf = (sets: readonly Resource[]): readonly Varset[] =>
  sets.flatMap(set => {
    const { name, global } = set.attributes;
    return typeof name === 'string' ? [{ id: set.id, name, global: global === true }] : [];
  });

/** A variable set that reaches a workspace, by its name. */
export async function findVarset(
  client: HcpClient,
  workspaceId: string,
  name: string,
  signal: AbortSignal,
): Promise<Result<Varset | undefined>> {
  const sets = await listVarsets(client, workspaceId, signal);
  return sets.ok ? ok(sets.value.find(set => set.name === name)) : sets;
}
