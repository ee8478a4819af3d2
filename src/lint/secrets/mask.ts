import { secretSpans } from '../../core/redact';
import type { Location, Span } from '../../core/text';
import type { SourceFile } from '../../terraform/model';
import type { Finding } from '../finding';
import { findKeys } from './detect';
import { type TextPiece, textPieces } from './strings';

const carriers: ReadonlySet<string> = new Set(['static-credentials', 'cloud-token', 'backend-credentials']);

/** Names of arguments, variables and object keys whose values are secrets. Names of files, ARNs and the like end otherwise. */
const secretName =
  /(?:secret|token|password|passwd|passphrase|private_?key|api_?key|access_?key|secret_?string|secret_?binary|connection_?string)(?:_wo)?$/i;

/**
 * A file's text with every key, token and password replaced by asterisks of the same length, so that offsets still hold. For showing
 * changes: what a fix removes, and what stands beside it, must not be printed on the way. `hidden` are literals that may be anything.
 */
export function maskSecrets(file: SourceFile, findings: readonly Finding[], hidden: readonly Location[] = []): string {
  // UTF-16 code units, as offsets count them.
  const chars = file.text.split('');
  const mask = (start: number, end: number): void => {
    for (let i = start; i < end; i++) if (!/\s/.test(chars[i] ?? ' ')) chars[i] = '*';
  };
  for (const key of findKeys(file.text, { namesSecret: true, nearKeyId: true })) mask(key.start, key.end);
  for (const { start, end } of secretSpans(file.text)) mask(start, end);
  const sensitive = sensitiveVariables(file);
  for (const piece of textPieces(file)) {
    if (!isNamedSecret(piece, sensitive)) continue;
    const { start, end } = content(file.text, piece.span);
    mask(start, end);
  }
  for (const { file: path, span } of hidden) {
    if (path !== file.path) continue;
    const { start, end } = content(file.text, span);
    mask(start, end);
  }
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

function isNamedSecret({ trail, blocks }: TextPiece, sensitive: ReadonlySet<string>): boolean {
  if (trail.slice(blocks).some(name => secretName.test(name))) return true;
  const [type, label = ''] = trail;
  return type === 'variable' && trail[blocks] === 'default' && (secretName.test(label) || sensitive.has(label));
}

function sensitiveVariables(file: SourceFile): ReadonlySet<string> {
  const out = new Set<string>();
  for (const { type, labels, body } of file.parsed.body.blocks) {
    const value = body.attributes.find(a => a.name === 'sensitive')?.value;
    const [label] = labels;
    if (type !== 'variable' || label === undefined || value === undefined) continue;
    if (/^"?true"?$/.test(file.text.slice(value.start, value.end))) out.add(label.value);
  }
  return out;
}

/** A literal without its quotes, or without the marks of its heredoc. */
function content(text: string, { start, end }: Span): Span {
  const raw = text.slice(start, end);
  const heredoc = /^<<-?[^\r\n]*\r?\n/.exec(raw);
  if (heredoc !== null) return { start: start + heredoc[0].length, end: start + raw.trimEnd().lastIndexOf('\n') };
  return raw.startsWith('"') && raw.endsWith('"') && raw.length > 1
    ? { start: start + 1, end: end - 1 }
    : { start, end };
}
