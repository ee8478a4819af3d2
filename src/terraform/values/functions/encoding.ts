import { type Outcome, unknownOf } from '../operators';
import { listOf, mapOf, nothing, text, unknown, type Value } from '../value';
import { aString, type Definition, textAt } from './definition';
import { fromJson, toJson } from './json';

function base64encode(value: string): Outcome {
  const bytes = new TextEncoder().encode(value);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return text(btoa(binary));
}

function base64decode(value: string): Outcome {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value))
    return 'The text is not in base 64';
  const bytes = Uint8Array.from(atob(value), c => c.charCodeAt(0));
  try {
    return text(new TextDecoder('utf-8', { fatal: true }).decode(bytes).normalize());
  } catch {
    return 'The content is not a text';
  }
}

/** Like Go's url.QueryEscape. */
const urlencode = (value: string): Outcome =>
  text(
    encodeURIComponent(value)
      .replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
      .replace(/%20/g, '+'),
  );

/** With a part that is not known, what was encoded is still known in part. */
function jsonencode(value: Value): Outcome {
  const json = toJson(value);
  return json === undefined ? unknownOf([value], { type: 'string', notNull: true, encoded: value }) : text(json);
}

function jsondecode(value: Value): Outcome {
  if (value.kind === 'unknown') return value.encoded ?? unknownOf([value], {});
  return (value.kind === 'string' ? fromJson(value.value) : undefined) ?? 'The text is not JSON';
}

/** One object a row, by the names of the first. Without quotes and line breaks inside of fields only. */
function csvdecode(value: string): Outcome {
  if (value.includes('"')) return unknown('Quoted CSV is evaluated only by Terraform.', { notNull: true });
  const [head, ...rows] = value
    .split(/\r?\n/)
    .filter(line => line !== '')
    .map(line => line.split(','));
  if (head === undefined || new Set(head).size < head.length) return 'The text is not CSV';
  if (rows.some(row => row.length !== head.length)) return 'The rows of the CSV are not of one length';
  const items = rows.map(row =>
    mapOf(
      'object',
      head.map((name, i) => [name, text(row[i] ?? '')]),
    ),
  );
  return listOf(
    'list',
    items,
    items.length === 0 ? { kind: 'object', of: new Map(head.map(name => [name, 'string'])) } : undefined,
  );
}

/** Known to be a text, and no more: it cannot be computed everywhere this runs. */
const onlyText = (...takes: Definition['takes']): Definition => ({
  takes,
  gives: 'string',
  apply: args => unknownOf(args, { type: 'string', notNull: true }),
});

export const encoding: Readonly<Record<string, Definition>> = {
  base64encode: { takes: [aString], gives: 'string', total: true, apply: args => base64encode(textAt(args, 0)) },
  base64decode: { takes: [aString], gives: 'string', apply: args => base64decode(textAt(args, 0)) },
  urlencode: { takes: [aString], gives: 'string', total: true, apply: args => urlencode(textAt(args, 0)) },
  jsonencode: {
    takes: [{ type: 'dynamic', accepts: 'any', nullable: true }],
    gives: 'string',
    total: true,
    apply: ([value]) => jsonencode(value ?? nothing()),
  },
  jsondecode: {
    takes: [{ type: 'string', accepts: 'any' }],
    gives: 'dynamic',
    apply: ([value]) => jsondecode(value ?? nothing()),
  },
  csvdecode: { takes: [aString], gives: 'dynamic', apply: args => csvdecode(textAt(args, 0)) },
  yamlencode: onlyText({ type: 'dynamic', accepts: 'any', nullable: true }),
  base64gzip: onlyText(aString),
  md5: onlyText(aString),
  sha1: onlyText(aString),
  sha256: onlyText(aString),
  sha512: onlyText(aString),
  base64sha256: onlyText(aString),
  base64sha512: onlyText(aString),
  bcrypt: { ...onlyText(aString), more: { type: 'number' } },
  uuid: onlyText(),
  uuidv5: onlyText(aString, aString),
  timestamp: onlyText(),
  plantimestamp: onlyText(),
  formatdate: onlyText(aString, aString),
  timeadd: onlyText(aString, aString),
};
