import type { Span } from '../../core/text';
import { type PolicyNode, type PolicyText, readPolicyText } from '../policy/node';
import { anyText } from '../policy/patterns/resourcePattern';
import { placed } from './document';
import type { Marker } from './marker';

/** A part of a text that something else fills in, and what it is worth as far as that is known. */
export interface FilledPart extends Span {
  readonly value: string;
}

/**
 * JSON in which some parts are filled in later. Each is a run of private characters of its own length meanwhile, so that places stay;
 * afterwards it is what `value` says. One that stands outside of a string stands for a whole value.
 */
export function readFilled(text: string, parts: readonly FilledPart[], marker: Marker): PolicyText {
  let bare = '';
  let place = 0;
  for (const part of parts) {
    bare += text.slice(place, part.start);
    const length = part.end - part.start;
    bare += isInsideString(bare) ? anyText.repeat(length) : `"${anyText.repeat(Math.max(1, length - 2))}"`;
    place = part.end;
  }
  const read = readPolicyText(bare + text.slice(place));
  if (read.root === undefined) return read;
  const filled = (value: string, span: Span): string => {
    const inside = parts.filter(p => p.start >= span.start && p.end <= span.end);
    if (inside.length === 0) return value;
    let i = 0;
    return value.replace(new RegExp(`${anyText}+`, 'g'), () => inside[i++]?.value ?? anyText);
  };
  return {
    ...read,
    root: marked(
      placed(read.root, span => span, filled),
      marker,
    ),
  };
}

function isInsideString(text: string): boolean {
  let inside = false;
  for (let i = text.lastIndexOf('\n') + 1; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '\\' && inside) i++;
    else if (c === '"') inside = !inside;
  }
  return inside;
}

/** A tree that was read from a text with marks: its marked strings are known in part only. */
export function marked(node: PolicyNode, marker: Marker): PolicyNode {
  switch (node.kind) {
    case 'string':
      return /[\uE000-\uE002]/.test(node.value)
        ? marker.node(node.value, node.value, { start: node.start, end: node.end })
        : node;
    case 'array':
      return { ...node, items: node.items.map(item => marked(item, marker)) };
    case 'object':
      return { ...node, entries: node.entries.map(e => ({ ...e, value: marked(e.value, marker) })) };
    default:
      return node;
  }
}

/** Is the file one that templatefile() reads, by its name, or by `${…}` in the place of a whole JSON value, or by a directive? */
export function isTemplate(name: string, text: string): boolean {
  return (
    /\.(?:tftpl|tpl|tmpl)$/i.test(name) || /[:[,]\s*(?:\$\{|%\{)|%\{~?\s*(?:if|for|else|endif|endfor)\b/.test(text)
  );
}

/** A template of templatefile() as a policy with marks; `undefined` where `%{ … }` decides what the text is. */
export function readTemplate(text: string, marker: Marker): PolicyText | undefined {
  const parts: FilledPart[] = [];
  for (const match of text.matchAll(/(\$\$|%%|\$|%)\{/g)) {
    if (match[1] === '$$' || match[1] === '%%') continue;
    if (match[1] === '%') return undefined;
    if (match.index < (parts.at(-1)?.end ?? 0)) continue;
    const end = closing(text, match.index + 2);
    if (end === undefined) return undefined;
    parts.push({ start: match.index, end, value: marker.mark(undefined, text.slice(match.index + 2, end - 1)) });
  }
  return readFilled(text, parts, marker);
}

/** Behind the brace that closes; braces and quotes inside are counted. */
function closing(text: string, from: number): number | undefined {
  let depth = 1;
  for (let i = from; i < Math.min(text.length, from + 2000); i++) {
    const c = text.charAt(i);
    if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return i + 1;
  }
  return undefined;
}
