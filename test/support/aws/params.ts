import { invalidInput, validationError } from './awsError';

/** The flat parameters of a Query request: `Tags.member.1.Key`. */
export class Params {
  constructor(readonly all: ReadonlyMap<string, string>) {}

  /** With what the server knows of the request beside its parameters. */
  with(more: Readonly<Record<string, string | undefined>>): Params {
    const known = Object.entries(more).filter((e): e is [string, string] => e[1] !== undefined);
    return new Params(new Map([...this.all, ...known]));
  }

  get(name: string): string | undefined {
    return this.all.get(name);
  }

  /** A parameter that IAM demands, with its grammar and length. */
  required(name: string, grammar: RegExp, max: number, min = 1): string {
    const value = this.optional(name, grammar, max, min);
    if (value === undefined) {
      throw validationError(
        `1 validation error detected: Value null at '${camel(name)}' failed to satisfy constraint: Member must not be null`,
      );
    }
    return value;
  }

  optional(name: string, grammar: RegExp, max: number, min = 0): string | undefined {
    const value = this.all.get(name);
    if (value === undefined) return undefined;
    const broken =
      value.length > max
        ? `Member must have length less than or equal to ${max}`
        : value.length < min
          ? `Member must have length greater than or equal to ${min}`
          : !grammar.test(value)
            ? `Member must satisfy regular expression pattern: ${grammar.source}`
            : undefined;
    if (broken) {
      throw validationError(
        `1 validation error detected: Value '${value.slice(0, 200)}' at '${camel(name)}' failed to satisfy constraint: ${broken}`,
      );
    }
    return value;
  }

  integer(name: string, low: number, high: number): number | undefined {
    const value = this.all.get(name);
    if (value === undefined) return undefined;
    const n = Number(value);
    if (!Number.isInteger(n) || n < low || n > high) {
      throw validationError(
        `1 validation error detected: Value '${value}' at '${camel(name)}' failed to satisfy constraint: Member must have value between ${low} and ${high}`,
      );
    }
    return n;
  }

  list(name: string): readonly string[] {
    const out: string[] = [];
    for (let i = 1; this.all.has(`${name}.member.${i}`); i++) out.push(this.all.get(`${name}.member.${i}`) ?? '');
    return out;
  }

  tags(): readonly (readonly [string, string])[] {
    const out: [string, string][] = [];
    const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
    for (let i = 1; this.all.has(`Tags.member.${i}.Key`); i++) {
      const key = this.all.get(`Tags.member.${i}.Key`) ?? '';
      const value = this.all.get(`Tags.member.${i}.Value`) ?? '';
      if (key.length < 1 || key.length > 128 || value.length > 256 || !allowed.test(key) || !allowed.test(value)) {
        throw validationError(
          `1 validation error detected: Value at 'tags.${i}.member' failed to satisfy constraint: Member must satisfy regular expression pattern: ${allowed.source}`,
        );
      }
      if (key.toLowerCase().startsWith('aws:'))
        throw invalidInput('aws: prefixed tag key names are not allowed for external use.');
      if (out.some(([k]) => k.toLowerCase() === key.toLowerCase()))
        throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
      out.push([key, value]);
    }
    return out;
  }
}

const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
