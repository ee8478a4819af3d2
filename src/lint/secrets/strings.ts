import type { Span } from '../../core/text';
import type { SourceFile } from '../../terraform/model';
import type { Body, Expression } from '../../terraform/syntax/ast';
import { childrenOf } from '../../terraform/syntax/walk';
import { hasKeyId, namesSecret } from './detect';

/** A piece of literal text in a file, with what is known of the things around it. */
export interface TextPiece {
  readonly value: string;
  /** The literal, its quotes included; the part's own span inside of a template. */
  readonly span: Span;
  /** The argument (in a body) that holds the piece. */
  readonly statement: Span;
  /** Names from the outside in: block type and labels, argument, object keys. */
  readonly trail: readonly string[];
  /** How many names of the trail are those of blocks and their labels. */
  readonly blocks: number;
  readonly namesSecret: boolean;
  readonly nearKeyId: boolean;
}

interface Surroundings {
  /** What names the value: a variable's label and description, the argument, object keys. Resource types do not. */
  readonly names: string;
  readonly statement: Span;
  readonly trail: readonly string[];
  readonly blocks: number;
  readonly namesSecret: boolean;
  readonly nearKeyId: boolean;
}

/** Every literal text of a file: strings, heredocs, the fixed parts of templates, object keys left out. */
export function textPieces(file: SourceFile): readonly TextPiece[] {
  const out: TextPiece[] = [];
  const visitBody = (body: Body, trail: readonly string[], about: string): void => {
    const near = body.attributes.some(a => ownTexts(a.value).some(hasKeyId));
    const said = about + siblingNames(body.attributes.map(a => ({ name: a.name, value: a.value })));
    for (const attribute of body.attributes) {
      visit(attribute.value, {
        statement: attribute,
        trail: [...trail, attribute.name],
        blocks: trail.length,
        names: `${about} ${attribute.name}`,
        namesSecret: namesSecret(`${said} ${attribute.name}`),
        nearKeyId: near,
      });
    }
    for (const block of body.blocks) {
      const labels = block.labels.map(label => label.value);
      // `variable "aws_secret_key"` says with its label and its description what its default is.
      const declared = block.type === 'variable' || block.type === 'output' ? labels.join(' ') : '';
      const description = block.body.attributes.find(a => a.name === 'description')?.value;
      const described = block.type === 'variable' && description?.kind === 'string' ? description.value : '';
      visitBody(block.body, [...trail, block.type, ...labels], `${declared} ${described}`);
    }
  };
  const visit = (expression: Expression, around: Surroundings): void => {
    switch (expression.kind) {
      case 'string':
        out.push({ value: expression.value, span: expression, ...around });
        return;
      case 'template': {
        // What comes before an interpolation may name what comes behind it.
        const near = around.nearKeyId || ownTexts(expression).some(hasKeyId);
        for (const part of expression.parts) {
          if (part.kind === 'text') out.push({ value: part.value, span: part, ...around, nearKeyId: near });
          else if (part.kind === 'interpolation') visit(part.expression, around);
          else part.parts.forEach(p => visit(p, around));
        }
        return;
      }
      case 'object': {
        const near = around.nearKeyId || expression.items.some(item => ownTexts(item.value).some(hasKeyId));
        const said = siblingNames(expression.items.map(item => ({ name: item.keyText ?? '', value: item.value })));
        for (const item of expression.items) {
          const key = item.keyText ?? '';
          visit(item.value, {
            statement: around.statement,
            blocks: around.blocks,
            trail: [...around.trail, key],
            names: `${around.names} ${key}`,
            // `aws = { secret = "…" }`: only the names together say what it is.
            namesSecret: around.namesSecret || namesSecret(`${said} ${around.names} ${key}`),
            nearKeyId: near,
          });
        }
        return;
      }
      case 'tuple': {
        const near = around.nearKeyId || expression.items.some(item => ownTexts(item).some(hasKeyId));
        expression.items.forEach(item => visit(item, { ...around, nearKeyId: near }));
        return;
      }
      default:
        childrenOf(expression).forEach(child => visit(child, around));
    }
  };
  visitBody(file.parsed.body, [], '');
  return out;
}

/** The literal texts of an expression itself. */
function ownTexts(expression: Expression): readonly string[] {
  if (expression.kind === 'string') return [expression.value];
  if (expression.kind !== 'template') return [];
  return expression.parts.flatMap(part => (part.kind === 'text' ? [part.value] : []));
}

/** `{ name = "AWS_SECRET_ACCESS_KEY", value = "…" }`: the value of one key names the other, as containers write it. */
function siblingNames(items: readonly { readonly name: string; readonly value: Expression }[]): string {
  return items
    .filter(item => /name$|^(?:key|variable)$/i.test(item.name))
    .flatMap(item => ownTexts(item.value))
    .join(' ');
}
