import { fail, ok, type Problem, type Result } from '../../core/problem';
import { applyEdits } from '../../core/text';
import { appendLines, applyToFile, toEdits } from '../../lint/edits/fixes';
import { pathInJson, setInJson } from '../../lint/edits/jsonEdits';
import { indentAt, lineBreakOf, lineEnd } from '../../lint/edits/lines';
import { attributeOf, blocksOf, type NamedBlock, type Root, type SourceFile } from '../../terraform/model';
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
        'Turn it into a cloud block: tfc-oidc cloud --from-remote.',
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

const problem = (code: string, message: string, nextStep: string): Problem => ({ code, message, nextStep });

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
const quoted = (text: string): string =>
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

function tagsText(tags: readonly string[] | Readonly<Record<string, string>>): string {
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

/** The block that is the root's `backend "remote"`, with its file and its `terraform` block. */
function remoteOf(root: Root): (NamedBlock & { readonly backend: Block }) | undefined {
  const { block, location } = root.cloud;
  if (root.cloud.kind !== 'remote' || block === undefined || location === undefined) return undefined;
  for (const holder of root.module.terraformBlocks) {
    if (holder.file.path !== location.file) continue;
    const backend = holder.body.blocks.find(b => b.type === 'backend' && b.start === block.start);
    if (backend !== undefined) return { ...holder, backend };
  }
  return undefined;
}

/**
 * Turns `backend "remote"` into `cloud`. `workspaces` takes the place of a `prefix`, which a cloud block has not; where the block
 * names no organization (`-backend-config` gave it, which does not work with `cloud`), `organization` is needed.
 * https://developer.hashicorp.com/terraform/cli/cloud/migrating
 */
export function remoteToCloud(
  root: Root,
  more: { readonly workspaces?: WorkspaceChoice; readonly organization?: string } = {},
): Result<NewText> {
  const remote = remoteOf(root);
  if (remote === undefined)
    return fail(problem('no-remote', 'The root has no backend "remote".', 'Choose a root that has one.'));
  const { file, backend } = remote;
  if (
    file.parsed.problems.length > 0 ||
    file.parsed.recovered ||
    backend.open === undefined ||
    backend.close === undefined
  )
    return fail(
      problem('syntax', `${file.path} has a syntax error.`, 'Correct it ("terraform fmt" names the place) first.'),
    );
  const [workspaces] = blocksOf(backend.body, 'workspaces');
  const prefix = workspaces === undefined ? undefined : attributeOf(workspaces.body, 'prefix');
  const named = workspaces !== undefined && attributeOf(workspaces.body, 'name') !== undefined;
  if (!named && more.workspaces === undefined)
    return fail(
      problem(
        'prefix-needs-tags',
        prefix === undefined
          ? 'The backend names no workspace.'
          : 'The backend finds its workspaces by a prefix, and a cloud block knows names and tags only.',
        'Give the workspaces a tag in HCP Terraform and repeat with --tags, or name one with --workspace.',
      ),
    );
  const organization = attributeOf(backend.body, 'organization');
  if (organization === undefined && more.organization === undefined)
    return fail(
      problem(
        'organization-missing',
        'The backend names no organization here (-backend-config gives it, which does not work with a cloud block).',
        'Repeat with --organization.',
      ),
    );
  if (file.syntax === 'json') return jsonRemote(remote, more, named);
  const edits = [
    // `backend "remote"` with whatever stands between the two words.
    {
      span: { start: backend.typeSpan.start, end: backend.labels.at(-1)?.end ?? backend.typeSpan.end },
      newText: 'cloud',
    },
    ...(organization === undefined && more.organization !== undefined
      ? [insertArgument(file, backend, `organization = ${quoted(more.organization)}`)]
      : []),
    ...(named || more.workspaces === undefined ? [] : workspacesEdit(file, backend, workspaces, more.workspaces)),
  ];
  return ok({ file, text: applyEdits(file.text, edits) });
}

/** As the first line of a block. */
function insertArgument(
  file: SourceFile,
  block: Block,
  line: string,
): { readonly span: { readonly start: number; readonly end: number }; readonly newText: string } {
  const { text } = file;
  const eol = lineBreakOf(text);
  const at = block.open?.end ?? block.end;
  const outer = indentAt(text, block.typeSpan.start);
  const closing = block.close?.start ?? at;
  const oneLine = lineEnd(text, at) >= closing;
  // On one line what follows starts a line of its own.
  const behind = !oneLine ? '' : text.slice(at, closing).trim() === '' ? `${eol}${outer}` : `${eol}${outer}  `;
  const start = oneLine ? at : lineEnd(text, at);
  const space = oneLine ? (/^[ \t]*/.exec(text.slice(at))?.[0].length ?? 0) : 0;
  return { span: { start, end: start + space }, newText: `${eol}${outer}  ${line}${behind}` };
}

function workspacesEdit(
  file: SourceFile,
  backend: Block,
  workspaces: Block | undefined,
  choice: WorkspaceChoice,
): readonly { readonly span: { readonly start: number; readonly end: number }; readonly newText: string }[] {
  const argument = choice.by === 'name' ? `name = ${quoted(choice.name)}` : `tags = ${tagsText(choice.tags)}`;
  if (workspaces === undefined) {
    const eol = lineBreakOf(file.text);
    const outer = indentAt(file.text, backend.typeSpan.start);
    const close = backend.close?.start ?? backend.end;
    const start = file.text.slice(0, close).trimEnd().length;
    return [
      {
        span: { start, end: close },
        newText: `${eol}${eol}${outer}  workspaces {${eol}${outer}    ${argument}${eol}${outer}  }${eol}${outer}`,
      },
    ];
  }
  const prefix = attributeOf(workspaces.body, 'prefix');
  if (prefix !== undefined) return [{ span: { start: prefix.start, end: prefix.end }, newText: argument }];
  return [insertArgument(file, workspaces, argument)];
}

function jsonRemote(
  { file, block, backend }: NamedBlock & { readonly backend: Block },
  more: { readonly workspaces?: WorkspaceChoice; readonly organization?: string },
  named: boolean,
): Result<NewText> {
  const shape = fail(
    problem('json-shape', `${file.path} has a form that is not edited here.`, 'Write the block by hand.'),
  );
  if (backend.open === undefined || backend.close === undefined || block.open === undefined) return shape;
  let value: unknown;
  try {
    value = JSON.parse(file.text.slice(backend.open.start, backend.close.end));
  } catch {
    return shape;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return shape;
  const { workspaces, ...rest } = value as Record<string, unknown>;
  const cloud = {
    ...(more.organization !== undefined && rest['organization'] === undefined && { organization: more.organization }),
    ...rest,
    workspaces:
      named || more.workspaces === undefined
        ? workspaces
        : more.workspaces.by === 'name'
          ? { name: more.workspaces.name }
          : { tags: more.workspaces.tags },
  };
  const path = pathInJson(file.text, block.open.start);
  if (path === undefined) return shape;
  const added = applyEdits(file.text, setInJson(file.text, undefined, [...path, 'cloud'], cloud));
  const text = applyEdits(added, setInJson(added, undefined, [...path, 'backend'], undefined));
  return ok({ file, text });
}
