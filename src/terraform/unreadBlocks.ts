import { at, attributeOf, blocksOf, type FileRole, headerSpan, type ProjectProblem, type SourceFile } from './model';
import type { Block } from './syntax/ast';

/**
 * The types of blocks at the top of a file whose meaning for AWS is known here, be it none. Sources: hashicorp/terraform
 * internal/configs/parser_config.go and internal/stacks/stackconfig, https://developer.hashicorp.com/terraform/language.
 */
const known: Readonly<Record<FileRole, ReadonlySet<string> | undefined>> = {
  config: new Set([
    ...['terraform', 'provider', 'resource', 'data', 'ephemeral', 'variable', 'output', 'locals', 'module'],
    ...['moved', 'import', 'removed', 'check'],
  ]),
  query: new Set(['list', 'provider', 'variable', 'locals']),
  component: new Set([
    ...['component', 'provider', 'required_providers', 'variable', 'output', 'locals', 'removed', 'import', 'moved'],
  ]),
  deployment: new Set([
    ...['deployment', 'identity_token', 'store', 'locals', 'orchestrate', 'publish_output', 'upstream_input'],
    ...['deployment_group', 'deployment_auto_approve', 'required_providers', 'provider'],
  ]),
  // Values, settings and tests make nothing of their own in a run.
  tfvars: undefined,
  test: undefined,
  backend: undefined,
  // What Terragrunt does beside writing code has a note of its own.
  terragrunt: undefined,
};

/** Blocks that the reader does not know or does not follow: what they need of AWS is in no policy. */
export function unreadBlocks(file: SourceFile): readonly ProjectProblem[] {
  if (file.role === 'terragrunt') return besideCode(file);
  const types = known[file.role];
  if (types === undefined) return [];
  return file.parsed.body.blocks.flatMap(block => {
    if (block.type === 'action' && readActions.has(block.labels[0]?.value ?? '')) return [];
    if (!types.has(block.type)) return [unread(file, block, block.type === 'action' ? isAction : '')];
    if (block.type === 'check') return othersIn(file, block, ['data', 'assert']);
    return block.type === 'terraform' ? encryption(file, block) : [];
  });
}

/** Actions whose calls are known (src/iam/needs/types/actions.ts holds the same names; a test compares them). */
export const readActions: ReadonlySet<string> = new Set([
  ...['aws_cloudfront_create_invalidation', 'aws_codebuild_start_build', 'aws_dynamodb_create_backup'],
  ...['aws_ec2_stop_instance', 'aws_events_put_events', 'aws_lambda_invoke', 'aws_ses_send_email'],
  ...['aws_sfn_start_execution', 'aws_sns_publish'],
]);

const isAction = ': what an action needs is not known here';

function othersIn(file: SourceFile, { body }: Block, expected: readonly string[]): readonly ProjectProblem[] {
  return body.blocks.filter(block => !expected.includes(block.type)).map(block => unread(file, block, ''));
}

/** OpenTofu's state encryption: a key of KMS is used in every plan and apply. */
function encryption(file: SourceFile, { body }: Block): readonly ProjectProblem[] {
  return blocksOf(body, 'encryption')
    .flatMap(block => blocksOf(block.body, 'key_provider'))
    .filter(block => block.labels[0]?.value !== 'aws_kms' && attributeOf(block.body, 'kms_key_id') !== undefined)
    .map(block => unread(file, block, ': allow kms:GenerateDataKey and kms:Decrypt on its key by hand'));
}

/** What Terraform has and the reader does not follow; other words of a file are not repeated, for they may be anything. */
const named: ReadonlySet<string> = new Set([
  'action',
  'stack',
  'data',
  'ephemeral',
  'resource',
  'key_provider',
  'list',
]);

function unread(file: SourceFile, block: Block, why: string): ProjectProblem {
  const type = block.labels[0]?.value ?? '';
  const shown = named.has(block.type) ? `The block ${block.type}` : 'A block of a type that is not known here';
  const label = /^aws_[a-z\d_]{1,60}$/.test(type) ? ` ${type}` : '';
  return {
    code: 'block-unread',
    message: `${shown}${label} is not read${why}.`,
    location: at(file, headerSpan(block)),
  };
}

/** What a file of Terragrunt's asks it to do that changes what runs, or as whom; a dependency or an input changes values alone. */
const terragruntWords: ReadonlySet<string> = new Set([
  ...[
    'terraform',
    'include',
    'iam_role',
    'iam_web_identity_token',
    'dependency',
    'dependencies',
    'inputs',
    'unit',
    'stack',
  ],
  ...['generate'],
]);

function besideCode(file: SourceFile): readonly ProjectProblem[] {
  const { attributes, blocks } = file.parsed.body;
  const rest = [
    ...blocks.filter(b => b.type !== 'generate' || b.body.attributes.some(a => a.name === 'contents')),
    ...attributes.map(a => ({ type: a.name, typeSpan: a.nameSpan, labels: [] })),
  ].filter(b => terragruntWords.has(b.type));
  const [first] = [...rest].sort((a, b) => a.typeSpan.start - b.typeSpan.start);
  if (first === undefined) return [];
  const words = [...new Set(rest.map(b => b.type))].map(word =>
    word === 'generate' ? 'contents that a function makes' : word,
  );
  const listed = words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
  return [
    {
      code: 'block-unread',
      message: `Of Terragrunt's files the code that they generate and remote_state are read; ${listed ?? ''} here ${words.length === 1 ? 'is' : 'are'} not.`,
      location: at(file, first.typeSpan),
    },
  ];
}
