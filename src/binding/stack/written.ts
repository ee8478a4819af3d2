import { pathOf } from '../../lint/expressions';
import { nested, nestedValue } from '../../lint/providers';
import { attributeOf, type ProviderBlock, type StackDeployment } from '../../terraform/model';
import type { Expression } from '../../terraform/syntax/ast';

/** The exchange of a Stack as it is written, for edits; what it comes to is in `wiring.ts`. */

/** Every input of a deployment that is written as such, by its name. */
function inputsOf(deployment: StackDeployment): ReadonlyMap<string, Expression> {
  const inputs = attributeOf(deployment.body, 'inputs')?.value;
  if (inputs?.kind !== 'object') return new Map();
  return new Map(inputs.items.flatMap(i => (i.keyText === undefined ? [] : [[i.keyText, i.value] as const])));
}

/** The inputs that are written as `identity_token.NAME.jwt`. */
export const tokenInputsOf = (
  deployment: StackDeployment,
): readonly { readonly input: string; readonly token: string }[] =>
  [...inputsOf(deployment)].flatMap(([input, value]) => {
    const token = tokenIn(value);
    return token === undefined ? [] : [{ input, token }];
  });

/** `identity_token.NAME.jwt` (or `.jwt_filename`): the name. `undefined`: another expression. */
function tokenIn(expression: Expression | undefined): string | undefined {
  const [head, name, part] = (expression && pathOf(expression)?.steps) ?? [];
  if (head !== 'identity_token' || typeof name !== 'string') return undefined;
  return part === 'jwt' || part === 'jwt_filename' ? name : undefined;
}

/** The variable that an expression is. */
export function variableOf(expression: Expression | undefined): string | undefined {
  const steps = expression === undefined ? undefined : pathOf(expression)?.steps;
  const [head, name] = steps ?? [];
  return head === 'var' && typeof name === 'string' && steps?.length === 2 ? name : undefined;
}

/** What a provider block of a Stack exchanges: its variables for role and token. */
export function exchangeOf(provider: ProviderBlock):
  | {
      readonly role: Expression | undefined;
      readonly roleVariable: string | undefined;
      readonly tokenVariable: string | undefined;
    }
  | undefined {
  const [block] = nested(provider.body, 'assume_role_with_web_identity');
  if (block === undefined) return undefined;
  const role = nestedValue(block, 'role_arn');
  const token = nestedValue(block, 'web_identity_token') ?? nestedValue(block, 'web_identity_token_file');
  return { role, roleVariable: variableOf(role), tokenVariable: variableOf(token) };
}
