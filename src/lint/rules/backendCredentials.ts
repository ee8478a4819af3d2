import { at, attributeOf, type Root, type SourceFile } from '../../terraform/model';
import type { Attribute, Body, Expression } from '../../terraform/syntax/ast';
import type { Span } from '../../core/text';
import { removal } from '../edits/fixes';
import { isUnset, literalText } from '../expressions';
import type { Rule, RuleFinding } from '../rule';
import { sharedFileArguments } from './sharedFiles';
import { keyArguments } from './staticCredentials';

const names: ReadonlySet<string> = new Set([...keyArguments, 'profile', ...sharedFileArguments]);

/** One argument of a backend's settings, wherever they are written. */
export interface BackendArgument {
  readonly file: SourceFile;
  readonly name: string;
  readonly span: Span;
  readonly value: Expression;
  /** `backend "s3"` or `terraform_remote_state "network"`. */
  readonly owner: string;
  readonly backend: string | undefined;
  /** The argument itself where it is one; items of an object in HCL are none. */
  readonly attribute: Attribute | undefined;
}

export const backendCredentials: Rule = {
  code: 'backend-credentials',
  severity: 'warning',
  title: 'Credentials in backend "s3" or terraform_remote_state',
  explanation:
    'Backends and remote states do not use the provider block. Keys in them end up in .terraform and in plan files, and a profile is absent where the run executes. The environment of the run has credentials; remote state sharing and tfe_outputs need none.',
  fix: 'Removes the argument.',
  check({ root }) {
    return backendArguments(root)
      .filter(a => a.backend === 's3' && names.has(a.name) && !isUnset(a.value))
      .map(a => ({
        ...placed(a),
        message: `${a.owner} sets ${a.name}. ${
          a.name === 'profile' || a.name.startsWith('shared_')
            ? 'It is absent where the run executes'
            : 'Backend settings are written to .terraform and to plan files in plain text'
        }; use the credentials of the environment instead.`,
      }));
  },
};

/** Place and fix of a finding on a backend's argument. */
export function placed(argument: BackendArgument): Omit<RuleFinding, 'message'> {
  return {
    location: at(argument.file, argument.span),
    statement: argument.span,
    fixes: argument.attribute
      ? removal(argument.file, argument.attribute, { title: `Remove ${argument.name}`, preferred: true })
      : [],
    unnecessary: true,
  };
}

/** Arguments of `backend` blocks and of the `config` of `terraform_remote_state`. */
export function backendArguments(root: Root): readonly BackendArgument[] {
  return root.modules.flatMap(module => [
    ...module.terraformBlocks.flatMap(({ file, body }) =>
      body.blocks
        .filter(block => block.type === 'backend')
        .flatMap(block => {
          const backend = block.labels[0]?.value;
          return fromBody(file, block.body, `backend "${backend ?? ''}"`, backend);
        }),
    ),
    ...module.resources
      .filter(r => r.mode === 'data' && r.type === 'terraform_remote_state')
      .flatMap(({ file, body, name }) => {
        const value = attributeOf(body, 'backend')?.value;
        const backend = value === undefined ? undefined : literalText(value);
        const owner = `terraform_remote_state "${name}"`;
        return [
          ...body.attributes
            .filter(a => a.name === 'config')
            .flatMap(a => fromExpression(file, a.value, owner, backend)),
          ...body.blocks.filter(b => b.type === 'config').flatMap(b => fromBody(file, b.body, owner, backend)),
        ];
      }),
  ]);
}

function fromBody(
  file: SourceFile,
  body: Body,
  owner: string,
  backend: string | undefined,
): readonly BackendArgument[] {
  return body.attributes.map(attribute => ({
    file,
    name: attribute.name,
    span: attribute,
    value: attribute.value,
    owner,
    backend,
    attribute,
  }));
}

/** `config = { … }`, also inside of merge(…) and a conditional. */
function fromExpression(
  file: SourceFile,
  value: Expression,
  owner: string,
  backend: string | undefined,
): readonly BackendArgument[] {
  switch (value.kind) {
    case 'object':
      return value.items.flatMap(item =>
        item.keyText === undefined
          ? []
          : [
              {
                file,
                name: item.keyText,
                span: item,
                value: item.value,
                owner,
                backend,
                attribute: {
                  name: item.keyText,
                  nameSpan: item.key,
                  value: item.value,
                  start: item.start,
                  end: item.end,
                },
              },
            ],
      );
    case 'call':
      return value.args.flatMap(arg => fromExpression(file, arg, owner, backend));
    case 'conditional':
      return [value.whenTrue, value.whenFalse].flatMap(v => fromExpression(file, v, owner, backend));
    case 'parentheses':
      return fromExpression(file, value.inner, owner, backend);
    default:
      return [];
  }
}
