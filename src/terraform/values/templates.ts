import type { Expression, Template, TemplatePart } from '../syntax/ast';
import { convert } from './convert';
import type { Frame, Reader } from './frame';
import { iterate } from './loops';
import { type Marks, joinMarks } from './marks';
import { edges, oneOf, unknownOf } from './operators';
import { isList, maximumText, text, unknown, type Unknown, type Value } from './value';

/** A quoted text or heredoc with `${…}` and `%{…}`. `"${x}"` alone is x itself. */
export function template(reader: Reader, { parts, heredoc }: Template, frame: Frame): Value {
  const [only] = parts;
  if (parts.length === 1 && !heredoc && only?.kind === 'interpolation') return reader.value(only.expression, frame);
  return sequence(reader, nest(parts), frame);
}

/** The parts of a template with what stands inside of `%{ if }` and `%{ for }`. */
type Nested =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'interpolation'; readonly expression: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression | undefined;
      readonly whenTrue: Nested[];
      readonly whenFalse: Nested[];
    }
  | {
      readonly kind: 'for';
      readonly names: readonly string[];
      readonly collection: Expression | undefined;
      readonly content: Nested[];
    };

function nest(parts: readonly TemplatePart[]): readonly Nested[] {
  const root: Nested[] = [];
  const open: { readonly node: Extract<Nested, { kind: 'if' | 'for' }> | undefined; into: Nested[] }[] = [
    { node: undefined, into: root },
  ];
  for (const part of parts) {
    const top = open.at(-1);
    if (top === undefined) break;
    if (part.kind !== 'directive') top.into.push(part);
    else if (part.word === 'if') {
      const node: Nested = { kind: 'if', condition: part.parts[0], whenTrue: [], whenFalse: [] };
      top.into.push(node);
      open.push({ node, into: node.whenTrue });
    } else if (part.word === 'for') {
      const node: Nested = { kind: 'for', names: part.names ?? [], collection: part.parts[0], content: [] };
      top.into.push(node);
      open.push({ node, into: node.content });
    } else if (part.word === 'else' && top.node?.kind === 'if') top.into = top.node.whenFalse;
    else if (open.length > 1) open.pop();
  }
  return root;
}

function sequence(reader: Reader, parts: readonly Nested[], frame: Frame): Value {
  const joined = new Joined();
  for (const part of parts) {
    if (!reader.work(1)) return unknown('There is too much to evaluate.');
    switch (part.kind) {
      case 'text':
        joined.add(part.value);
        break;
      case 'interpolation': {
        const value = convert(reader.value(part.expression, frame), 'string');
        if (value === undefined || value.kind === 'null')
          return reader.refuse(
            value === undefined ? 'The value cannot be part of a text' : 'Null cannot be part of a text',
          );
        joined.addValue(value);
        break;
      }
      case 'if':
        joined.addValue(branch(reader, part, frame));
        break;
      case 'for':
        joined.addValue(repeated(reader, part, frame));
        break;
    }
  }
  return joined.value();
}

function branch(reader: Reader, part: Extract<Nested, { kind: 'if' }>, frame: Frame): Value {
  if (part.condition === undefined) return unknown('The template is not complete.', { type: 'string' });
  const condition = convert(reader.value(part.condition, frame), 'bool');
  if (condition === undefined || condition.kind === 'null') return reader.refuse('A condition must be true or false');
  if (condition.kind === 'bool') {
    const chosen = sequence(reader, condition.value ? part.whenTrue : part.whenFalse, frame);
    return condition.marks === undefined ? chosen : { ...chosen, marks: joinMarks(chosen.marks, condition.marks) };
  }
  const choices = [part.whenTrue, part.whenFalse].map(parts => sequence(reader, parts, frame));
  return oneOf(choices, unknownOf([condition], { type: 'string', notNull: true }));
}

function repeated(reader: Reader, part: Extract<Nested, { kind: 'for' }>, frame: Frame): Value {
  if (part.collection === undefined) return unknown('The template is not complete.', { type: 'string' });
  const collection = reader.value(part.collection, frame);
  const source = iterate(reader, collection, part.names, frame);
  if (source === undefined)
    return collection.kind === 'unknown'
      ? unknownOf([collection], { type: 'string', notNull: true })
      : reader.refuse('Only lists, maps and objects can be gone through');
  const joined = new Joined();
  if (isList(collection) && collection.kind === 'set' && !collection.whole)
    return unknownOf([collection], { type: 'string', notNull: true });
  for (const inner of source) joined.addValue(sequence(reader, part.content, inner));
  return joined.value();
}

/** Texts put together: known up to the first that is not, and from the last that is not. */
class Joined {
  private readonly pieces: (string | Unknown)[] = [];
  private starts = '';
  private ends = '';
  private open: Unknown | undefined;
  private marks: Marks | undefined;

  add(piece: string): void {
    this.piece(piece);
    if (this.open === undefined) this.starts += piece;
    else this.ends += piece;
  }

  addValue(value: Value): void {
    this.marks = joinMarks(this.marks, value.marks);
    const sides = edges(value);
    if (value.kind === 'unknown') {
      for (const piece of value.pieces ?? around(value)) this.piece(piece);
      if (this.open === undefined) this.starts += sides?.starts ?? '';
      this.open ??= value;
      this.ends = sides?.ends ?? '';
    } else this.add(sides?.starts ?? '');
  }

  private piece(piece: string | Unknown): void {
    const last = this.pieces.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') this.pieces[this.pieces.length - 1] = last + piece;
    else if (piece !== '') this.pieces.push(piece);
  }

  value(): Value {
    if (this.open === undefined) return text(this.starts.normalize(), this.marks);
    if (this.starts.length + this.ends.length > maximumText)
      return unknown('The text is too long.', { type: 'string', notNull: true, marks: this.marks });
    return unknown(this.open.why, {
      type: 'string',
      notNull: true,
      location: this.open.location,
      marks: this.marks,
      starts: this.starts.normalize(),
      ends: this.ends.normalize(),
      ...(this.pieces.length <= maximumPieces && { pieces: this.pieces }),
    });
  }
}

/** A text of more pieces is known by its ends only. */
const maximumPieces = 500;

/** A text of which the ends are known: both may be of the same characters, so that only the longer one is a piece. */
function around(value: Unknown): readonly (string | Unknown)[] {
  const { starts = '', ends = '' } = value;
  return starts.length >= ends.length ? [starts, value] : [value, ends];
}

/** Texts one after the other. */
export function joinTexts(pieces: readonly Value[]): Value {
  const joined = new Joined();
  for (const piece of pieces) joined.addValue(piece);
  return joined.value();
}
