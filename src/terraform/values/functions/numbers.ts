import type { Outcome } from '../operators';
import { number, unknown, type Value } from '../value';
import { aNumber, type Definition, numberAt, textAt } from './definition';

const isExact = (value: Value | undefined): boolean => value?.kind === 'number' && value.exact;

const one = (calculate: (n: number) => number): Definition => ({
  takes: [aNumber],
  gives: 'number',
  total: true,
  apply: args => number(calculate(numberAt(args, 0)), undefined, isExact(args[0]) || Number.isInteger(calculate(0.5))),
});

function extreme(better: (a: number, b: number) => boolean): Definition {
  return {
    takes: [aNumber],
    more: aNumber,
    gives: 'number',
    total: true,
    apply: args =>
      args.reduce((best, value) =>
        best.kind === 'number' && value.kind === 'number' && better(value.value, best.value) ? value : best,
      ),
  };
}

/** A result that is no whole number has more digits to Terraform. */
const rounded = (value: number): Value => number(Number(value.toPrecision(14)), undefined, Number.isSafeInteger(value));

function parseInteger(source: string, base: number): Outcome {
  if (!Number.isInteger(base) || base < 2 || base > 62) return 'The base must be between 2 and 62';
  if (base > 36) return unknown('The base is evaluated only by Terraform.', { type: 'number', notNull: true });
  const digits = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, base);
  if (!new RegExp(`^-?[${digits}]+$`, 'i').test(source)) return 'The text is not a whole number in this base';
  return number(parseInt(source, base));
}

export const numbers: Readonly<Record<string, Definition>> = {
  abs: one(Math.abs),
  ceil: one(Math.ceil),
  floor: one(Math.floor),
  signum: {
    takes: [aNumber],
    gives: 'number',
    total: true,
    apply: args => number(Math.sign(numberAt(args, 0))),
  },
  max: extreme((a, b) => a > b),
  min: extreme((a, b) => a < b),
  log: {
    takes: [aNumber, aNumber],
    gives: 'number',
    apply: args => rounded(Math.log(numberAt(args, 0)) / Math.log(numberAt(args, 1))),
  },
  pow: {
    takes: [aNumber, aNumber],
    gives: 'number',
    apply: args => rounded(numberAt(args, 0) ** numberAt(args, 1)),
  },
  parseint: {
    takes: [{ type: 'dynamic' }, aNumber],
    gives: 'number',
    apply: args => {
      return args[0]?.kind === 'string'
        ? parseInteger(textAt(args, 0), numberAt(args, 1))
        : 'The first argument must be a text';
    },
  },
};
