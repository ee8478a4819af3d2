import { attributeOf, blocksOf, type ResourceBlock } from '../../terraform/model';
import type { Body, Expression } from '../../terraform/syntax/ast';
import type { FoundNeeds, Need } from './need';
import type { Place, Scope } from './scope';
export { resourceBehind } from './values';

/** A resource for which needs are collected. */
export interface NeedingResource {
  readonly resource: ResourceBlock;
  readonly scope: Scope;
  readonly address: string;
  readonly place: Place;
  /** All types of the configuration. */
  readonly types: ReadonlySet<string>;
}

export type Extra = Pick<Need, 'action' | 'location' | 'resources'> &
  Partial<Pick<Need, 'condition' | 'why' | 'confidence'>>;

export const nothing: FoundNeeds = { needs: [], notes: [] };

export function byHand(needing: NeedingResource, extra: Extra): Need {
  return {
    address: needing.address,
    source: 'hand',
    confidence: 'high',
    why: '',
    region: needing.place.region,
    ...extra,
  };
}

/** The values of an argument, inside of nested blocks and objects too: `target.role_arn`. */
export function valuesAt(body: Body, path: readonly string[]): readonly Expression[] {
  const [first = '', ...rest] = path;
  const attribute = attributeOf(body, first);
  if (rest.length === 0) return attribute === undefined ? [] : [attribute.value];
  const inObjects = attribute === undefined ? [] : membersAt(attribute.value, rest);
  const blocks = [
    ...blocksOf(body, first).map(block => block.body),
    ...body.blocks
      .filter(block => block.type === 'dynamic' && block.labels[0]?.value === first)
      .flatMap(block => blocksOf(block.body, 'content').map(content => content.body)),
  ];
  return [...inObjects, ...blocks.flatMap(inside => valuesAt(inside, rest))];
}

/** The same inside of an object, or a list of objects, that is written out, as JSON too. */
function membersAt(value: Expression, path: readonly string[]): readonly Expression[] {
  const [first, ...rest] = path;
  if (first === undefined) return [value];
  if (value.kind === 'tuple') return value.items.flatMap(item => membersAt(item, path));
  if (value.kind === 'call' && value.name === 'jsonencode')
    return value.args.flatMap(argument => membersAt(argument, path));
  if (value.kind !== 'object') return [];
  return value.items.filter(item => item.keyText === first).flatMap(item => membersAt(item.value, rest));
}
