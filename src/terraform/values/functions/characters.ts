let segmenter: Intl.Segmenter | undefined;

/** A text as what people see as its characters (Unicode's grapheme clusters), as Terraform counts them. */
export function characters(value: string): readonly string[] {
  // "\r\n" is the one cluster of several characters that needs no Unicode.
  if (/^[\x00-\x7f]*$/.test(value)) return value.match(/\r\n|[^]/g) ?? [];
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  return [...segmenter.segment(value)].map(part => part.segment);
}
