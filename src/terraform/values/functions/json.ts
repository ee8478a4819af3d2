import { numberText } from '../numbers';
import { bool, listOf, mapOf, nothing, number, text, unknown, type Value } from '../value';

/** As Terraform's `jsonencode` writes it; `undefined` where a number has lost digits. */
export function toJson(value: Value): string | undefined {
  switch (value.kind) {
    case 'string':
      return quoted(value.value);
    case 'number':
      return numberText(value);
    case 'bool':
      return String(value.value);
    case 'null':
      return 'null';
    case 'unknown':
      return undefined;
    case 'list':
    case 'set':
    case 'tuple':
      return wrapped('[', value.items.map(toJson), ']');
    case 'map':
    case 'object': {
      const pairs = [...value.entries].map(([key, item]) => {
        const json = toJson(item);
        return json === undefined ? undefined : `${quoted(key)}:${json}`;
      });
      return wrapped('{', pairs, '}');
    }
  }
}

function wrapped(open: string, parts: readonly (string | undefined)[], close: string): string | undefined {
  return parts.includes(undefined) ? undefined : open + parts.join() + close;
}

/** Go escapes what HTML would misread. */
function quoted(value: string): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `jsondecode`; `undefined`: it is not JSON. */
export function fromJson(source: string): Value | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch {
    return undefined;
  }
  return valueOf(parsed, 0);
}

function valueOf(parsed: unknown, depth: number): Value {
  if (depth > 100) return unknown('The JSON is nested too deeply.');
  if (typeof parsed === 'string') return text(parsed.normalize());
  if (typeof parsed === 'number')
    return number(parsed, undefined, String(Math.abs(parsed)).replace(/[.e].*$/, '').length <= 15);
  if (typeof parsed === 'boolean') return bool(parsed);
  if (Array.isArray(parsed))
    return listOf(
      'tuple',
      parsed.map((item: unknown) => valueOf(item, depth + 1)),
    );
  if (typeof parsed !== 'object' || parsed === null) return nothing();
  return mapOf(
    'object',
    Object.entries(parsed).map(([key, item]: [string, unknown]) => [key.normalize(), valueOf(item, depth + 1)]),
  );
}
