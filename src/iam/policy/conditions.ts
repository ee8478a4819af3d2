import { isPartlyKnown, matchesArn, matchesText } from './patterns/partly';
import type { Clause } from './statement';
import { all, any, not, type Truth } from './truth';

/**
 * The condition operators of IAM, each with what it compares
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html). One table for trust and
 * permission policies. Where IAM's answer is not documented (a number that is none, a date without a time, a text that is not an ARN),
 * ours is "unknown".
 */
export interface ConditionOperator {
  /** The name as AWS writes it. */
  readonly name: string;
  /** "Not…": true for a key without a value, and where no value fits. */
  readonly negated: boolean;
  readonly compares: 'string' | 'ARN' | 'number' | 'date' | 'boolean' | 'IP address' | 'binary value';
  /** Strings only: `*` and `?` are wildcards. */
  readonly like: boolean;
  readonly ignoreCase: boolean;
  /** Does one value of the policy fit one value of the request? */
  readonly fits: (written: string, value: string, variables: boolean) => Truth;
}

const strings = (name: string, negated: boolean, like: boolean, ignoreCase = false): ConditionOperator => ({
  name,
  negated,
  compares: 'string',
  like,
  ignoreCase,
  fits: (written, value, variables) => {
    const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
    return matchesText(fold(written), fold(value), { variables, wildcards: like });
  },
});

const arns = (name: string, negated: boolean): ConditionOperator => ({
  name,
  negated,
  compares: 'ARN',
  like: true,
  ignoreCase: false,
  fits: matchesArn,
});

type Compares = ConditionOperator['compares'];

/** An operator on values of which `read` makes something to compare; `undefined`: what IAM makes of it is not documented. */
function plain<T>(
  name: string,
  compares: Compares,
  negated: boolean,
  read: (text: string) => T | undefined,
  fits: (value: T, written: T) => boolean,
): ConditionOperator {
  return {
    name,
    negated,
    compares,
    like: false,
    ignoreCase: false,
    fits: (written, value, variables) => {
      const wanted = isPartlyKnown(written, variables) ? undefined : read(written);
      const got = read(value);
      if (wanted === undefined || got === undefined) return 'unknown';
      return fits(got, wanted) ? 'yes' : 'no';
    },
  };
}

const ordered = (
  kind: 'Numeric' | 'Date',
  read: (text: string) => number | undefined,
): readonly ConditionOperator[] => {
  const compares = kind === 'Numeric' ? 'number' : 'date';
  return [
    plain(`${kind}Equals`, compares, false, read, (a, b) => a === b),
    plain(`${kind}NotEquals`, compares, true, read, (a, b) => a === b),
    plain(`${kind}LessThan`, compares, false, read, (a, b) => a < b),
    plain(`${kind}LessThanEquals`, compares, false, read, (a, b) => a <= b),
    plain(`${kind}GreaterThan`, compares, false, read, (a, b) => a > b),
    plain(`${kind}GreaterThanEquals`, compares, false, read, (a, b) => a >= b),
  ];
};

/** "An integer or decimal value." */
const numberOf = (text: string): number | undefined =>
  /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : undefined;

/** A time of the W3C's form of ISO 8601 with its zone. Which instant a bare day means, and the unit of epoch time, is not documented. */
const timeOf = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
};

const truthOf = (text: string): boolean | undefined => (text === 'true' ? true : text === 'false' ? false : undefined);

interface Network {
  readonly bits: number;
  readonly address: number;
}

/** An IPv4 address or network: "If you specify an IP address without the associated routing prefix, IAM uses the default prefix value of /32." */
const networkOf = (text: string): Network | undefined => {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(text);
  if (match === null) return undefined;
  const numbers = match.slice(1, 5).map(Number);
  const bits = Number(match[5] ?? 32);
  if (numbers.some(n => n > 255) || bits > 32) return undefined;
  return { bits, address: numbers.reduce((sum, n) => sum * 256 + n, 0) };
};

const within = (value: Network, wanted: Network): boolean => {
  const size = 2 ** (32 - wanted.bits);
  return value.bits >= wanted.bits && Math.floor(value.address / size) === Math.floor(wanted.address / size);
};

const table: readonly ConditionOperator[] = [
  strings('StringEquals', false, false),
  strings('StringNotEquals', true, false),
  strings('StringEqualsIgnoreCase', false, false, true),
  strings('StringNotEqualsIgnoreCase', true, false, true),
  strings('StringLike', false, true),
  strings('StringNotLike', true, true),
  arns('ArnEquals', false),
  arns('ArnLike', false),
  arns('ArnNotEquals', true),
  arns('ArnNotLike', true),
  ...ordered('Numeric', numberOf),
  ...ordered('Date', timeOf),
  plain('Bool', 'boolean', false, truthOf, (a, b) => a === b),
  plain('IpAddress', 'IP address', false, networkOf, within),
  plain('NotIpAddress', 'IP address', true, networkOf, within),
  // One value in two spellings of base 64 is the same bytes; only equal texts are sure to be.
  {
    ...plain(
      'BinaryEquals',
      'binary value',
      false,
      text => text,
      () => true,
    ),
    fits: (written, value) => (written === value ? 'yes' : 'unknown'),
  },
];

/** The names of all operators, as AWS writes them; `Null` compares nothing. */
export const operatorNames: readonly string[] = [...table.map(o => o.name), 'Null'];

const operators: ReadonlyMap<string, ConditionOperator> = new Map(table.map(o => [o.name.toLowerCase(), o]));

