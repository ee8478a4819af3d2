import type { TemplatePart } from './ast';

/**
 * `<<-`: takes the smallest indent of the lines away from each of them. Lines of white space alone don't count; a line that
 * starts with a sequence has no indent. As `flushHeredocTemplateParts` of HashiCorp's parser does.
 */
export function dedentParts(parts: TemplatePart[]): void {
  const starts = lineStarts(parts);
  let smallest = Infinity;
  for (const line of starts) smallest = Math.min(smallest, line.indent);
  if (smallest === Infinity || smallest === 0) return;
  let next = 0;
  for (const [index, part] of parts.entries()) {
    let value = '';
    let from = 0;
    for (let line = starts[next]; line?.part === index; line = starts[++next]) {
      if (part.kind !== 'text') continue;
      value += part.value.slice(from, line.offset);
      from = line.offset + (line.indent === Infinity ? 0 : smallest);
    }
    if (part.kind === 'text') parts[index] = { ...part, value: value + part.value.slice(from) };
  }
}

interface LineStart {
  readonly part: number;
  readonly offset: number;
  /** Infinity on a blank line. */
  readonly indent: number;
}

function lineStarts(parts: readonly TemplatePart[]): LineStart[] {
  const found: LineStart[] = [];
  let isLineStart = true;
  for (const [part, content] of parts.entries()) {
    if (content.kind !== 'text') {
      if (isLineStart) found.push({ part, offset: 0, indent: 0 });
      isLineStart = false;
      continue;
    }
    let offset = 0;
    for (const line of content.value.split(/(?<=\n)/)) {
      if (isLineStart) found.push({ part, offset, indent: indentOf(line) });
      isLineStart = line.endsWith('\n');
      offset += line.length;
    }
  }
  return found;
}

function indentOf(line: string): number {
  const indent = line.search(/\S/);
  if (indent >= 0) return indent;
  return line.endsWith('\n') ? Infinity : line.length;
}
