import { convert } from '../convert';
import type { Type } from '../type';
import { bool, deepMarks, withMarks } from '../value';
import { marksIn } from '../marks';
import type { Definition } from './definition';

const to = (type: Type, what: string): Definition => ({
  takes: [{ type: 'dynamic', accepts: 'any', nullable: true }],
  gives: type,
  mayBeNull: true,
  keeps: true,
  apply: ([value], { reader }) => {
    if (value?.kind === 'unknown' && value.type === 'dynamic' && type !== 'string') reader.doubt();
    return (value && convert(value, type)) ?? `The value cannot be made ${what}`;
  },
});

/** What only hides a value or shows it. */
const as: Definition = {
  takes: [{ type: 'dynamic', accepts: 'any', nullable: true }],
  gives: 'dynamic',
  mayBeNull: true,
  keeps: true,
  total: true,
  apply: ([value]) => value ?? 'It needs a value',
};

export const types: Readonly<Record<string, Definition>> = {
  tostring: to('string', 'a text'),
  tonumber: to('number', 'a number'),
  tobool: to('bool', 'true or false'),
  tolist: to({ kind: 'list', of: 'dynamic' }, 'a list'),
  toset: to({ kind: 'set', of: 'dynamic' }, 'a set'),
  tomap: to({ kind: 'map', of: 'dynamic' }, 'a map'),
  sensitive: {
    ...as,
    apply: ([value]) => (value === undefined ? 'It needs a value' : withMarks(value, { mark: { kind: 'sensitive' } })),
  },
  nonsensitive: as,
  ephemeralasnull: as,
  issensitive: {
    ...as,
    gives: 'bool',
    apply: ([value]) => bool(value !== undefined && marksIn(deepMarks(value)).some(mark => mark.kind === 'sensitive')),
  },
};