interface WrittenOperator {
  readonly set: 'any' | 'all' | undefined;
  /** In lower case. */
  readonly base: string;
  readonly ifExists: boolean;
  /** Its row; `undefined` for `Null`, and for what is no operator. */
  readonly operator: ConditionOperator | undefined;
}

/** Names of operators know no case here: IAM's answer to another case is not documented, and it is not ours to refuse. */
export function parseOperator(text: string): WrittenOperator {
  const match = /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/i.exec(text);
  const set = match?.[1]?.toLowerCase();
  const base = (match?.[2] ?? text).toLowerCase();
  return {
    set: set === 'foranyvalue' ? 'any' : set === 'forallvalues' ? 'all' : undefined,
    base,
    ifExists: match?.[3] !== undefined,
    operator: operators.get(base),
  };
}

/** A condition key in a request. */
export type KeyValue =
  | {
      readonly kind: 'values';
      readonly values: readonly string[];
      /** There may be more values than these. */
      readonly more?: boolean;
      /** Names the part of a value at which a text of the policy does not fit, for people. */
      readonly differsAt?: (written: string) => string | undefined;
    }
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

export interface Answer {
  readonly result: Truth;
  readonly why: string;
}

/** One condition of a statement, asked of a request. `variables`: the policy has the version 2012-10-17. */
export function judgeClause(clause: Clause, value: KeyValue, variables: boolean): Answer {
  const written = parseOperator(clause.operator);
  if (written.base === 'null') return nullClause(clause, value);
  if (value.kind === 'unknown') return { result: 'unknown', why: value.why };
  const { operator } = written;
  if (value.kind === 'absent') return absent(clause, written, value.why);
  if (operator === undefined)
    return { result: 'unknown', why: `${clause.operator} on ${clause.key} is not an operator that is known here.` };
  const results = value.values.map((v): Truth => {
    const hits = clause.values.map(wanted => operator.fits(wanted.value, v, variables));
    const hit = any(clause.unknown ? [...hits, 'unknown'] : hits);
    return operator.negated ? not(hit) : hit;
  });
  const result = overValues(written.set, results, value.more === true);
  return { result, why: told(clause, operator, value, result, variables) };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html */
function overValues(set: WrittenOperator['set'], results: readonly Truth[], more: boolean): Truth {
  const known: readonly Truth[] = more ? [...results, 'unknown'] : results;
  if (set === 'any') return any(known);
  if (set === 'all') return all(known);
  // Several values without a set operator: not documented.
  const [only] = results;
  return only === undefined || results.length !== 1 ? 'unknown' : only;
}

/** "If the key that you specify in a policy condition is not present in the request context, the values do not match", negated ones do. */
function absent(clause: Clause, { set, ifExists, operator }: WrittenOperator, why: string): Answer {
  const yes = (reason: string): Answer => ({ result: 'yes', why: `${clause.key} is absent, and ${reason}.` });
  if (ifExists) return yes('the operator ends in IfExists');
  if (operator === undefined)
    return { result: 'unknown', why: `${clause.operator} on ${clause.key} is not an operator that is known here.` };
  if (set === 'all') return yes('ForAllValues is true for a key without values');
  if (operator.negated && set === undefined) return yes(`${clause.operator} is true for an absent key`);
  return { result: 'no', why };
}

function nullClause(clause: Clause, value: KeyValue): Answer {
  if (value.kind === 'unknown')
    return { result: 'unknown', why: `Whether ${clause.key} is present is known to AWS only.` };
  if (clause.unknown || clause.values.some(v => isPartlyKnown(v.value, false)))
    return { result: 'unknown', why: 'The value is known only when Terraform runs.' };
  const gone = value.kind === 'absent';
  const ok = clause.values.some(v => v.value.toLowerCase() === String(gone));
  return {
    result: ok ? 'yes' : 'no',
    why: `${clause.key} is ${gone ? 'absent' : 'present'}, and Null asks for it to be ${gone ? 'present' : 'absent'}.`,
  };
}

function told(
  clause: Clause,
  operator: ConditionOperator,
  value: Extract<KeyValue, { kind: 'values' }>,
  result: Truth,
  variables: boolean,
): string {
  const got = value.values.join(', ');
  if (result === 'yes') return `${clause.key} is "${got}", which satisfies ${clause.operator}.`;
  if (result === 'no') return refused(clause, operator, value, got);
  const shown = `${clause.operator} ${clause.key}`;
  if (clause.unknown || clause.values.some(v => isPartlyKnown(v.value, false)))
    return `A value of ${shown} is known only when Terraform runs.`;
  if (clause.values.some(v => isPartlyKnown(v.value, variables)))
    return `A value of ${shown} holds a policy variable, which only AWS can fill in.`;
  return `What IAM answers to ${shown} with these values is not documented: the operator compares ${operator.compares}s.`;
}

function refused(
  clause: Clause,
  operator: ConditionOperator,
  value: Extract<KeyValue, { kind: 'values' }>,
  got: string,
): string {
  const written = clause.values.map(v => `"${v.value}"`).join(', ') || 'nothing';
  if (operator.negated) return `${clause.key} is "${got}", which ${clause.operator} ${written} excludes.`;
  const base = `${clause.key} is "${got}", and ${clause.operator} wants ${written}.`;
  if (operator.compares === 'string' && !operator.like && clause.values.some(v => /[*?]/.test(v.value)))
    return `${base} ${clause.operator} takes * and ? as letters; StringLike knows wildcards.`;
  const [only] = clause.values;
  const at = only === undefined || clause.values.length > 1 ? undefined : value.differsAt?.(only.value);
  return at === undefined ? base : `${base} They differ at ${at}.`;
}
