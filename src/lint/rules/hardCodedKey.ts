import type { Span } from '../../core/text';
import type { Module, SourceFile } from '../../terraform/model';
import type { Attribute, Block, Body } from '../../terraform/syntax/ast';
import type { Fix } from '../finding';
import { remove } from '../removal';
import type { Rule, RuleFinding } from '../rule';
import { findKeys } from '../secrets';

export const hardCodedKey: Rule = {
  code: 'hard-coded-key',
  severity: 'error',
  summary: 'An AWS access key id or secret anywhere else in the code',
  explanation:
    "A key that is written into a variable default, a local, a module argument, a tfvars file, a provisioner or a heredoc is in the history of the repository for good, and works for everyone who reads it until it is deleted in IAM. Delete the key in IAM first, then remove it here. The keys of AWS's own documentation (they hold the word EXAMPLE), ARNs and hashes are no findings; a secret counts only with a name or a key id beside it, since forty letters alone may be anything.",
  run: context => [
    ...context.modules.flatMap(module => module.files.flatMap(file => inFile(file, covered(module, file)))),
    ...context.root.tfvarsFiles.flatMap(file => inFile(file, [])),
  ],
};

/** Places that other rules report. */
function covered(module: Module, file: SourceFile): readonly Span[] {
  const names = new Set(['access_key', 'secret_key', 'token']);
  const bodies = [
    ...module.providers.filter(p => p.file === file).map(p => p.body),
    ...module.terraformBlocks
      .filter(t => t.file === file)
      .flatMap(t => t.body.blocks.filter(b => b.type === 'backend' || b.type === 'cloud').map(b => b.body)),
  ];
  const remote = module.resources
    .filter(r => r.file === file && r.type === 'terraform_remote_state')
    .flatMap(r =>
      r.body.attributes
        .filter(a => a.name === 'config')
        .flatMap(a => (a.value.kind === 'object' ? a.value.items.filter(i => names.has(i.keyText ?? '')) : [])),
    );
  return [...bodies.flatMap(body => body.attributes.filter(a => names.has(a.name))), ...remote];
}

/**
 * Looks at the text of each top-level argument or block as it is written: literals, heredocs, templates and comments alike.
 * The name of a finding's place is the nearest argument's.
 */
function inFile(file: SourceFile, skip: readonly Span[]): readonly RuleFinding[] {
  if (!/AKIA|ASIA|[A-Za-z0-9/+]{40}/.test(file.text)) return [];
  const places = argumentsOf(file.parsed.body);
  return findKeysByLine(file.text, places).flatMap((key): RuleFinding[] => {
    if (skip.some(s => s.start <= key.start && key.end <= s.end)) return [];
    const place = key.place;
    return [
      {
        file,
        span: { start: key.start, end: key.end },
        message: `An AWS ${key.what} is written ${place === undefined ? 'here' : `into ${place.title}`}. Delete the key in IAM, then remove it here: the repository keeps it for good.`,
        ...(place === undefined ? {} : { anchor: place.span.start }),
        fixes: place?.fix === undefined ? [] : [place.fix(file)],
      },
    ];
  });
}

interface Place {
  readonly span: Span;
  readonly name: string;
  readonly title: string;
  readonly fix: ((file: SourceFile) => Fix) | undefined;
}

function argumentsOf(body: Body): readonly Place[] {
  const out: Place[] = [];
  const visit = (current: Body, path: readonly Block[]): void => {
    for (const attribute of current.attributes) out.push(placeOf(attribute, path));
    for (const block of current.blocks) visit(block.body, [...path, block]);
  };
  visit(body, []);
  return out.sort((a, b) => a.span.start - b.span.start);
}

function placeOf(attribute: Attribute, path: readonly Block[]): Place {
  const [outer] = path;
  const label = outer?.labels.at(-1)?.value;
  const span = { start: attribute.start, end: attribute.end };
  const removal =
    (title: string): Place['fix'] =>
    file => ({ id: 'remove-argument', title, edits: [remove(file, span)], preferred: false });
  if (outer === undefined) {
    return {
      span,
      name: attribute.name,
      title: `the assignment of ${attribute.name}`,
      fix: removal(`Remove the assignment of ${attribute.name}`),
    };
  }
  if (outer.type === 'variable' && attribute.name === 'default') {
    return {
      span,
      name: label ?? '',
      title: `the default of variable "${label ?? ''}"`,
      fix: removal('Remove the default'),
    };
  }
  if (outer.type === 'locals') return { span, name: attribute.name, title: `local.${attribute.name}`, fix: undefined };
  const where = [outer.type, ...outer.labels.map(l => `"${l.value}"`)].join(' ');
  return { span, name: attribute.name, title: `${attribute.name} of ${where}`, fix: undefined };
}

interface PlacedKey extends Span {
  readonly what: string;
  readonly place: Place | undefined;
}

/** Keys inside of arguments, with the argument's name for context; then keys in what is left (comments, broken parts). */
function findKeysByLine(text: string, places: readonly Place[]): readonly PlacedKey[] {
  const out: PlacedKey[] = [];
  let at = 0;
  const rest = (from: number, to: number): void => {
    if (to <= from) return;
    for (const key of findKeys(text.slice(from, to), ''))
      out.push({ what: key.what, start: from + key.start, end: from + key.end, place: undefined });
  };
  for (const place of places) {
    if (place.span.start < at) continue;
    rest(at, place.span.start);
    for (const key of findKeys(text.slice(place.span.start, place.span.end), place.name)) {
      out.push({ what: key.what, start: place.span.start + key.start, end: place.span.start + key.end, place });
    }
    at = place.span.end;
  }
  rest(at, text.length);
  return out;
}
