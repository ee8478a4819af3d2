import type { Span } from '../../../src/core/text';
import type { Body, Expression, ParsedFile } from '../../../src/terraform/syntax/ast';
import { BodyParser } from '../../../src/terraform/syntax/bodies';
import { parseWith } from '../../../src/terraform/syntax/hcl';
import { childrenOf } from '../../../src/terraform/syntax/walk';

/** A parser that counts its work: tokens read, and characters passed over between them. Planted defects derive from it. */
export class CountingParser extends BodyParser {
  work = 0;

  protected override advance(): void {
    const before = this.offset;
    super.advance();
    this.work += 1 + Math.abs(this.offset - before);
  }
}

export type CreateParser = (text: string, recovering: boolean) => CountingParser;

export const soundParser: CreateParser = (text, recovering) => new CountingParser(text, recovering, {});

/** Tokens and characters read per character of text. Nested sequences are read again after a wrong guess, within bounds. */
const maxWorkPerCharacter = 40;

/** What is wrong with the parse of `text`: undefined when nothing is. */
export function findFault(text: string, create: CreateParser): string | undefined {
  const parsers: CountingParser[] = [];
  let file: ParsedFile;
  try {
    file = parseWith(recovering => {
      const parser = create(text, recovering);
      parsers.push(parser);
      return parser;
    });
  } catch (error) {
    return `throws ${String(error)}`;
  }
  const work = parsers.reduce((sum, parser) => sum + parser.work, 0);
  if (work > 500 + maxWorkPerCharacter * text.length) return `takes ${work} steps for ${text.length} characters`;
  return spanFault(file, text);
}

function spanFault(file: ParsedFile, text: string): string | undefined {
  const whole = { start: 0, end: text.length };
  for (const problem of file.problems) if (!isInside(problem, whole)) return `${problem.code} is out of bounds`;
  for (const [i, comment] of file.comments.entries()) {
    if (!isInside(comment, whole)) return 'a comment is out of bounds';
    if (i > 0 && comment.start < (file.comments[i - 1]?.end ?? 0)) return 'two comments overlap';
  }
  return bodyFault(file.body, whole, text);
}

function bodyFault(body: Body, outer: Span, text: string): string | undefined {
  if (!isInside(body, outer)) return `a body ${show(body)} is outside of ${show(outer)}`;
  const items = [...body.attributes, ...body.blocks].sort((a, b) => a.start - b.start);
  for (const [i, item] of items.entries()) {
    if (!isInside(item, body)) return `an item ${show(item)} is outside of its body ${show(body)}`;
    if (i > 0 && item.start < (items[i - 1]?.end ?? 0)) return `two items overlap at ${item.start}`;
  }
  for (const attribute of body.attributes) {
    const { nameSpan, value } = attribute;
    if (text.slice(nameSpan.start, nameSpan.end).normalize('NFC') !== attribute.name)
      return `the span of "${attribute.name}" is not its text`;
    if (value.start < nameSpan.end) return `the value of "${attribute.name}" starts in its name`;
    const fault = expressionFault(value, attribute, text);
    if (fault !== undefined) return fault;
  }
  for (const block of body.blocks) {
    if (text.slice(block.typeSpan.start, block.typeSpan.end).normalize('NFC') !== block.type)
      return `the span of "${block.type}" is not its text`;
    if (block.open && text.slice(block.open.start, block.open.end) !== '{') return 'an opening brace is not one';
    if (block.close && text.slice(block.close.start, block.close.end) !== '}') return 'a closing brace is not one';
    const label = block.labels.find(candidate => !isInside(candidate, block));
    if (label) return `a label ${show(label)} is outside of its block ${show(block)}`;
    const fault = bodyFault(block.body, block, text);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function expressionFault(root: Expression, outer: Span, text: string): string | undefined {
  const pending: (readonly [Expression, Span])[] = [[root, outer]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [expression, around] = next;
    if (!isInside(expression, around)) return `${expression.kind} ${show(expression)} is outside of ${show(around)}`;
    const source = text.slice(expression.start, expression.end);
    if ((expression.kind === 'number' || expression.kind === 'bool') && source !== expression.text)
      return `the span of ${expression.text} is not its text`;
    if (expression.kind === 'string' && !source.startsWith(expression.heredoc ? '<<' : '"'))
      return `the span of a string is not its text: ${source}`;
    const children = childrenOf(expression);
    for (const [i, child] of children.entries()) {
      pending.push([child, expression]);
      if (i > 0 && child.start < (children[i - 1]?.end ?? 0)) return `two parts of a ${expression.kind} overlap`;
    }
  }
  return undefined;
}

function isInside(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end;
}

function show({ start, end }: Span): string {
  return `${start}…${end}`;
}
