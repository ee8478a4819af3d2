import type { SourceFile } from '../../terraform/model';
import type { Finding } from '../finding';
import { findKeys } from './detect';

const carriers: ReadonlySet<string> = new Set(['static-credentials', 'cloud-token', 'backend-credentials']);

/**
 * A file's text with every key and token replaced by asterisks of the same length, so that offsets still hold. For showing
 * changes: what a fix removes must not be printed on the way.
 */
export function maskSecrets(file: SourceFile, findings: readonly Finding[]): string {
  // UTF-16 code units, as offsets count them.
  const chars = file.text.split('');
  const mask = (start: number, end: number): void => {
    for (let i = start; i < end; i++) if (!/\s/.test(chars[i] ?? ' ')) chars[i] = '*';
  };
  for (const key of findKeys(file.text, { namesSecret: true, nearKeyId: true })) mask(key.start, key.end);
  for (const { code, location } of findings) {
    if (location.file !== file.path) continue;
    const { start, end } = location.span;
    if (code === 'hard-coded-key') mask(start, end);
    else if (carriers.has(code) && /^"?(?:access_key|secret_key|token)\b/.test(file.text.slice(start, end))) {
      const argument = file.text.slice(start, end);
      // The name of the argument in JSON is a string too, and stays readable.
      const name = /^"?\w+"?\s*[=:]\s*/.exec(argument)?.[0].length ?? 0;
      const value = argument.slice(name);
      const heredoc = /^<<-?\S+\n/.exec(value);
      if (heredoc !== null) mask(start + name + heredoc[0].length, end);
      for (const text of heredoc === null ? value.matchAll(/"((?:[^"\\]|\\.)*)"/g) : []) {
        if (/[$%]\{/.test(text[1] ?? '')) continue;
        mask(start + name + text.index + 1, start + name + text.index + text[0].length - 1);
      }
    }
  }
  return chars.join('');
}
