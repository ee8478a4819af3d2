import { attributeOf } from '../../terraform/model';
import type { Body } from '../../terraform/syntax/ast';
import type { Scope } from './scope';
import { isNull, knownText } from './values';

/**
 * Do the arguments of a resource ask for what a word stands for (tables/README.md)? `logging`, `timeouts.delete`,
 * `force_destroy=true`, `skip_final_backup!=true` (also where it is not set), `with:aws_lambda_function`; `-` is never wanted.
 * @param types all types of the configuration
 */
export function isWanted(word: string, body: Body, scope: Scope, types: ReadonlySet<string>): boolean {
  // `tagged` depends on the provider block too.
  if (word === '-' || word === 'tagged') return false;
  if (word.startsWith('with:')) return types.has(word.slice(5));
  const [, name = word, operator, wanted] = /^([^!=]*)(!?=)(.*)$/.exec(word) ?? [];
  if (operator === undefined) return isSet(body, name.split('.'));
  const value = attributeOf(body, name)?.value;
  if (value === undefined || isNull(value, scope)) return operator === '!=';
  const known = knownText(value, scope);
  if (known === undefined || known.open) return true;
  return (known.text === wanted) === (operator === '=');
}

/** Is an argument set, in a body or in the blocks inside of it: `tags`, `root_block_device.kms_key_id`? `null` is not. */
export function isSet(body: Body, words: readonly string[]): boolean {
  const [first = '', ...rest] = words;
  const attribute = attributeOf(body, first);
  if (attribute !== undefined && attribute.value.kind !== 'null') return true;
  return body.blocks.some(
    block => blockName(block) === first && (rest.length === 0 || isSet(contentOf(block.body), rest)),
  );
}

export function blockName(block: Body['blocks'][number]): string {
  return block.type === 'dynamic' ? (block.labels[0]?.value ?? '') : block.type;
}

/** A dynamic block's arguments stand in its `content`. */
function contentOf(body: Body): Body {
  return body.blocks.find(block => block.type === 'content')?.body ?? body;
}
