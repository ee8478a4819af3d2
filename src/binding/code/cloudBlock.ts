import { fail, ok, type Problem, type Result } from '../../core/problem';
import { applyEdits } from '../../core/text';
import { appendLines, applyToFile, toEdits } from '../../lint/edits/fixes';
import { setInJson } from '../../lint/edits/jsonEdits';
import { indentAt, lineBreakOf, lineEnd } from '../../lint/edits/lines';
import type { Root, SourceFile } from '../../terraform/model';
import type { Block } from '../../terraform/syntax/ast';
import type { NewText } from './draft';

/** What a `cloud` block says (https://developer.hashicorp.com/terraform/cli/cloud/settings). */
export interface CloudChoice {
  readonly hostname: string;
  readonly organization: string;
  readonly workspaces: WorkspaceChoice;
  /** Filter and place for new workspaces; mostly left out. */
  readonly project?: string;
}

export type WorkspaceChoice =
  | { readonly by: 'name'; readonly name: string }
  | { readonly by: 'tags'; readonly tags: readonly string[] | Readonly<Record<string, string>> };

const defaultHost = 'app.terraform.io';

/** The new text of the file that gets a `cloud` block; refused where the root says already where its state is. */
export function addCloudBlock(root: Root, choice: CloudChoice): Result<NewText> {
  if (root.dialect === 'stack')
    return fail(
      problem('stack', 'A Stack has no cloud block.', 'Name organization and project with TF_CLOUD_* in its place.'),
    );
  if (root.cloud.kind === 'cloud')
    return fail(problem('cloud-exists', 'The root has a cloud block already.', 'Change that block.'));
  if (root.cloud.kind === 'remote')
    return fail(
      problem(
        'remote-exists',
        'The root has a backend "remote".',
        'Turn it into a cloud block (tfc-oidc cloud --from-remote).',
      ),
    );
  if (root.backend !== undefined)
    return fail(
      problem(
        'backend-exists',
        `The root keeps its state in a backend "${root.backend.type}", and Terraform allows only one place.`,
        'Remove that block first, then run terraform init: it asks whether to move the state.',
      ),
    );
  const place = placeFor(root);
  if (place === undefined)
    return fail(
      problem('no-file', 'The root has no file that can be edited.', 'Make a file terraform.tf and try again.'),
    );
  const { file, block } = place;
  const broken = file.parsed.problems.length > 0 || file.parsed.recovered;
  if (broken)
    return fail(
      problem('syntax', `${file.path} has a syntax error.`, 'Correct it ("terraform fmt" names the place) first.'),
    );
  const withHost = root.dialect === 'opentofu' || choice.hostname !== defaultHost;
  if (file.syntax === 'json') return jsonCloud(file, block, choice, withHost);
  const inner = cloudLines(choice, withHost);
  if (block === undefined) {
    const lines = ['terraform {', ...inner.map(line => (line === '' ? '' : `  ${line}`)), '}'];
    return ok({ file, text: applyToFile(file, appendLines(file, lines)) });
  }
  return insertInto(file, block, inner);
}

export const problem = (code: string, message: string, nextStep: string): Problem => ({ code, message, nextStep });

/** A `terraform` block of the root's own files, or the file that should get one. */
function placeFor(root: Root): { readonly file: SourceFile; readonly block: Block | undefined } | undefined {
  const own = root.module.terraformBlocks.filter(b => !b.file.override && b.file.role === 'config');
  const chosen = own.find(b => b.file.syntax === 'hcl') ?? own[0];
  if (chosen !== undefined) return { file: chosen.file, block: chosen.block };
  const files = root.module.files.filter(f => !f.override && f.role === 'config');
  const named = (name: string): SourceFile | undefined =>
    files.find(f => new RegExp(`(?:^|[\\\\/])${name}\\.(?:tf|tofu)$`).test(f.path));
  const file =
    named('terraform') ??
    named('versions') ??
    named('backend') ??
    named('main') ??
    files.find(f => f.syntax === 'hcl') ??
    files[0];
  return file === undefined ? undefined : { file, block: undefined };
}

