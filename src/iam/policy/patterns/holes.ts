import type { Template } from '../../../terraform/syntax/ast';

/**
 * Texts of policies in Terraform code, with a mark in place of each `${…}` that only Terraform knows: what stands around it can be
 * judged all the same. The marks are of Unicode's private use area, which no policy may hold (IAM takes U+0020 to U+00FF).
 */
export class Holes {
  private readonly expressions: string[] = [];

  /** The template with its marks; `undefined` where a directive (`%{ if }`) decides what the text is. */
  textOf(template: Template, source: string): string | undefined {
    let out = '';
    for (const part of template.parts) {
      if (part.kind === 'directive') return undefined;
      out += part.kind === 'text' ? part.value : this.mark(source.slice(part.start, part.end));
    }
    return out;
  }

  /** The text as it is written in the code. */
  written(text: string): string {
    return text
      .replaceAll(idMark, '')
      .replace(/\uE000(\d+)\uE001/g, (_, index: string) => this.expressions[Number(index)] ?? '');
  }

  /** One expression has one mark: two keys of `${var.host}` are of one issuer. */
  mark(expression: string): string {
    const known = this.expressions.indexOf(expression);
    return `\uE000${known === -1 ? this.expressions.push(expression) - 1 : known}\uE001`;
  }
}

/** Stands before the mark of a part that is known to be an id, where a subject has a name. No name holds it. */
export const idMark = '\uE002';

/** Each mark as one letter, for those to whom it is all the same which expression it stands for. */
export function collapsed(text: string): string {
  return text.replace(/\uE000\d+\uE001/g, '\uE000');
}

export function hasHole(text: string): boolean {
  return text.includes('\uE000');
}

/** The ARN of a provider whose account and partition only Terraform knows: the host is what matters. */
export function filledArn(text: string): string {
  return text.replace(/^(arn:)\uE000\d+\uE001(?=:)/, '$1aws').replace(/(:iam::)\uE000\d+\uE001(?=:)/, '$1000000000000');
}
