import { fail, ok, type Problem, type Result } from '../../core/problem';
import { applyEdits } from '../../core/text';
import { removeFromHcl } from '../../lint/edits/hclRemoval';
import { pathInJson, setInJson } from '../../lint/edits/jsonEdits';
import { indentAt, lineBreakOf, lineEnd } from '../../lint/edits/lines';
import { attributeOf, blocksOf, type NamedBlock, type Root, type SourceFile } from '../../terraform/model';
import type { Attribute, Block } from '../../terraform/syntax/ast';
import { problem, quoted, tagsText, type WorkspaceChoice } from './cloudBlock';
import type { NewText } from './draft';

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
  // Terraform takes an empty text for none.
  const { workspaces: chosen } = root.cloud;
  const named = chosen.by === 'name';
  const refused = contradiction(root, more);
  if (refused !== undefined) return fail(refused);
  if (!named && more.workspaces === undefined)
    return fail(
      problem(
        'prefix-needs-tags',
        chosen.by === 'prefix'
          ? 'The backend finds its workspaces by a prefix, and a cloud block knows names and tags only.'
          : 'The backend names no workspace.',
        'Give the workspaces a tag in HCP Terraform and name that (--tags), or name one workspace (--workspace).',
      ),
    );
  const organization = attributeOf(backend.body, 'organization');
  const hasOrganization =
    root.cloud.organization.state === 'known' || (organization !== undefined && !isEmpty(organization));
  if (!hasOrganization && more.organization === undefined)
    return fail(
      problem(
        'organization-missing',
        'The backend names no organization here (-backend-config gives it, which does not work with a cloud block).',
        'Name the organization (--organization).',
      ),
    );
  if (file.syntax === 'json') return jsonRemote(remote, more, named);
  const line =
    hasOrganization || more.organization === undefined ? undefined : `organization = ${quoted(more.organization)}`;
  const choice = named ? undefined : more.workspaces;
  const empty =
    backend.body.blocks.length === 0 && file.text.slice(backend.open.end, backend.close.start).trim() === '';
  const edits = [
    // `backend "remote"` with whatever stands between the two words.
    {
      span: { start: backend.typeSpan.start, end: backend.labels.at(-1)?.end ?? backend.typeSpan.end },
      newText: 'cloud',
    },
    ...(empty && choice !== undefined
      ? [wholeBody(file, backend, line, choice)]
      : [
          ...(line === undefined
            ? []
            : organization === undefined
              ? [insertArgument(file, backend, line)]
              : [{ span: { start: organization.start, end: organization.end }, newText: line }]),
          ...(choice === undefined ? [] : workspacesEdit(file, backend, workspaces, choice)),
          ...leftover(file, workspaces, named),
        ]),
  ];
  return ok({ file, text: applyEdits(file.text, edits) });
}

/** What was asked for and the block says otherwise: another organization or workspace has other state. */
function contradiction(
  { cloud }: Root,
  more: { readonly workspaces?: WorkspaceChoice; readonly organization?: string },
): Problem | undefined {
  const { organization, workspaces } = cloud;
  const next = 'Leave the option out, or change the block first: another place has another state.';
  if (more.organization !== undefined && organization.state === 'known' && organization.value !== more.organization)
    return problem(
      'organization-differs',
      `The backend is for organization "${organization.value}", not for "${more.organization}".`,
      next,
    );
  if (more.workspaces === undefined || workspaces.by !== 'name' || workspaces.name.state !== 'known') return undefined;
  const same = more.workspaces.by === 'name' && more.workspaces.name === workspaces.name.value;
  return same
    ? undefined
    : problem('workspace-differs', `The backend is for workspace "${workspaces.name.value}" alone.`, next);
}

const isEmpty = ({ value }: Attribute): boolean =>
  value.kind === 'null' || (value.kind === 'string' && value.value === '');

/** The name or the prefix that is empty: Terraform passes over it in a backend, and a cloud block has no prefix. */
function leftover(
  file: SourceFile,
  workspaces: Block | undefined,
  named: boolean,
): readonly { readonly span: { readonly start: number; readonly end: number }; readonly newText: string }[] {
  if (workspaces === undefined) return [];
  const name = attributeOf(workspaces.body, 'name');
  const prefix = attributeOf(workspaces.body, 'prefix');
  // Of both, one made place for the choice.
  const extra = named ? prefix : prefix === undefined ? undefined : name;
  return extra === undefined ? [] : removeFromHcl(file.text, file.parsed, [extra]);
}

/** The inside of a block that held nothing. */
function wholeBody(
  file: SourceFile,
  block: Block,
  line: string | undefined,
  choice: WorkspaceChoice,
): { readonly span: { readonly start: number; readonly end: number }; readonly newText: string } {
  const eol = lineBreakOf(file.text);
  const outer = indentAt(file.text, block.typeSpan.start);
  const lines = [
    ...(line === undefined ? [] : [`  ${line}`, '']),
    '  workspaces {',
    `    ${argumentOf(choice)}`,
    '  }',
  ].map(text => (text === '' ? '' : outer + text));
  return {
    span: { start: block.open?.end ?? block.end, end: block.close?.start ?? block.end },
    newText: `${eol}${lines.join(eol)}${eol}${outer}`,
  };
}

const argumentOf = (choice: WorkspaceChoice): string =>
  choice.by === 'name' ? `name = ${quoted(choice.name)}` : `tags = ${tagsText(choice.tags)}`;

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
  const argument = argumentOf(choice);
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
  const place = attributeOf(workspaces.body, 'prefix') ?? attributeOf(workspaces.body, 'name');
  if (place !== undefined) return [{ span: { start: place.start, end: place.end }, newText: argument }];
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
  if (!rest['organization']) delete rest['organization'];
  const cloud = {
    ...(more.organization !== undefined && rest['organization'] === undefined && { organization: more.organization }),
    ...rest,
    workspaces:
      named || more.workspaces === undefined
        ? withoutEmpty(workspaces)
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

/** A cloud block has no prefix, not even an empty one. */
function withoutEmpty(workspaces: unknown): unknown {
  if (Array.isArray(workspaces)) return workspaces.map(withoutEmpty);
  if (typeof workspaces !== 'object' || workspaces === null) return workspaces;
  return Object.fromEntries(Object.entries(workspaces).filter(([key, value]) => key !== 'prefix' || Boolean(value)));
}
