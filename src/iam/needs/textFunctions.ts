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
  list: (e: Expression) => readonly (KnownText | undefined)[] | undefined,
): KnownText | undefined {
  const [first, second, third] = args;
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
      const texts = second === undefined ? undefined : list(second);
      if (value === undefined || value.open || texts === undefined) return undefined;
      return joined(texts.flatMap((item, i) => (i === 0 ? [item] : [value, item])));
    }
    case 'replace': {
      const [from, to] = [second, third].map(e => (e === undefined ? undefined : inner(e)));
      // `/…/` is a regular expression.
      if (value?.open !== false || from?.open !== false || to?.open !== false || /^\/.*\/$/.test(from.text))
        return undefined;
      return closed(value.text.replaceAll(from.text, () => to.text));
    }
    case 'trimprefix':
    case 'trimsuffix': {
      const cut = second === undefined ? undefined : inner(second);
      if (value?.open !== false || cut?.open !== false) return undefined;
      if (cut.text === '') return value;
      if (name === 'trimprefix')
        return closed(value.text.startsWith(cut.text) ? value.text.slice(cut.text.length) : value.text);
      return closed(value.text.endsWith(cut.text) ? value.text.slice(0, -cut.text.length) : value.text);
    }
    case 'title':
      return (
        value && {
          ...value,
          text: value.text.replace(/(^|[^\p{L}\p{N}'])(\p{Ll})/gu, (_, a: string, b: string) => a + b.toUpperCase()),
        }
      );
    case 'substr': {
      const [from, length] = [second, third].map(e => Number(e === undefined ? undefined : inner(e)?.text));
      if (
        value?.open !== false ||
        from === undefined ||
        length === undefined ||
        !Number.isInteger(from) ||
        !Number.isInteger(length) ||
        from < 0
      )
        return undefined;
      return closed(length < 0 ? value.text.slice(from) : value.text.slice(from, from + length));
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
