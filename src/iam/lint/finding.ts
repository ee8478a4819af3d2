import type { Span, TextEdit } from '../../core/text';

/** A change of the text that spans count in. */
export type PolicyEdit = Omit<TextEdit, 'file'>;

/** One thing found in a policy, by the rules of trust policies or by those of permission policies. Offsets count in the text of the report. */
export interface PolicyFinding<Code extends string> extends Span {
  readonly code: Code;
  readonly message: string;
  readonly fix?: { readonly title: string; readonly edits: readonly PolicyEdit[] };
}
