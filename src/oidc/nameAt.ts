/** What kind of name is written at a place of Terraform code. */
export type WantedName = 'organization' | 'workspace' | 'project' | 'variable';

export interface NameAt {
  readonly wanted: WantedName;
  /** How much of it is written already. */
  readonly typed: string;
}

/** The block types that a place stands in, outermost first: the text before it is read for braces outside of strings and comments. */
function blocksBefore(text: string): readonly string[] {
  const open: string[] = [];
  const plain = text.replace(/"(?:[^"\\\n]|\\.)*"?|#.*|\/\/.*|\/\*(?:[^]*?\*\/|[^]*)/g, found =>
    found.startsWith('"') ? '""' : '',
  );
  // The first word of a line, or behind a brace, is the type of the block that opens next.
  let type: string | undefined;
  for (const [piece] of plain.matchAll(/[{}\n]|[A-Za-z_][\w-]*/g)) {
    if (/[\w-]/.test(piece)) {
      type ??= piece;
      continue;
    }
    if (piece === '{') open.push(type ?? '');
    if (piece === '}') open.pop();
    type = undefined;
  }
  return open;
}

/**
 * Which name is being typed at the end of `before`, the text of a file up to the caret: an organization, workspace or project where a
 * `cloud` or `remote` block asks for one, a variable of dynamic credentials where a key is named. Only inside of an open string.
 */
export function nameAt(before: string): NameAt | undefined {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const match = /^\s*(\w+)\s*=\s*"([^"$%\\]*)$/.exec(line);
  if (match === null) return undefined;
  const [, key = '', typed = ''] = match;
  if (key === 'key' && 'TFC_'.startsWith(typed.slice(0, 4).toUpperCase())) return { wanted: 'variable', typed };
  const blocks = blocksBefore(before.slice(0, before.length - line.length));
  const within = blocks.includes('cloud') || (blocks.includes('backend') && blocks.includes('terraform'));
  if (!within) return key === 'organization' ? { wanted: 'organization', typed } : undefined;
  if (key === 'organization') return { wanted: 'organization', typed };
  if (key === 'project') return { wanted: 'project', typed };
  return key === 'name' && blocks.at(-1) === 'workspaces' ? { wanted: 'workspace', typed } : undefined;
}

/** Variables that switch dynamic AWS credentials on and shape them; a tag may follow each. */
export const dynamicVariables = [
  'TFC_AWS_PROVIDER_AUTH',
  'TFC_AWS_RUN_ROLE_ARN',
  'TFC_AWS_PLAN_ROLE_ARN',
  'TFC_AWS_APPLY_ROLE_ARN',
  'TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE',
  'TFC_DEFAULT_AWS_RUN_ROLE_ARN',
  'TFC_DEFAULT_AWS_PLAN_ROLE_ARN',
  'TFC_DEFAULT_AWS_APPLY_ROLE_ARN',
  'TFC_DEFAULT_AWS_WORKLOAD_IDENTITY_AUDIENCE',
] as const;
