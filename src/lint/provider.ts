import { attributeOf, type Module, type ProviderBlock } from '../terraform/model';
import type { Attribute, Block, Body, Expression } from '../terraform/syntax/ast';

/** What several rules ask of a provider block. */

/** An argument that has a value: `x = null` is the same as no argument. */
export function setAttribute(body: Body, name: string): Attribute | undefined {
  const attribute = attributeOf(body, name);
  return attribute === undefined || attribute.value.kind === 'null' ? undefined : attribute;
}

/** Nested blocks of a type, `dynamic` ones included. */
export function nestedBlocks(body: Body, type: string): readonly Block[] {
  return body.blocks.filter(b => b.type === type || (b.type === 'dynamic' && b.labels[0]?.value === type));
}

export function describe(provider: ProviderBlock): string {
  return `provider "${provider.name}"${provider.alias === undefined ? '' : ` (alias ${provider.alias})`}`;
}

const loopback =
  /^https?:\/\/(?:localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0|host\.docker\.internal|localstack|moto|[\w-]+\.localhost(?:\.localstack\.cloud)?|localhost\.localstack\.cloud)(?::\d+)?(?:\/|$)/i;
const realKey = /^(?:AKIA|ASIA)[A-Z0-9]{16}$/;

/**
 * A block that plainly talks to a mock on this machine: every endpoint is a loopback address, and the credentials are dummies.
 */
export function isLocalMock(provider: ProviderBlock): boolean {
  const endpoints = nestedBlocks(provider.body, 'endpoints').flatMap(b => b.body.attributes);
  if (endpoints.length === 0 || !endpoints.every(a => a.value.kind === 'string' && loopback.test(a.value.value)))
    return false;
  return ['access_key', 'secret_key', 'token'].every(name => {
    const value = setAttribute(provider.body, name)?.value;
    return value === undefined || (value.kind === 'string' && value.value.length < 40 && !realKey.test(value.value));
  });
}

/** The blocks that configure the same provider: the one written first, and the override files' ones. */
export function sameProvider(module: Module, provider: ProviderBlock): readonly ProviderBlock[] {
  return module.providers.filter(
    p => p.name === provider.name && p.alias === provider.alias && p.inStack === provider.inStack,
  );
}

export const dynamicVariables = [
  'tfc_aws_dynamic_credentials',
  'tfc_vault_backed_aws_dynamic_credentials',
  'tfc_hvs_backed_aws_dynamic_credentials',
] as const;

/** The dynamic-credentials variable that an expression starts at, with the tag it picks: `default`, or a key of `aliases`. */
export function dynamicReference(
  expression: Expression,
): { readonly variable: string; readonly tag: string | undefined } | undefined {
  switch (expression.kind) {
    case 'reference': {
      const [scope, variable, part, tag] = expression.path.split('.');
      if (scope !== 'var' || variable === undefined || !dynamicVariables.some(v => v === variable)) return undefined;
      return { variable, tag: part === 'aliases' ? (tag === 'shared_config_file' ? undefined : tag) : undefined };
    }
    case 'attribute':
    case 'splat':
      return dynamicReference(expression.on);
    case 'index': {
      const inner = dynamicReference(expression.on);
      return inner === undefined
        ? undefined
        : { variable: inner.variable, tag: expression.key.kind === 'string' ? expression.key.value : inner.tag };
    }
    case 'parentheses':
      return dynamicReference(expression.inner);
    case 'call':
      // try(var.tfc_aws_dynamic_credentials…, …): the first argument says what is meant.
      return expression.args.map(dynamicReference).find(r => r !== undefined);
    default:
      return undefined;
  }
}

/** How a provider maps a configuration, by its shared files arguments. */
export function mappingOf(
  provider: ProviderBlock,
): { readonly variable: string; readonly tag: string | undefined; readonly byDefault: boolean } | undefined {
  for (const name of ['shared_config_files', 'shared_credentials_files', 'shared_credentials_file']) {
    const value = setAttribute(provider.body, name)?.value;
    if (value === undefined) continue;
    const items = value.kind === 'tuple' ? value.items : [value];
    for (const item of items) {
      const reference = dynamicReference(item);
      if (reference !== undefined) return { ...reference, byDefault: reference.tag === undefined };
    }
  }
  return undefined;
}
