import { applyEdits, type Span, type TextEdit } from '../../core/text';
import type { SourceFile } from '../../terraform/model';
import type { Attribute, Block, Expression, ObjectItem } from '../../terraform/syntax/ast';
import { childrenOf } from '../../terraform/syntax/walk';
import type { Fix } from '../finding';
import { removeFromHcl, type Replacement } from './hclRemoval';
import { nodesInside, removeFromJson } from './jsonEdits';
import { afterBreak, indentAt, lineBreakOf, lineEnd, lineStart } from './lines';

export function toEdits(file: SourceFile, replacements: readonly Replacement[]): readonly TextEdit[] {
  return replacements.map(r => ({ file: file.path, span: r.span, newText: r.newText }));
}

/** The span by which an edit finds an argument or a block again. */
function handle(file: SourceFile, node: Attribute | Block | ObjectItem): Span {
  if (file.syntax === 'json' && 'type' in node && node.open !== undefined) {
    return { start: node.open.start, end: node.end };
  }
  return node;
}

function removeNodes(file: SourceFile, nodes: readonly Span[]): readonly Replacement[] {
  return file.syntax === 'json' ? removeFromJson(file.text, nodes) : removeFromHcl(file.text, file.parsed, nodes);
}

/** Removes an argument or an item of an object (`remove-argument`), or a block (`remove-block`) with its comments and blank lines. */
export function removal(
  file: SourceFile,
  node: Attribute | Block | ObjectItem,
  options: { readonly title: string; readonly preferred: boolean },
): readonly Fix[] {
  const isBlock = 'type' in node;
  // A block that nobody has closed yet has no end that could be trusted.
  if (isBlock && file.syntax === 'hcl' && node.close === undefined) return [];
  // Code that Terragrunt writes out of one text in quotes has no lines.
  if (file.role === 'terragrunt' && isQuoted(file.text, node.start)) return [];
  const edits = toEdits(file, removeNodes(file, [handle(file, node)]));
  if (edits.length === 0) return [];
  return [
    { id: isBlock ? 'remove-block' : 'remove-argument', title: options.title, preferred: options.preferred, edits },
  ];
}

function isQuoted(text: string, offset: number): boolean {
  const before = text.slice(lineStart(text, offset), offset).replace(/\\./g, '');
  return before.split('"').length % 2 === 0;
}

/** Writes `comment` on a line of its own above `node`. JSON has no comments, so there is no such edit there. */
export function commentAbove(file: SourceFile, node: Span, comment: string): readonly TextEdit[] {
  if (file.syntax === 'json') return [];
  const start = lineStart(file.text, node.start);
  const indent = indentAt(file.text, node.start);
  if (file.text.slice(start, node.start) !== indent) return [];
  return toEdits(file, [{ span: { start, end: start }, newText: `${indent}${comment}${lineBreakOf(file.text)}` }]);
}

/**
 * One set of edits for one file from many fixes. Removals are planned anew together, so that two neighbours leave neither
 * a stray comma nor a second blank line; equal insertions happen once.
 */
export function combineEdits(file: SourceFile, edits: readonly TextEdit[]): readonly TextEdit[] {
  const own = edits.filter(edit => edit.file === file.path);
  const removed = own.filter(edit => edit.newText === '' && edit.span.end > edit.span.start);
  const written = new Map<string, TextEdit>();
  for (const edit of own) {
    if (edit.newText !== '') written.set(`${edit.span.start}:${edit.span.end}:${edit.newText}`, edit);
  }
  const nodes = removed.flatMap(edit =>
    file.syntax === 'json' ? nodesInside(file.text, edit.span) : statementsInside(file, edit.span),
  );
  const removals = toEdits(file, nodes.length === 0 ? [] : removeNodes(file, nodes));
  // What is removed as a whole needs no change inside of it.
  const kept = [...written.values()].filter(
    edit => !removals.some(r => r.span.start < edit.span.end && edit.span.start < r.span.end),
  );
  return [...removals, ...kept].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
}

/** The outermost arguments, blocks and object items that lie wholly in `span`. */
function statementsInside(file: SourceFile, span: Span): readonly Span[] {
  const out: Span[] = [];
  const visitItem = (item: Span & { readonly value: Expression }): void => {
    if (span.start <= item.start && item.end <= span.end) out.push(item);
    else visitValue(item.value);
  };
  const visitValue = (value: Expression): void => {
    if (value.end <= span.start || span.end <= value.start) return;
    if (value.kind === 'object') value.items.forEach(visitItem);
    else childrenOf(value).forEach(visitValue);
  };
  const visit = (body: Block['body']): void => {
    for (const attribute of body.attributes) visitItem(attribute);
    for (const block of body.blocks) {
      if (span.start <= block.start && block.end <= span.end) out.push(block);
      else visit(block.body);
    }
  };
  visit(file.parsed.body);
  return out;
}

/** The text of a file after edits, whichever other files they also touch. */
export function applyToFile(
  file: { readonly path: string; readonly text: string },
  edits: readonly TextEdit[],
): string {
  return applyEdits(
    file.text,
    edits.filter(edit => edit.file === file.path),
  );
}

/** Adds `lines` as the last thing of a file, a blank line before them. */
export function appendLines(file: SourceFile, lines: readonly string[]): readonly TextEdit[] {
  const eol = lineBreakOf(file.text);
  const end = file.text.length;
  const empty = file.text.trim() === '' || file.text === '\uFEFF';
  const separator = empty ? '' : /[\r\n]$/.test(file.text) ? eol : eol + eol;
  return toEdits(file, [{ span: { start: end, end }, newText: separator + lines.join(eol) + eol }]);
}

/** Adds an argument behind the last one of a block, as a group of its own. */
export function addArgument(
  file: SourceFile,
  block: Block,
  body: Block['body'],
  argument: string,
): readonly TextEdit[] {
  const { text } = file;
  const eol = lineBreakOf(text);
  if (block.open === undefined || block.close === undefined) return [];
  const outer = indentAt(text, block.typeSpan.start);
  const unit = outer.includes('\t') ? '\t' : '  ';
  const oneLine = lineEnd(text, block.open.end) >= block.close.start;
  if (oneLine) {
    const inner = text.slice(block.open.end, block.close.start);
    const start = block.open.end + inner.length - inner.trimStart().length;
    const line = outer + unit + argument + eol + outer;
    if (inner.trim() === '') {
      return toEdits(file, [{ span: { start: block.open.end, end: block.close.start }, newText: eol + line }]);
    }
    // What the block says stays where it is; only the space around it changes.
    return toEdits(file, [
      { span: { start: block.open.end, end: start }, newText: eol + outer + unit },
      { span: { start: block.open.end + inner.trimEnd().length, end: block.close.start }, newText: eol + eol + line },
    ]);
  }
  const last = body.attributes.at(-1);
  const anchor = last === undefined ? lineEnd(text, block.open.end) : lineEnd(text, last.end);
  if (anchor > block.close.start) return [];
  const at = afterBreak(text, anchor);
  const indent = last === undefined ? outer + unit : indentAt(text, last.start);
  return toEdits(file, [
    { span: { start: at, end: at }, newText: (last === undefined ? '' : eol) + indent + argument + eol },
  ]);
}
