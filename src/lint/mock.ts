import type { Module, ProviderBlock } from '../terraform/model';
import type { Expression } from '../terraform/syntax/ast';
import { isUnset } from './expressions';
import { nested, sameConfiguration } from './providers';
import { looksLikeAwsKey } from './secrets/detect';

/**
 * A provider block that talks to a mock on this machine (LocalStack, moto): every endpoint is on a loopback address, and the
 * keys are written down and dummies. Nothing is a mock on the strength of a name or a comment.
 */
export function isLocalMock(module: Module, provider: ProviderBlock): boolean {
  const bodies = sameConfiguration(module, provider).map(p => p.body);
  const endpoints = bodies.flatMap(body => nested(body, 'endpoints')).flatMap(endpointUrls);
  if (endpoints.length === 0) return false;
  const known = endpoints.map(e => literal(module, e) ?? defaultOf(module, e)).filter(url => url !== '');
  if (known.length === 0 || !known.every(url => url !== undefined && isLoopback(url))) return false;
  return bodies.every(body =>
    body.attributes
      .filter(a => ['access_key', 'secret_key', 'token'].includes(a.name))
      .every(a => isUnset(a.value) || isDummy(literal(module, a.value))),
  );
}

function endpointUrls(item: ReturnType<typeof nested>[number]): readonly Expression[] {
  if (item.kind === 'block') return item.arguments.attributes.map(a => a.value);
  const objects = item.value.kind === 'tuple' ? item.value.items : [item.value];
  return objects.flatMap(o => (o.kind === 'object' ? o.items.map(i => i.value) : [o]));
}

/** A literal, or a local that is one. A variable may have any value: no key is a dummy because of its default. */
function literal(module: Module, expression: Expression): string | undefined {
  if (expression.kind === 'parentheses') return literal(module, expression.inner);
  if (expression.kind === 'string') return expression.value;
  if (expression.kind === 'null') return '';
  const name = expression.kind === 'reference' ? /^local\.([^.]+)$/.exec(expression.path)?.[1] : undefined;
  const local = name === undefined ? undefined : module.locals.get(name)?.attribute.value;
  return local?.kind === 'string' ? local.value : undefined;
}

/** The literal default of a variable: enough for an endpoint, since the keys beside it are dummies that open nothing. */
function defaultOf(module: Module, expression: Expression): string | undefined {
  const name = expression.kind === 'reference' ? /^var\.([^.]+)$/.exec(expression.path)?.[1] : undefined;
  const value = name === undefined ? undefined : module.variables.get(name)?.default;
  return value?.kind === 'string' ? value.value : undefined;
}

function isDummy(value: string | undefined): boolean {
  return value !== undefined && !looksLikeAwsKey(value);
}

function isLoopback(url: string): boolean {
  const host = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === 'localhost.localstack.cloud' ||
    host.endsWith('.localhost.localstack.cloud') ||
    /^127(?:\.\d{1,3}){3}$/.test(host) ||
    host === '0.0.0.0' ||
    host === '[::1]' ||
    host === 'localstack'
  );
}
