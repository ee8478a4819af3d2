import type { Outcome } from '../operators';
import { listOf, text, unknown, type Value } from '../value';
import { aNumber, aString, type Definition, numberAt, stringList, textAt } from './definition';

interface Network {
  readonly address: bigint;
  readonly length: number;
  /** Bits of an address: 32 or 128. */
  readonly bits: number;
}

function parseAddress(written: string): { readonly address: bigint; readonly bits: number } | undefined {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(written);
  if (v4 !== null) {
    const parts = v4.slice(1).map(Number);
    return parts.every(part => part < 256)
      ? { address: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n), bits: 32 }
      : undefined;
  }
  if (!/^[\da-fA-F:]+$/.test(written)) return undefined;
  const [left = '', right, more] = written.split('::');
  if (more !== undefined) return undefined;
  const words = (side: string): string[] => (side === '' ? [] : side.split(':'));
  const [a, b] = [words(left), words(right ?? '')];
  const missing = 8 - a.length - b.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...a, ...Array<string>(missing).fill('0'), ...b];
  if (!all.every(word => /^[\da-fA-F]{1,4}$/.test(word))) return undefined;
  return { address: all.reduce((sum, word) => (sum << 16n) | BigInt(`0x${word}`), 0n), bits: 128 };
}

function parseNetwork(written: string): Network | undefined {
  const [host = '', length = ''] = written.split('/');
  const parsed = parseAddress(host);
  if (parsed === undefined || !/^\d{1,3}$/.test(length) || Number(length) > parsed.bits) return undefined;
  const size = BigInt(parsed.bits - Number(length));
  return { address: (parsed.address >> size) << size, length: Number(length), bits: parsed.bits };
}

function writtenAddress(address: bigint, bits: number): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map(shift => String((address >> shift) & 255n)).join('.');
  const words = [7, 6, 5, 4, 3, 2, 1, 0].map(i => ((address >> BigInt(16 * i)) & 0xffffn).toString(16));
  // The longest run of zeros, of at least two, is left out.
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (words[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length === 1) return words.join(':');
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`;
}

const noNetwork = 'The text is not a network';

function subnet({ address, length, bits }: Network, newBits: number, number: number): Outcome {
  const long = length + newBits;
  if (!Number.isInteger(newBits) || newBits < 0 || long > bits) return 'The network has too few bits for that';
  const count = BigInt(newBits);
  if (!Number.isSafeInteger(number)) return 'The number of the network is not a whole number';
  if (number < 0) return unknown('Versions of Terraform differ in what the network of a negative number is.');
  const place = BigInt(number);
  if (place >= 1n << count) return 'The network has too few bits for that number';
  return text(`${writtenAddress(address | (place << BigInt(bits - long)), bits)}/${long}`);
}

function host({ address, length, bits }: Network, number: number): Outcome {
  if (!Number.isSafeInteger(number)) return 'The number of the host is not a whole number';
  const size = 1n << BigInt(bits - length);
  const place = number < 0 ? BigInt(number) + size : BigInt(number);
  return place < 0n || place >= size ? 'The network has no such host' : text(writtenAddress(address | place, bits));
}

/** Networks of these sizes one after the other, each at the next place where it may begin. */
function subnets({ address, length, bits }: Network, sizes: readonly number[]): Outcome {
  const found: Value[] = [];
  const end = address + (1n << BigInt(bits - length));
  let next = address;
  for (const newBits of sizes) {
    const long = length + newBits;
    if (!Number.isInteger(newBits) || newBits < 1 || long > bits) return 'The network has too few bits for that';
    const size = 1n << BigInt(bits - long);
    const start = ((next + size - 1n) / size) * size;
    if (start + size > end) return 'The network has not enough room';
    found.push(text(`${writtenAddress(start, bits)}/${long}`));
    next = start + size;
  }
  return listOf('list', found, 'string');
}

const of =
  (apply: (network: Network, args: readonly Value[]) => Outcome) =>
  (args: readonly Value[]): Outcome => {
    const network = parseNetwork(textAt(args, 0));
    return network === undefined ? noNetwork : apply(network, args);
  };

export const networks: Readonly<Record<string, Definition>> = {
  cidrsubnet: {
    takes: [aString, aNumber, aNumber],
    gives: 'string',
    apply: of((network, args) => subnet(network, numberAt(args, 1), numberAt(args, 2))),
  },
  cidrhost: {
    takes: [aString, aNumber],
    gives: 'string',
    apply: of((network, args) => host(network, numberAt(args, 1))),
  },
  cidrnetmask: {
    takes: [aString],
    gives: 'string',
    apply: of(({ length, bits }) =>
      bits === 128
        ? 'Only networks of IPv4 have a mask'
        : text(writtenAddress(((1n << 32n) - 1n) ^ ((1n << BigInt(32 - length)) - 1n), 32)),
    ),
  },
  cidrsubnets: {
    takes: [aString],
    more: aNumber,
    gives: stringList,
    apply: of((network, args) =>
      subnets(
        network,
        args.slice(1).map((_, i) => numberAt(args, i + 1)),
      ),
    ),
  },
};
