import type { PolicyNode } from './node';
import { shown } from '../inCode/marker';

/** A policy's tree as plain data; what only Terraform knows is one `…`. */
export function plainDocument(node: PolicyNode): unknown {
  switch (node.kind) {
    case 'string':
      return shown(node.value);
    case 'literal':
      return node.value;
    case 'unknown':
      return '…';
    case 'array':
      return node.items.map(plainDocument);
    case 'object':
      return Object.fromEntries(node.entries.map(e => [e.key, plainDocument(e.value)]));
  }
}

/** Is nothing in it left to Terraform? */
export function isKnown(node: PolicyNode): boolean {
  switch (node.kind) {
    case 'string':
      return shown(node.value) === node.value;
    case 'literal':
      return true;
    case 'unknown':
      return false;
    case 'array':
      return node.items.every(isKnown);
    case 'object':
      return node.entries.every(e => isKnown(e.value));
  }
}
