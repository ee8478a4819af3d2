import { posix } from 'node:path';
import type { FileReader } from '../../../core/host';
import type { Root } from '../../../terraform/model';
import { readProject } from '../../../terraform/read';
import { heldArn } from '../arns';
import { collectNeeds, type NeedOptions, type Needs, type Unmapped } from '../collect';
import type { TypeMapping } from '../mapping';
import type { Need } from '../need';
import { type HeldResource, withoutKeys } from './read';

/** What a held resource is called in the code that stands for it. */
const folder = '/state';
const file = `${folder}/state.tf.json`;

/** The resources that are there, as code that Terraform never sees. */
export interface HeldCode {
  readonly root: Root | undefined;
  /** By type and name in that code. */
  readonly held: ReadonlyMap<string, HeldResource>;
  /** The file that it was read from, for the places. */
  readonly name: string;
}

/**
 * What is held, read as if it stood in code, so that one collector says what both need. Names are literals, ARNs are those that AWS gave,
 * and an argument that is only known to be set is a value that nobody knows.
 */
export async function heldCode(resources: readonly HeldResource[], name: string): Promise<HeldCode> {
  const byName = new Map<string, HeldResource>();
  const types: Record<string, Record<string, unknown>> = {};
  resources.forEach((resource, i) => {
    const key = `held${i}`;
    byName.set(`${resource.type}.${key}`, resource);
    (types[resource.type] ??= {})[key] = bodyOf(resource);
  });
  const text = JSON.stringify({ resource: types });
  const project = await readProject(onlyFile(text), {}, folder, folder);
  return { root: project.roots[0], held: byName, name };
}

function bodyOf({ kept, set }: HeldResource): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const name of set) body[name] = '${terraform_data.state.output}';
  for (const [name, value] of kept)
    // Its own ARN is not an argument; ids name what has no other name, and what AWS named cannot be looked up by them.
    if (name === 'arn') {
      body[heldArn] = value;
      const region = typeof value === 'string' ? value.split(':')[3] : undefined;
      if (region !== undefined && region !== '' && !kept.has('region')) body['region'] = region;
    } else if (name !== 'id') body[name] = value;
  return body;
}

/**
 * What refreshing, changing and deleting the held resources needs: nothing of it is made, so no role is passed to a service.
 * @param inCode by address without instance keys, what code says more of than a list does: as which role it is needed
 */
export function heldNeeds(
  { root, held, name }: HeldCode,
  mapping: TypeMapping,
  options: NeedOptions,
  inCode: ReadonlyMap<string, Need['as']>,
): Pick<Needs, 'needs' | 'unmapped'> {
  if (root === undefined) return { needs: [], unmapped: [] };
  const collected = collectNeeds(root, mapping, { ...options, tagConditions: false });
  const location = { file: name, span: { start: 0, end: 0 } };
  const counted = (key: string): HeldResource | undefined => {
    const resource = held.get(key);
    return resource?.nameless === true && inCode.has(withoutKeys(resource.address)) ? undefined : resource;
  };
  const asIn = ({ address }: HeldResource): Pick<Need, 'as'> => {
    const as = inCode.get(withoutKeys(address));
    return as === undefined ? {} : { as };
  };
  return {
    needs: collected.needs.flatMap((need): readonly Need[] => {
      const resource = counted(need.address);
      if (resource === undefined || isMaking(need.action, resource.type, mapping)) return [];
      return [{ ...need, ...asIn(resource), address: resource.address, location, source: 'state' }];
    }),
    unmapped: collected.unmapped.flatMap(({ type, address }): readonly Unmapped[] => {
      const resource = counted(address);
      return resource === undefined ? [] : [{ type, ...asIn(resource), address: resource.address, location }];
    }),
  };
}

const making: ReadonlySet<string> = new Set(['iam:PassRole', 'iam:CreateServiceLinkedRole', 'ec2:RunInstances']);

function isMaking(action: string, type: string, mapping: TypeMapping): boolean {
  if (making.has(action)) return true;
  const mapped = mapping.find(type);
  if (mapped?.create.includes(action) !== true) return false;
  return ![mapped.read, mapped.update, mapped.delete, mapped.listTags, mapped.writeTags].some(set =>
    set.includes(action),
  );
}

/** A reader of one text, so that what was read of a state is on no disk. */
function onlyFile(text: string): FileReader {
  return {
    read: path => Promise.resolve(path === file ? text : undefined),
    list: path => Promise.resolve(path === folder ? [{ name: 'state.tf.json', kind: 'file' }] : undefined),
    canonical: path => Promise.resolve(path),
    join: (base, ...parts) => posix.resolve(base, ...parts),
    dirname: path => posix.dirname(path),
    basename: path => posix.basename(path),
    relative: (from, to) => posix.relative(from, to),
  };
}
