import { type FileKind, isCode } from './fileKinds';

/**
 * What a file's text rules out, without parsing it. Names of blocks and arguments are identifiers in HCL, which have no escapes:
 * a file that holds such a block holds the word. In JSON a key may be written with escapes, so nothing is ruled out there.
 * Wrong in one direction only: a word in a comment costs a parse and changes no result.
 */

/** May it have a `cloud` or `backend` block? */
export function mayHoldState({ role, syntax }: FileKind, text: string): boolean {
  if (!isCode(role)) return false;
  return syntax === 'json' || (text.includes('terraform') && (text.includes('cloud') || text.includes('backend')));
}

/** May it call modules? */
export function mayCallModules({ role, syntax }: FileKind, text: string): boolean {
  if (!isCode(role)) return false;
  return syntax === 'json' || (text.includes('source') && /module|component|stack/.test(text));
}