/** A text as an HCL string: quotes, backslashes and template marks escaped. */
export const quoted = (text: string): string =>
  `"${text
    .replace(/[\\"]/g, c => `\\${c}`)
    .replace(/\n/g, '\\n')
    .replace(/([$%])\{/g, '$1$1{')}"`;

function cloudLines(choice: CloudChoice, withHost: boolean): readonly string[] {
  const settings: (readonly [string, string])[] = [
    ...(withHost ? [['hostname', quoted(choice.hostname)] as const] : []),
    ['organization', quoted(choice.organization)],
  ];
  const { workspaces, project } = choice;
  const inner: (readonly [string, string])[] = [
    ...(project === undefined ? [] : [['project', quoted(project)] as const]),
    workspaces.by === 'name' ? ['name', quoted(workspaces.name)] : ['tags', tagsText(workspaces.tags)],
  ];
  return [
    'cloud {',
    ...aligned(settings).map(line => `  ${line}`),
    '',
    '  workspaces {',
    ...aligned(inner).map(line => `    ${line}`),
    '  }',
    '}',
  ];
}

export function tagsText(tags: readonly string[] | Readonly<Record<string, string>>): string {
  if (isList(tags)) return `[${tags.map(quoted).join(', ')}]`;
  const items = Object.entries(tags).map(
    ([key, value]) => `${/^[A-Za-z_][\w-]*$/.test(key) ? key : quoted(key)} = ${quoted(value)}`,
  );
  return `{ ${items.join(', ')} }`;
}

const isList = (tags: readonly string[] | Readonly<Record<string, string>>): tags is readonly string[] =>
  Array.isArray(tags);

/** As `terraform fmt` aligns the equals signs of neighbours. */
function aligned(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)} = ${value}`);
}

/** As the first thing of a `terraform` block. */
function insertInto(file: SourceFile, block: Block, lines: readonly string[]): Result<NewText> {
  const { text } = file;
  if (block.open === undefined || block.close === undefined)
    return fail(problem('syntax', `${file.path} has a block that never closes.`, 'Close it first.'));
  const eol = lineBreakOf(text);
  const outer = indentAt(text, block.typeSpan.start);
  const unit = outer.includes('\t') || /\n\t/.test(text.slice(block.open.end, block.close.start)) ? '\t' : '  ';
  const written = lines.map(line =>
    line === '' ? '' : outer + unit + line.replace(/^(?: {2})+/, spaces => unit.repeat(spaces.length / 2)),
  );
  const rest = text.slice(block.open.end, block.close.start);
  const oneLine = lineEnd(text, block.open.end) >= block.close.start;
  const blank = rest.trim() === '';
  if (blank || oneLine) {
    const kept = blank ? [] : ['', outer + unit + rest.trim()];
    const inside = [...written, ...kept].join(eol);
    const span = { start: block.open.end, end: block.close.start };
    return ok({ file, text: applyEdits(text, [{ span, newText: `${eol}${inside}${eol}${outer}` }]) });
  }
  const at = block.open.end;
  // A comment behind the brace stays on its line.
  const end = lineEnd(text, at);
  const blankBehind = /^(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)/.test(text.slice(end));
  const newText = `${eol}${written.join(eol)}${blankBehind ? '' : eol}`;
  return ok({ file, text: applyEdits(text, toEdits(file, [{ span: { start: end, end }, newText }])) });
}

function jsonCloud(
  file: SourceFile,
  block: Block | undefined,
  choice: CloudChoice,
  withHost: boolean,
): Result<NewText> {
  const { workspaces } = choice;
  const cloud = {
    ...(withHost && { hostname: choice.hostname }),
    organization: choice.organization,
    workspaces: {
      ...(choice.project !== undefined && { project: choice.project }),
      ...(workspaces.by === 'name' ? { name: workspaces.name } : { tags: workspaces.tags }),
    },
  };
  const edits =
    block?.open === undefined
      ? setInJson(file.text, undefined, ['terraform', 'cloud'], cloud)
      : setInJson(file.text, block.open.start, ['cloud'], cloud);
  if (edits.length === 0)
    return fail(problem('json-shape', `${file.path} has a form that is not edited here.`, 'Write the block by hand.'));
  return ok({ file, text: applyEdits(file.text, edits) });
}
