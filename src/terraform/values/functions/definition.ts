import type { Frame, Reader } from '../frame';
import type { Outcome } from '../operators';
import type { Type } from '../type';
import type { Value } from '../value';

/** 'known' (the default): the function is called with values that are known in every part; 'parts': members may be unknown. */
export type Accepts = 'known' | 'parts' | 'any';

export interface Parameter {
  /** What the argument is converted to. */
  readonly type: Type;
  readonly accepts?: Accepts;
  readonly nullable?: boolean;
}

export interface Context {
  readonly reader: Reader;
  readonly frame: Frame;
}

/** A function of Terraform (https://developer.hashicorp.com/terraform/language/functions). */
export interface Definition {
  readonly takes: readonly Parameter[];
  /** How many of the last of them may be left out. */
  readonly optional?: number;
  /** Any number of further arguments. */
  readonly more?: Parameter;
  /** The type of the result where it is not known. */
  readonly gives: Type | ((args: readonly Value[]) => Type);
  readonly mayBeNull?: boolean;
  /** Arguments of the right types are never refused. */
  readonly total?: boolean;
  /** Members of the result are members of the arguments, with their own marks. */
  readonly keeps?: boolean;
  readonly apply: (args: readonly Value[], context: Context) => Outcome;
}

export const aString: Parameter = { type: 'string' };
export const aNumber: Parameter = { type: 'number' };
export const anyValue: Parameter = { type: 'dynamic' };
/** A list, map or other value whose members may be unknown. */
export const itsParts: Parameter = { type: 'dynamic', accepts: 'parts' };
export const strings: Parameter = { type: { kind: 'list', of: 'string' } };
export const stringList: Type = { kind: 'list', of: 'string' };

export const textAt = (args: readonly Value[], i: number): string => {
  const value = args[i];
  return value?.kind === 'string' ? value.value : '';
};

export const numberAt = (args: readonly Value[], i: number): number => {
  const value = args[i];
  return value?.kind === 'number' ? value.value : 0;
};
