import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CorpusFile {
  readonly name: string;
  readonly text: string;
}

const folder = join(__dirname, '../../fixtures/hcl');

/** The hand-written HCL texts under test/fixtures/hcl: all valid, each about one corner of the syntax. */
export function readCorpus(): readonly CorpusFile[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.tf'))
    .sort()
    .map(name => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** A small generator of random numbers, the same on every run. `next(n)` answers 0 … n-1. */
export function seededRandom(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return n => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

const shards = [
  '{', '}', '[', ']', '(', ')', '"', '${', '%{', '}"', '=', '\n', '\r\n', ',', '<<EOF\n', '<<-A\n', 'EOF\n', '/*', '*/', '#',
  '.', '*', '...', '=>', '?', ':', '::', '-', '!', 'for ', 'in ', 'if ', '\\', '~', 'a = ', 'b {\n', '\t', '\u{1F600}', '\ud83d', 'é', '\0',
]; // prettier-ignore

/** `text` with one to three random edits: a cut, a repeat, a shard of syntax put in, or the end cut off. */
export function mutate(text: string, random: (n: number) => number): string {
  let mutated = text;
  for (let edits = 1 + random(3); edits > 0; edits--) {
    const at = random(mutated.length + 1);
    const length = random(8) === 0 ? random(80) : 1 + random(4);
    const kind = random(5);
    if (kind === 0) mutated = mutated.slice(0, at) + mutated.slice(at + length);
    else if (kind === 1) mutated = mutated.slice(0, at) + mutated.slice(at, at + length) + mutated.slice(at);
    else if (kind === 2 && random(3) === 0) mutated = mutated.slice(0, at);
    else mutated = mutated.slice(0, at) + (shards[random(shards.length)] ?? '') + mutated.slice(at);
  }
  return mutated;
}
