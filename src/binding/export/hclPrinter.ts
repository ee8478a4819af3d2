/**
 * Prints HCL as `terraform fmt` would leave it: two spaces, and the equals signs of neighbouring one-line arguments in one column
 * (https://developer.hashicorp.com/terraform/language/style).
 */

/** A value: JSON-like data, or `raw` text such as a reference. */
export type HclValue =
  string | number | boolean | null | readonly HclValue[] | { readonly [key: string]: HclValue } | Raw | JsonEncode;

export class Raw {
  constructor(readonly text: string) {}
}

/** `jsonencode(value)`, laid out like an object. */
export class JsonEncode {
  constructor(readonly value: HclValue) {}
}

export type HclItem =
  | { readonly kind: 'attribute'; readonly name: string; readonly value: HclValue }
  | {
      readonly kind: 'block';
      readonly type: string;
      readonly labels: readonly string[];
      readonly items: readonly HclItem[];
    }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'blank' };

export const attribute = (name: string, value: HclValue): HclItem => ({ kind: 'attribute', name, value });
export const block = (type: string, labels: readonly string[], items: readonly HclItem[]): HclItem => ({
  kind: 'block',
  type,
  labels,
  items,
});
export const comment = (text: string): HclItem => ({ kind: 'comment', text });
export const blank: HclItem = { kind: 'blank' };

export function printHcl(items: readonly HclItem[]): string {
  return lines(items, '').join('\n') + '\n';
}

/** A quoted HCL string: `${` and `%{` are literal text here, so they are doubled. */
function quote(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    // A pair at a time: the backslash before a "b" may itself be escaped.
    .replace(/\\(.)/g, (pair, c: string) => (c === 'b' ? '\\u0008' : c === 'f' ? '\\u000c' : pair))
    .replace(/([$%])\{/g, '$1$1{');
  return `"${escaped}"`;
}

function lines(items: readonly HclItem[], indent: string): string[] {
  const out: string[] = [];
  let group: { name: string; value: string }[] = [];
  const flush = (): void => {
    out.push(...aligned(group, indent));
    group = [];
  };
  for (const item of items) {
    if (item.kind === 'attribute') {
      const value = print(item.value, indent);
      if (value.includes('\n')) {
        flush();
        out.push(`${indent}${item.name} = ${value}`);
      } else group.push({ name: item.name, value });
      continue;
    }
    flush();
    if (item.kind === 'blank') out.push('');
    else if (item.kind === 'comment') out.push(...item.text.split('\n').map(line => `${indent}# ${line}`.trimEnd()));
    else {
      const head = [item.type, ...item.labels.map(quote)].join(' ');
      out.push(
        ...(item.items.length === 0
          ? [`${indent}${head} {}`]
          : [`${indent}${head} {`, ...lines(item.items, indent + '  '), `${indent}}`]),
      );
    }
  }
  flush();
  return out;
}

function aligned(group: readonly { name: string; value: string }[], indent: string): string[] {
  const width = Math.max(0, ...group.map(g => g.name.length));
  return group.map(g => `${indent}${g.name.padEnd(width)} = ${g.value}`);
}

function encoded(json: JsonEncode, indent: string): string {
  return `jsonencode(${print(json.value, indent)})`;
}

function print(value: HclValue, indent: string): string {
  if (value instanceof Raw) return value.text;
  if (value instanceof JsonEncode) return encoded(value, indent);
  if (typeof value === 'string') return quote(value);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isList(value)) {
    const items = value.map(item => print(item, indent + '  '));
    if (items.length <= 1 && !items.some(i => i.includes('\n'))) return `[${items.join('')}]`;
    if (items.length === 1) return `[${print(value[0] ?? null, indent)}]`;
    return `[\n${items.map(item => `${indent}  ${item},`).join('\n')}\n${indent}]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  const body: HclItem[] = entries.map(([key, item]) =>
    attribute(/^[A-Za-z_][\w-]*$/.test(key) ? key : quote(key), item),
  );
  return `{\n${lines(body, indent + '  ').join('\n')}\n${indent}}`;
}

function isList(value: HclValue): value is readonly HclValue[] {
  return Array.isArray(value);
}
