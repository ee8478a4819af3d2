import { styleText } from 'node:util';
import type { Environment } from '../../core/host';

const colors = {
  error: 'red',
  wrong: 'red',
  warning: 'yellow',
  information: 'cyan',
  unknown: 'cyan',
} as const;

type Word = keyof typeof colors;
const words = Object.keys(colors).join('|');
/** The severity of a finding behind its place, and the state at the start of a check's line or at the end of a heading. */
const marked = new RegExp(`(?<=^\\s*\\S.*?:\\d+:\\d+: )(?:${words})\\b|(?<=: )(?:${words})$`, 'gm');

/**
 * Colors in a terminal, after https://no-color.org: never with NO_COLOR, always with FORCE_COLOR, else where the reader is a terminal
 * that can show them. Nothing but the text itself decides what is colored, so that it reads the same without.
 */
export function colored(text: string, stream: { readonly isTTY?: boolean }, env: Environment): string {
  if (!wanted(stream, env)) return text;
  return text.replace(marked, word => styleText(colors[word as Word], word, { validateStream: false }));
}

function wanted(stream: { readonly isTTY?: boolean }, env: Environment): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
