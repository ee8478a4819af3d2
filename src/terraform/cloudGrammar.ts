import { at, blocksOf, headerSpan, type ProjectProblem, type SourceFile } from './model';
import type { Block, Body } from './syntax/ast';

/** What `cloud` and `backend "remote"` take (hashicorp/terraform internal/configs/cloud.go, internal/backend/remote/backend.go). */
const grammar = {
  cloud: { own: ['hostname', 'organization', 'token'], workspaces: ['name', 'tags', 'project'] },
  remote: { own: ['hostname', 'organization', 'token'], workspaces: ['name', 'prefix'] },
} as const;

/** Arguments and blocks that Terraform refuses in such a block. */
export function refusedIn(block: Block, kind: keyof typeof grammar, file: SourceFile): readonly ProjectProblem[] {
  const { own, workspaces } = grammar[kind];
  const name = kind === 'cloud' ? 'The cloud block' : 'backend "remote"';
  const blocks = blocksOf(block.body, 'workspaces');
  return [
    ...block.body.attributes
      .filter(a => a.name === 'workspaces')
      .map(a => problem(file, a.nameSpan, `${name} takes "workspaces" as a block; write it without "=".`)),
    ...unsupported(block.body, [...own, 'workspaces'], name, file),
    ...block.body.blocks
      .filter(b => b.type !== 'workspaces')
      .map(b => problem(file, headerSpan(b), `${name} takes no block of this type; Terraform refuses it.`)),
    ...blocks
      .slice(1)
      .map(b => problem(file, headerSpan(b), `${name} takes one workspaces block; Terraform refuses a second one.`)),
    ...blocks.flatMap(b => unsupported(b.body, workspaces, 'Its workspaces block', file)),
  ];
}

function unsupported(body: Body, known: readonly string[], owner: string, file: SourceFile): readonly ProjectProblem[] {
  return body.attributes
    .filter(a => !known.includes(a.name))
    .map(a =>
      problem(
        file,
        a.nameSpan,
        `${owner} takes ${known.filter(k => k !== 'workspaces').join(', ')} only; Terraform refuses another argument.`,
      ),
    );
}

function problem(file: SourceFile, span: { start: number; end: number }, message: string): ProjectProblem {
  return { code: 'cloud-refused', message, location: at(file, span) };
}
