import type { Marks } from './marks';
import { number, type NumberValue, unknown, type Value } from './value';

const written = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A number as it is written in code or text; `undefined`: it is none. Those that JavaScript would round are not exact. */
export function parseNumber(source: string, marks?: Marks): Value | undefined {
  if (!written.test(source))
    return /^[+-]?(?:0[xXbBoO])?[\da-fA-F_]+$/.test(source) && /^[+-]?0/.test(source)
      ? unknown('The number is not written in decimals.', { type: 'number', marks })
      : undefined;
  const digits = source
    .replace(/[eE].*$/, '')
    .replace(/[^\d]/g, '')
    .replace(/^0+/, '');
  return number(Number(source), marks, digits.length <= 15);
}

/** As Terraform writes it into a text; `undefined` where JavaScript lost some of its digits. */
export function numberText({ value, exact }: NumberValue): string | undefined {
  if (!exact) return undefined;
  const short = String(value);
  if (!short.includes('e')) return short;
  if (Number.isInteger(value)) return BigInt(value).toString();
  const [digits = '', exponent = '0'] = short.replace('-', '').split('e');
  const places = '0'.repeat(Math.max(0, -Number(exponent) - 1)) + digits.replace('.', '');
  return `${value < 0 ? '-' : ''}0.${places}`;
}
