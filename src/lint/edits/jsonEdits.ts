import {
  findNodeAtLocation,
  findNodeAtOffset,
  getNodePath,
  type JSONPath,
  modify,
  type Node,
  parseTree,
} from 'jsonc-parser';
import type { Span } from '../../core/text';
import type { Replacement } from './hclRemoval';
import { firstOffset, indentAt, lineBreakOf } from './lines';

/** Edits of Terraform's JSON syntax: commas, brackets and the file's own indent stay right. */

/** The edits that remove properties and array items. `nodes` are spans of arguments (key to value) or of blocks' braces. */
export function removeFromJson(text: string, nodes: readonly Span[]): readonly Replacement[] {
  const tree = jsonTree(text);
  if (tree === undefined) return [];
  const shift = firstOffset(text);
  const removed = new Set<Node>();
  for (const span of nodes) {
    const node = removable(tree, span.start - shift);
    if (node !== undefined) removed.add(node);
  }
  promoteEmptyArrays(removed);
  return [...containersOf(removed)].flatMap(container => removeChildren(container, removed, shift));
}

/** All properties and array items that lie wholly in `span`, outermost first and without what they hold. */
export function nodesInside(text: string, span: Span): readonly Span[] {
  const shift = firstOffset(text);
  const out: Span[] = [];
  const visit = (node: Node): void => {
    const start = node.offset + shift;
    const end = start + node.length;
    if ((node.type === 'property' || node.parent?.type === 'array') && start >= span.start && end <= span.end) {
      out.push({ start, end });
      return;
    }
    for (const child of node.children ?? []) visit(child);
  };
  const tree = jsonTree(text);
  if (tree !== undefined) visit(tree);
  return out;
}

/** The edits that set `value` at `path` below the object or property that covers `offset` (or the file's root). */
export function setInJson(
  text: string,
  offset: number | undefined,
  path: JSONPath,
  value: unknown,
): readonly Replacement[] {
  const tree = jsonTree(text);
  if (tree === undefined) return [];
  const shift = firstOffset(text);
  const node = offset === undefined ? tree : findNodeAtOffset(tree, offset - shift);
  if (node === undefined) return [];
  const first = tree.children?.[0];
  const indent = first === undefined ? '' : indentAt(text, first.offset + shift);
  const whole = [...getNodePath(node), ...path];
  if (!takesPath(tree, whole)) return [];
  return modify(text.slice(shift), whole, value, {
    formattingOptions: {
      insertSpaces: !indent.includes('\t'),
      tabSize: indent.includes('\t') ? 1 : indent.length || 2,
      eol: lineBreakOf(text),
    },
  }).map(edit => ({
    span: { start: edit.offset + shift, end: edit.offset + edit.length + shift },
    newText: edit.content,
  }));
}

/** Is there, on the way to the end of a path, nothing that can't hold the next step of it? `{"terraform": 6}` has no place for a block. */
function takesPath(tree: Node, path: JSONPath): boolean {
  return path.every((step, i) => {
    const at = findNodeAtLocation(tree, path.slice(0, i));
    return at === undefined || at.type === (typeof step === 'number' ? 'array' : 'object');
  });
}

/** Where the object or property that covers `offset` is in the document: the path stays right while other things change. */
export function pathInJson(text: string, offset: number): JSONPath | undefined {
  const tree = jsonTree(text);
  const node = tree === undefined ? undefined : findNodeAtOffset(tree, offset - firstOffset(text));
  return node === undefined ? undefined : getNodePath(node);
}

function jsonTree(text: string): Node | undefined {
  return parseTree(text.slice(firstOffset(text)), [], { disallowComments: true });
}

/** The property or array item at an offset: a key stands for its property, an object's brace for what holds the object. */
function removable(tree: Node, offset: number): Node | undefined {
  const node = findNodeAtOffset(tree, offset);
  if (node === undefined) return undefined;
  if (node.type === 'property') return node;
  return node.parent?.type === 'property' || node.parent?.type === 'array'
    ? node.parent.type === 'property'
      ? node.parent
      : node
    : undefined;
}

/** An array that loses all its items goes as a whole: `"assume_role": []` would be a leftover. */
function promoteEmptyArrays(removed: Set<Node>): void {
  for (const container of containersOf(removed)) {
    const property = container.parent;
    if (container.type !== 'array' || property?.type !== 'property') continue;
    const items = container.children ?? [];
    if (!items.every(item => removed.has(item))) continue;
    for (const item of items) removed.delete(item);
    removed.add(property);
  }
}

function containersOf(nodes: ReadonlySet<Node>): ReadonlySet<Node> {
  return new Set([...nodes].flatMap(node => (node.parent === undefined ? [] : [node.parent])));
}

function removeChildren(container: Node, removed: ReadonlySet<Node>, shift: number): readonly Replacement[] {
  const children = container.children ?? [];
  const replacement = (start: number, end: number): Replacement => ({
    span: { start: start + shift, end: end + shift },
    newText: '',
  });
  if (children.every(child => removed.has(child))) {
    return [replacement(container.offset + 1, container.offset + container.length - 1)];
  }
  const out: Replacement[] = [];
  for (let i = 0; i < children.length; i++) {
    const first = children[i];
    if (first === undefined || !removed.has(first)) continue;
    let j = i;
    for (let next = children[j + 1]; next !== undefined && removed.has(next); next = children[j + 1]) j++;
    const last = children[j] ?? first;
    const survivorAfter = children[j + 1];
    const survivorBefore = children[i - 1];
    if (survivorAfter !== undefined) out.push(replacement(first.offset, survivorAfter.offset));
    else if (survivorBefore !== undefined) {
      out.push(replacement(survivorBefore.offset + survivorBefore.length, last.offset + last.length));
    }
    i = j;
  }
  return out;
}
