import { isLoopbackName } from '../core/loopback';
import type { Module, ProviderBlock, Root } from '../terraform/model';
import type { Expression } from '../terraform/syntax/ast';
import { assumedVariables, isShowable, stringOf } from '../terraform/values';
import { isFalse, isUnset } from './expressions';
import { nested, sameConfiguration, setInRun } from './providers';
import { looksLikeAwsKey } from './secrets/detect';
import { valuesOf } from './values';

/**
 * A provider block that talks to a mock (LocalStack, moto) or to nothing: every endpoint is on a loopback address or given by a
 * variable, or both checks of the account are skipped; and the keys are written down and dummies. Nothing is a mock on the strength of
 * a name or a comment.
 */
export function isLocalMock(root: Root, module: Module, provider: ProviderBlock): boolean {
  const bodies = sameConfiguration(module, provider).map(p => p.body);
  const keys = bodies.flatMap(body =>
    body.attributes.filter(a => ['access_key', 'secret_key', 'token'].includes(a.name) && !isUnset(a.value)),
  );
  if (!keys.every(a => isDummy(literal(root, module, a.value)))) return false;
  const hasDummies = keys.length > 0;
  const isOn = (name: string): boolean =>
    bodies.some(body => setInRun(root, module, body, [name]).some(a => !isFalse(a.value)));
  if (hasDummies && isOn('skip_credentials_validation') && isOn('skip_requesting_account_id')) return true;
  const endpoints = bodies.flatMap(body => nested(body, 'endpoints')).flatMap(endpointUrls);
  const urls = endpoints.map(e => literal(root, module, e) ?? defaultOf(root, module, e)).filter(url => url !== '');
  const known = urls.filter(url => url !== undefined);
  if (urls.length === 0 || !known.every(isLocal)) return false;
  return known.length === urls.length || hasDummies;
}

function endpointUrls(item: ReturnType<typeof nested>[number]): readonly Expression[] {
  if (item.kind === 'block') return item.arguments.attributes.map(a => a.value);
  const objects = item.value.kind === 'tuple' ? item.value.items : [item.value];
  return objects.flatMap(o => (o.kind === 'object' ? o.items.map(i => i.value) : [o]));
}

/** A text that the code alone decides; a variable may have any value: no key is a dummy because of its default. */
function literal(root: Root, module: Module, expression: Expression): string | undefined {
  const [value, ...others] = valuesOf(root, module, expression);
  if (value === undefined || others.length > 0 || assumedVariables(value).length > 0 || !isShowable(value))
    return undefined;
  return value.kind === 'null' ? '' : stringOf(value);
}

/** What an endpoint is as long as nobody sets another one: enough for it, since the keys beside it are dummies that open nothing. */
function defaultOf(root: Root, module: Module, expression: Expression): string | undefined {
  const [value, ...others] = valuesOf(root, module, expression);
  return value === undefined || others.length > 0 || !isShowable(value) ? undefined : stringOf(value);
}

function isDummy(value: string | undefined): boolean {
  return value !== undefined && !looksLikeAwsKey(value);
}

/** What runs on this machine or in a container beside the caller: loopback, "all addresses", and the names of LocalStack. */
function isLocal(url: string): boolean {
  const host = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  return (
    isLoopbackName(host) || /^(?:0\.0\.0\.0|localstack|.+\.localhost|(?:.+\.)?localhost\.localstack\.cloud)$/.test(host)
  );
}
