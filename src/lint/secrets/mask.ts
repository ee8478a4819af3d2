import { secretSpans } from '../../core/redact';
import { type Location, type Span, touchesAny } from '../../core/text';
import type { SourceFile } from '../../terraform/model';
import { visitExpressions } from '../../terraform/syntax/walk';
import type { Finding } from '../finding';
import { findKeys } from './detect';
import { isHarmless, isProse } from './harmless';
import { type TextPiece, textPieces } from './strings';

/** A file as it may be shown. */
export interface MaskedFile {
  /** Of the same length as the file, so that offsets still hold. */
  readonly text: string;
  /** What is masked, and so not to be kept in a journal either. */
  readonly hidden: readonly Span[];
  /** The values of the literals that are secrets, for a later text of the file. */
  readonly values: ReadonlySet<string>;
}

/** Findings about credentials: every literal below their argument is one, whatever it looks like. */
const carriers: ReadonlySet<string> = new Set([
  'hard-coded-key',
  'static-credentials',
  'cloud-token',
  'backend-credentials',
]);

/** Names of arguments, variables and object keys whose values are secrets. Names of files, ARNs and the like end otherwise. */
const secretName =
  /(?:secret|secret_?key|token|password|passwd|passphrase|private_?key|api_?key|access_?key|secret_?string|secret_?binary|connection_?string)(?:_wo)?$/i;

/** What is a secret whatever it looks like. */
interface Also {
  /** Values that were secrets in an earlier text of the file. */
  readonly known?: ReadonlySet<string>;
  readonly secrets?: readonly Location[];
}

/**
 * A file's text with asterisks in place of every literal and comment that is not known to be harmless: what a fix removes, and what
 * stands beside it, must not be printed on the way.
 */
export function maskFile(
  file: SourceFile,
  findings: readonly Finding[],
  { known = new Set<string>(), secrets = [] }: Also = {},
): MaskedFile {
  const hidden: Span[] = [...findKeys(file.text, { namesSecret: true, nearKeyId: true }), ...secretSpans(file.text)];
  const values = new Set(known);
  const carried = findings.filter(f => carriers.has(f.code)).map(f => f.location);
  const isAbout = touchesAny([...carried, ...secrets].flatMap(at => (at.file === file.path ? [at.span] : [])));
  const sensitive = sensitiveVariables(file);
  const pieces = textPieces(file);
  for (const piece of pieces) {
    const secret = isAbout(piece.statement) || isSecret(piece, sensitive, known);
    if (secret && piece.value.trim().length > 3) values.add(piece.value);
    if (secret || !isHarmless(piece)) hidden.push(content(file.text, piece));
  }
  visitExpressions(file.parsed.body, expression => {
    // A value without its quotes: Terraform's own references have a dot, and names in a module are plain words.
    if (expression.kind === 'reference' && !expression.path.includes('.'))
      if (isAbout(expression) || !/^[a-z_]*\d?$/.test(expression.path)) hidden.push(expression);
    if (expression.kind !== 'number') return;
    const long = /\d{8}/.test(expression.text) && expression.text.length !== 12;
    if (long || isAbout(expression)) hidden.push(expression);
  });
  hidden.push(...(file.syntax === 'json' ? jsonStrings(file.text, pieces, hidden) : comments(file)));
  return { text: masked(file.text, hidden), hidden, values };
}

function comments({ text, parsed }: SourceFile): readonly Span[] {
  return parsed.comments.flatMap(({ start, end }) => {
    const said = text.slice(start, end).replace(/^(?:#|\/\/|\/\*)|\*\/$/g, marks => ' '.repeat(marks.length));
    if (isProse(said.trim())) return [];
    return [{ start: start + said.search(/\S/), end: start + said.trimEnd().length }];
  });
}

/**
 * Strings of JSON that are masked as a whole: those that are neither a key nor in the tree (what stands behind "//", for one), those of
 * which a part is masked, and those with a directive, which may end the tree's knowledge of them.
 */
function jsonStrings(text: string, pieces: readonly TextPiece[], hidden: readonly Span[]): readonly Span[] {
  const inTree = touchesAny(pieces.map(piece => piece.span));
  const isHidden = touchesAny(hidden);
  const out: Span[] = [];
  for (const { 0: found, index: start } of text.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
    const end = start + found.length;
    if (/^\s{0,100}:/.test(text.slice(end, end + 101))) continue;
    const whole = found.includes('%{') || isHidden({ start, end });
    if (whole || (!inTree({ start, end }) && !isProse(found.slice(1, -1))))
      out.push({ start: start + 1, end: end - 1 });
  }
  return out;
}

function masked(text: string, spans: readonly Span[]): string {
  // UTF-16 code units, as offsets count them.
  const chars = text.split('');
  for (const { start, end } of spans) for (let i = start; i < end; i++) if (!/\s/.test(chars[i] ?? ' ')) chars[i] = '*';
  return chars.join('');
}

function isSecret(piece: TextPiece, sensitive: ReadonlySet<string>, known: ReadonlySet<string>): boolean {
  const { trail, blocks, value } = piece;
  if (known.has(value) || trail.slice(blocks).some(name => secretName.test(name))) return true;
  const [type, label = ''] = trail;
  if (type === 'variable' && trail[blocks] === 'default' && (secretName.test(label) || sensitive.has(label)))
    return true;
  return findKeys(value, { namesSecret: true, nearKeyId: true }).length > 0;
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
function content(text: string, { span: { start, end } }: TextPiece): Span {
  const raw = text.slice(start, end);
  const heredoc = /^<<-?[^\r\n]*\r?\n/.exec(raw);
  if (heredoc !== null) return { start: start + heredoc[0].length, end: start + raw.trimEnd().lastIndexOf('\n') };
  return raw.startsWith('"') && raw.endsWith('"') && raw.length > 1
    ? { start: start + 1, end: end - 1 }
    : { start, end };
}
