import type { Span } from '../core/text';
import { attributeOf, blocksOf, type Module, type Root, type SourceFile } from '../terraform/model';
import type { Attribute, Body, Expression } from '../terraform/syntax/ast';
import { terragruntModule } from '../terraform/terragrunt';
import { literalText } from './expressions';

/** One argument of a backend's settings, wherever they are written. */
export interface BackendArgument {
  readonly module: Module;
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

interface Place {
  readonly file: SourceFile;
  readonly module: Module;
}

/** Arguments of `backend` blocks and of the `config` of `terraform_remote_state`. */
export function backendArguments(root: Root): readonly BackendArgument[] {
  return root.modules.flatMap(module => [
    ...module.files.filter(file => file.role === 'terragrunt').flatMap(remoteState),
    ...module.terraformBlocks.flatMap(({ file, body }) => keyProviders({ file, module }, body)),
    ...module.terraformBlocks.flatMap(({ file, body }) =>
      body.blocks
        .filter(block => block.type === 'backend')
        .flatMap(block => {
          const backend = block.labels[0]?.value;
          return fromBody({ file, module }, block.body, `backend "${backend ?? ''}"`, backend);
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
            .flatMap(a => fromExpression({ file, module }, a.value, owner, backend)),
          ...body.blocks
            .filter(b => b.type === 'config')
            .flatMap(b => fromBody({ file, module }, b.body, owner, backend)),
        ];
      }),
  ]);
}

/** OpenTofu's state encryption takes the arguments of a backend to reach its key. */
function keyProviders(place: Place, body: Body): readonly BackendArgument[] {
  return blocksOf(body, 'encryption')
    .flatMap(b => blocksOf(b.body, 'key_provider'))
    .filter(b => b.labels[0]?.value === 'aws_kms')
    .flatMap(b => fromBody(place, b.body, 'key_provider "aws_kms"', 's3'));
}

/** Terragrunt's `remote_state` writes a backend block, and uses its settings to make the bucket. */
function remoteState(file: SourceFile): readonly BackendArgument[] {
  // The names in it are those of Terragrunt's file, not of the code that it runs.
  const module = terragruntModule(file);
  return blocksOf(file.parsed.body, 'remote_state').flatMap(({ body }) => {
    const value = attributeOf(body, 'backend')?.value;
    const backend = value === undefined ? undefined : literalText(value);
    return [
      ...body.attributes
        .filter(a => a.name === 'config')
        .flatMap(a => fromExpression({ file, module }, a.value, 'remote_state', backend)),
      ...blocksOf(body, 'config').flatMap(b => fromBody({ file, module }, b.body, 'remote_state', backend)),
    ];
  });
}

function fromBody(place: Place, body: Body, owner: string, backend: string | undefined): readonly BackendArgument[] {
  return body.attributes.map(attribute => ({
    ...place,
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
  place: Place,
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
                ...place,
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
      return value.args.flatMap(arg => fromExpression(place, arg, owner, backend));
    case 'conditional':
      return [value.whenTrue, value.whenFalse].flatMap(v => fromExpression(place, v, owner, backend));
    case 'parentheses':
      return fromExpression(place, value.inner, owner, backend);
    default:
      return [];
  }
}
