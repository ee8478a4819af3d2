import type { Span } from '../../core/text';
import { at, type Root, type SourceFile } from '../../terraform/model';
import type { Attribute, Body } from '../../terraform/syntax/ast';
import { removal } from '../edits/fixes';
import type { Fix } from '../finding';
import { allProviders } from '../providers';
import type { Rule, RuleFinding } from '../rule';
import { findKeys, type KeyMatch, mayHoldKeys } from '../secrets/detect';
import { textPieces, type TextPiece } from '../secrets/strings';
import { backendArguments } from '../backends';
import { keyArguments } from '../arguments';

export const hardCodedKey: Rule = {
  code: 'hard-coded-key',
  severity: 'error',
  title: 'AWS access key in the code',
  explanation:
    'An access key id (AKIA…, ASIA…), or a secret access key: 40 random characters where a name or a key id beside them says so. Everyone who can read the repository has it. AWS’s documentation examples, ARNs, hashes, commit ids and UUIDs are not reported.',
  fix: 'Removes the default of a variable or the line of a tfvars file. Deactivate the key in AWS as well.',
  check({ root }) {
    return filesOf(root).flatMap(file => {
      if (!mayHoldKeys(file.text)) return [];
      const elsewhere = coveredSpans(root, file);
      const found = textPieces(file)
        .filter(piece => !elsewhere.some(span => span.start <= piece.span.start && piece.span.end <= span.end))
        .flatMap(piece => findKeys(piece.value, piece).map(match => finding(file, piece, match)));
      return [...found, ...outsideOfStrings(file, [...elsewhere, ...found.map(f => f.location.span)])];
    });
  },
};

/** Every file of the root that may hold a key, each once. */
function filesOf(root: Root): readonly SourceFile[] {
  const all = [...root.modules.flatMap(module => module.files), ...root.otherFiles];
  return [...new Map(all.map(file => [file.path, file])).values()];
}

/** Arguments that static-credentials and backend-credentials report. */
function coveredSpans(root: Root, file: SourceFile): readonly Span[] {
  const inProviders = allProviders(root)
    .filter(({ provider }) => provider.file.path === file.path)
    .flatMap(({ provider }) => provider.body.attributes.filter(a => keyArguments.some(name => name === a.name)));
  const inBackends = backendArguments(root)
    .filter(a => a.file.path === file.path && a.backend === 's3' && keyArguments.some(name => name === a.name))
    .map(a => a.span);
  return [...inProviders, ...inBackends];
}

function finding(file: SourceFile, piece: TextPiece, match: KeyMatch): RuleFinding {
  return {
    location: at(file, placeInSource(file.text, piece, match)),
    statement: piece.statement,
    message: `${what(match)} is written down in ${place(file, piece.trail)}. Everyone who can read this file has it: remove it, and deactivate the key in AWS.`,
    fixes: fixes(file, piece),
  };
}

function what(match: KeyMatch): string {
  return match.kind === 'id' ? 'An AWS access key id' : 'An AWS secret access key';
}

function place(file: SourceFile, trail: readonly string[]): string {
  const [type, label, ...rest] = trail;
  const path = rest.filter(step => step !== '').join('.');
  if (isValues(file)) return `the value of ${trail.join('.')}`;
  if (type === 'variable' && rest[0] === 'default') return `the default of variable "${label ?? ''}"`;
  if (type === 'locals') return `local "${trail.slice(1).join('.')}"`;
  if (type === 'output') return `output "${label ?? ''}"`;
  if (type === 'module' || type === 'provider') return `${type} "${label ?? ''}"${path === '' ? '' : `, ${path}`}`;
  return trail.filter(step => step !== '').join('.');
}

/** The key itself where the source has it letter by letter; the whole literal where escapes hide it. */
function placeInSource(text: string, piece: TextPiece, match: KeyMatch): Span {
  const key = piece.value.slice(match.start, match.end);
  const source = text.slice(piece.span.start, piece.span.end);
  const before = piece.value.slice(0, match.start).split(key).length - 1;
  let at = -1;
  for (let i = 0; i <= before; i++) at = source.indexOf(key, at + 1);
  if (at === -1) return { start: piece.span.start, end: piece.span.end };
  return { start: piece.span.start + at, end: piece.span.start + at + key.length };
}

function fixes(file: SourceFile, piece: TextPiece): readonly Fix[] {
  const attribute = removableAttribute(file, piece);
  if (attribute === undefined) return [];
  const title = isValues(file)
    ? `Remove ${attribute.name}`
    : `Remove the default of variable "${piece.trail[1] ?? ''}"`;
  return removal(file, attribute, { title, preferred: false });
}

/** Lines of such a file stand for themselves. */
const isValues = ({ role }: SourceFile): boolean => role === 'tfvars' || role === 'backend';

/** Only a variable's default and a tfvars line can go without leaving a reference behind. */
function removableAttribute(file: SourceFile, piece: TextPiece): Attribute | undefined {
  const own = (body: Body): Attribute | undefined =>
    body.attributes.find(a => a.start === piece.statement.start && a.end === piece.statement.end);
  if (isValues(file)) return own(file.parsed.body);
  if (piece.trail[0] !== 'variable' || piece.trail[2] !== 'default') return undefined;
  for (const block of file.parsed.body.blocks) {
    const found = block.type === 'variable' ? own(block.body) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Comments, JSON's "//" entries and text that could not be parsed: only key ids can be told there, by their own look. */
function outsideOfStrings(file: SourceFile, reported: readonly Span[]): readonly RuleFinding[] {
  const starts = new Set(reported.map(span => span.start));
  return findKeys(file.text, { namesSecret: false, nearKeyId: false })
    .filter(match => match.kind === 'id')
    .filter(match => !starts.has(match.start))
    .filter(match => !reported.some(span => span.start <= match.start && match.end <= span.end))
    .map(match => {
      const inComment = file.parsed.comments.some(c => c.start <= match.start && match.end <= c.end);
      return {
        location: at(file, match),
        message: `${what(match)} is written down in ${inComment ? 'a comment' : 'this file'}. Everyone who can read this file has it: remove it, and deactivate the key in AWS.`,
      };
    });
}
