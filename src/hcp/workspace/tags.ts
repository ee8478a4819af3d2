import { fail, ok, type Problem, type Result } from '../../core/problem';
import { uriPart } from '../../core/text';
import { attempt, type HcpClient } from '../client/client';
import { findIncluded, relatedMany, requiredString, type Resource, stringOf } from '../client/document';

/** All of them: plain tags, or keys and values. */
export type TagFilter = readonly string[] | Readonly<Record<string, string>>;

/** Key and value of each tag; a plain tag has the value "". */
type Bindings = ReadonlyMap<string, string>;

/** `tag-names` of a workspace: plain tags, and the keys of those with values. `undefined`: the reply has none. */
export function tagNamesOf(workspace: Resource): readonly string[] | undefined {
  const tags = workspace.attributes['tag-names'];
  return Array.isArray(tags) ? tags.filter((t): t is string => typeof t === 'string') : undefined;
}

/**
 * Does a workspace have the tags? Its own and those that it inherits from its project count: the effective bindings, included or asked for
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces#list-workspace-effective-tag-bindings). A host without them
 * has only names; where these don't decide, the answer is a Problem: nobody may be configured on a guess.
 */
export async function hasTags(
  client: HcpClient,
  workspace: Resource,
  included: readonly Resource[],
  wanted: TagFilter | undefined,
  signal: AbortSignal,
): Promise<Result<boolean>> {
  if (wanted === undefined) return ok(true);
  const pairs: readonly (readonly [string, string | undefined])[] = isList(wanted)
    ? wanted.map(tag => [tag, undefined])
    : Object.entries(wanted);
  const names = tagNamesOf(workspace);
  // Plain tags that are all there need no second look.
  if (names !== undefined && pairs.every(([key, value]) => value === undefined && names.includes(key))) return ok(true);
  const bindings = await bindingsOf(client, workspace, included, signal);
  if (!bindings.ok) return bindings;
  const found = bindings.value;
  if (found !== undefined) {
    const has = ([key, value]: (typeof pairs)[number]): boolean =>
      value === undefined ? found.has(key) || names?.includes(key) === true : found.get(key) === value;
    return ok(pairs.every(has));
  }
  if (names === undefined) return fail(undecided(client, workspace, 'does not say which tags'));
  if (!pairs.every(([key]) => names.includes(key))) return ok(false);
  return pairs.every(([, value]) => value === undefined || value === '')
    ? ok(true)
    : fail(undecided(client, workspace, 'tells the keys of the tags, and not which values'));
}

const isList = (tags: TagFilter): tags is readonly string[] => Array.isArray(tags);

/** `undefined`: the host has no such thing. */
async function bindingsOf(
  client: HcpClient,
  workspace: Resource,
  included: readonly Resource[],
  signal: AbortSignal,
): Promise<Result<Bindings | undefined>> {
  const related = relatedMany(workspace, 'effective-tag-bindings');
  const there = related?.map(reference => findIncluded(included, reference)) ?? [];
  if (related !== undefined && there.every(r => r !== undefined)) return attempt(() => mapOf(there));
  const list = await client.list(`/workspaces/${uriPart(workspace.id)}/effective-tag-bindings`, signal);
  if (list.ok) return attempt(() => mapOf(list.value));
  return list.problem.status === 404 ? ok(undefined) : list;
}

const mapOf = (bindings: readonly (Resource | undefined)[]): Bindings =>
  new Map(bindings.flatMap(b => (b === undefined ? [] : [[requiredString(b, 'key'), stringOf(b, 'value') ?? '']])));

const undecided = (client: HcpClient, workspace: Resource, what: string): Problem => ({
  code: 'hcp-tags-undecided',
  message: `${client.hostname} ${what} workspace ${stringOf(workspace, 'name') ?? workspace.id} has, so which workspaces the tags of the cloud block mean is not known.`,
  nextStep: 'Name the workspaces (--workspace, or name in the cloud block).',
});
