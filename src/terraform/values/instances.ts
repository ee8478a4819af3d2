import { attributeOf, blocksOf } from '../model';
import type { Block, Body } from '../syntax/ast';
import { convert } from './convert';
import type { Evaluator } from './evaluate';
import type { Frame } from './frame';
import { joinMarks, type Marks } from './marks';
import { unknownOf } from './operators';
import { bool, isList, isMap, mapOf, number, text, unknown, withMarks, type Unknown, type Value } from './value';

/** How often a block is made: `count`, `for_each`, OpenTofu's `enabled`. */
export type Instances =
  | {
      readonly state: 'known';
      /** One without a key where the block has neither. */
      readonly all: readonly Instance[];
      readonly marks: Marks | undefined;
    }
  /** `any` stands for each of them: its `each` and `count` are not known. */
  | { readonly state: 'unknown'; readonly why: Unknown; readonly any: Instance };

export interface Instance {
  readonly key: string | number | undefined;
  readonly frame: Frame;
}

/** More instances of one block than this are not told apart. */
const maximumInstances = 2000;

export function instancesOf(evaluator: Evaluator, body: Body, frame: Frame): Instances {
  const { each: _, count: __, ...outer } = frame;
  const count = attributeOf(body, 'count')?.value;
  if (count !== undefined) return counted(convert(evaluator.evaluate(count, outer), 'number'), outer);
  const each = attributeOf(body, 'for_each')?.value;
  if (each !== undefined) return forEach(evaluator.evaluate(each, outer), outer);
  const enabled = blocksOf(body, 'lifecycle')
    .map(block => attributeOf(block.body, 'enabled')?.value)
    .find(value => value !== undefined);
  const one: Instance = { key: undefined, frame: outer };
  if (enabled === undefined) return { state: 'known', all: [one], marks: undefined };
  const value = convert(evaluator.evaluate(enabled, outer), 'bool') ?? unknown('"enabled" must be true or false.');
  return value.kind === 'bool'
    ? { state: 'known', all: value.value ? [one] : [], marks: value.marks }
    : { state: 'unknown', why: unknownOf([value, bool(true)], {}), any: one };
}

function counted(count: Value | undefined, frame: Frame): Instances {
  if (
    count?.kind === 'number' &&
    Number.isInteger(count.value) &&
    count.value >= 0 &&
    count.value <= maximumInstances
  ) {
    const all = Array.from({ length: count.value }, (_, i): Instance => ({
      key: i,
      frame: { ...frame, count: number(i, count.marks) },
    }));
    return { state: 'known', all, marks: count.marks };
  }
  const why = notDecided(count, 'The count is not a whole number that can be counted to.');
  const index = unknownOf([why], { type: 'number', notNull: true });
  return { state: 'unknown', why, any: { key: undefined, frame: { ...frame, count: index } } };
}

function notDecided(value: Value | undefined, otherwise: string): Unknown {
  return value?.kind === 'unknown' ? value : unknown(otherwise, { marks: value?.marks });
}

function forEach(value: Value, frame: Frame): Instances {
  const pairs = pairsOf(value);
  if (pairs !== undefined && pairs.length <= maximumInstances) {
    const all = pairs.map(([key, item]): Instance => ({
      key,
      frame: { ...frame, each: { key: text(key, value.marks), value: withMarks(item, value.marks) } },
    }));
    return { state: 'known', all, marks: value.marks };
  }
  const why = notDecided(value, '"for_each" takes a map, or a set of texts.');
  const key = unknownOf([why], { type: 'string', notNull: true });
  const like = value.kind === 'unknown' ? value.member : undefined;
  return {
    state: 'unknown',
    why,
    any: { key: undefined, frame: { ...frame, each: { key, value: like ?? unknownOf([why], {}) } } },
  };
}

/** A set of texts, or a map; a list is refused by Terraform. */
function pairsOf(value: Value): readonly (readonly [string, Value])[] | undefined {
  if (isMap(value)) return [...value.entries];
  if (!isList(value) || value.kind !== 'set') return undefined;
  const pairs = value.items.flatMap(item => (item.kind === 'string' ? [[item.value, item] as const] : []));
  return pairs.length === value.items.length ? pairs : undefined;
}

/** The contents of a `dynamic` block, one for each of its collection; `undefined`: only Terraform knows how many. */
export function contentsOf(evaluator: Evaluator, block: Block, frame: Frame): readonly Instance[] | undefined {
  const each = attributeOf(block.body, 'for_each')?.value;
  if (each === undefined) return undefined;
  const collection = evaluator.evaluate(each, frame);
  const written = attributeOf(block.body, 'iterator')?.value;
  const name = written?.kind === 'reference' ? written.path : (block.labels[0]?.value ?? '');
  const pairs: readonly (readonly [Value, Value])[] | undefined = isMap(collection)
    ? [...collection.entries].map(([key, item]) => [text(key), item])
    : isList(collection)
      ? collection.items.map((item, i) => [collection.kind === 'set' ? item : number(i), item])
      : undefined;
  return pairs?.map(([key, item]): Instance => ({
    key: key.kind === 'string' || key.kind === 'number' ? key.value : undefined,
    frame: {
      ...frame,
      names: {
        name,
        value: mapOf('object', [
          ['key', withMarks(key, collection.marks)],
          ['value', withMarks(item, joinMarks(item.marks, collection.marks))],
        ]),
        outer: frame.names,
      },
    },
  }));
}
