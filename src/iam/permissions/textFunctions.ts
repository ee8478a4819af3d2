import type { Expression } from '../../terraform/syntax/ast';

/** What is known of a text: all of it, or (`open`) only how it begins. */
export interface KnownText {
  readonly text: string;
  readonly open: boolean;
}

/** A text that is known to its end. */
export function closed(text: string): KnownText {
  return { text, open: false };
}

/** Parts one after the other, up to the first that is not known. */
export function joined(parts: readonly (KnownText | undefined)[]): KnownText | undefined {
  let text = '';
  for (const part of parts) {
    text += part?.text ?? '';
    if (part === undefined || part.open) return text === '' ? undefined : { text, open: true };
  }
  return closed(text);
}

/** Terraform's functions of texts, as far as their arguments are known. `inner` tells the text of an argument. */
export function called(
  name: string,
  args: readonly Expression[],
  inner: (e: Expression) => KnownText | undefined,
): KnownText | undefined {
  const [first, second] = args;
  if (first === undefined) return undefined;
  const value = inner(first);
  switch (name) {
    case 'lower':
      return value && { ...value, text: value.text.toLowerCase() };
    case 'upper':
      return value && { ...value, text: value.text.toUpperCase() };
    case 'tostring':
    case 'trimspace':
    case 'nonsensitive':
      return value;
    case 'join': {
      if (value === undefined || value.open || second?.kind !== 'tuple') return undefined;
      return joined(second.items.flatMap((item, i) => (i === 0 ? [inner(item)] : [value, inner(item)])));
    }
    case 'format': {
      if (value === undefined || value.open) return undefined;
      // Only %s and %d without flags: others change the text.
      const pieces = value.text.split(/(%[sd])/);
      if (pieces.some((piece, i) => i % 2 === 0 && piece.includes('%'))) return undefined;
      let next = 1;
      return joined(
        pieces.map((piece, i) => {
          if (i % 2 === 0) return closed(piece);
          const argument = args[next++];
          return argument === undefined ? undefined : inner(argument);
        }),
      );
    }
    default:
      return undefined;
  }
}
