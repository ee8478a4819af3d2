import type { Place } from '../needs/scope';

/** A format of AWS's reference (`arn:${Partition}:ec2:${Region}:${Account}:vpc/${VpcId}`), taken apart once: there are few, and each is used often. */
interface Compiled {
  readonly head: readonly string[];
  readonly rest: RegExp;
  /** The rest with `*` for each name. */
  readonly pattern: string;
  readonly word: string;
}

const known = new Map<string, Compiled>();

function compiled(format: string): Compiled {
  const before = known.get(format);
  if (before !== undefined) return before;
  const fields = format.split(':');
  const rest = fields.slice(5).join(':');
  // A bucket's name has no slash.
  const any = fields[2] === 's3' ? '[^/]+' : '.+';
  const source = rest
    .split(/\$\{[^{}]*\}/)
    .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join(any);
  const word = /^(?:\$\{\w+\}\/)?([a-zA-Z0-9-]+)/.exec(rest)?.[1] ?? ' ';
  const made = {
    head: fields.slice(0, 5),
    rest: new RegExp(`^${source}$`),
    pattern: rest.replace(/\$\{[^{}]*\}/g, '*'),
    word: word.replace(/-/g, '_').toLowerCase(),
  };
  known.set(format, made);
  return made;
}

interface TakenApart {
  readonly parts: readonly string[];
  readonly name: string;
}

/** An ARN is held against many formats, one after the other. */
const arns = new Map<string, TakenApart>();
const maximumArns = 10_000;

function taken(arn: string): TakenApart {
  const before = arns.get(arn);
  if (before !== undefined) return before;
  if (arns.size >= maximumArns) arns.clear();
  const parts = arn.split(':');
  const made = { parts, name: parts.slice(5).join(':') };
  arns.set(arn, made);
  return made;
}

/** Does an ARN fit a format of AWS's reference? `${…}` is any text there. */
export function fitsFormat(arn: string, format: string): boolean {
  const { head, rest } = compiled(format);
  const { parts, name } = taken(arn);
  return head.every((field, i) => field.startsWith('${') || field === parts[i]) && rest.test(name);
}

/** A format of AWS's reference as a pattern: the place filled in, `*` for what is not known. */
export function patternOf(format: string, place: Place): string {
  const { head, pattern } = compiled(format);
  const [, , service = '', region = '', account = ''] = head;
  return [
    'arn',
    place.partition,
    service,
    region.startsWith('${') ? (place.region ?? '*') : region,
    account.startsWith('${') ? (place.account ?? '*') : account,
    pattern,
  ].join(':');
}

/** The kind's own word, as arguments and types write it: `key_pair`. */
export function wordOf(format: string): string {
  return compiled(format).word;
}
