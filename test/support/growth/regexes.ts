import { type AST, RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import ts from 'typescript';

/** A regular expression as it stands in the source. */
export interface FoundRegex {
  readonly place: string;
  readonly regex: RegExp;
}

/** Every literal of a regular expression below a folder. */
export function regexesOf(folder: string): readonly FoundRegex[] {
  const found: FoundRegex[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || !file.endsWith('.ts')) continue;
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        const end = node.text.lastIndexOf('/');
        const regex = new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
        found.push({ place: `${path.relative(folder, file)}:${line + 1}`, regex });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

const letters = [...'a0A \n\t"\'=-_./:\\{}[]()<>#,;*+$%@!|~é'];

/** Letters that a set of characters takes. */
function lettersOf(raw: string, flags: string): readonly string[] {
  const one = new RegExp(`^(?:${raw})$`, flags.replace(/[gy]/g, ''));
  return letters.filter(letter => one.test(letter)).slice(0, 4);
}

/** A short text that a part of an expression takes; what only looks around takes none. */
function sample(node: AST.Node, flags: string): string {
  switch (node.type) {
    case 'Character':
      return String.fromCodePoint(node.value);
    case 'CharacterSet':
    case 'CharacterClass':
      return lettersOf(node.raw, flags)[0] ?? 'a';
    case 'Quantifier':
      return sample(node.element, flags).repeat(Math.min(node.min, 40));
    case 'Group':
    case 'CapturingGroup':
    case 'Pattern':
      return node.alternatives[0] === undefined ? '' : sample(node.alternatives[0], flags);
    case 'Alternative':
      return node.elements.map(element => sample(element, flags)).join('');
    default:
      return '';
  }
}

/** What stands before a part in the alternatives around it. */
function before(node: AST.Node, flags: string): string {
  let text = '';
  for (let at: AST.Node = node; at.parent !== null; at = at.parent as AST.Node) {
    if (at.parent.type !== 'Alternative') continue;
    const all: readonly AST.Node[] = at.parent.elements;
    text =
      all
        .slice(0, all.indexOf(at))
        .map(element => sample(element, flags))
        .join('') + text;
  }
  return text;
}

/** Makers of texts of any length on which an expression may go back and forth: each part that repeats, repeated. */
export function pumps({ regex }: FoundRegex): readonly ((length: number) => string)[] {
  const { source, flags } = regex;
  const pattern = new RegExpParser().parsePattern(source, 0, source.length, {
    unicode: flags.includes('u'),
    unicodeSets: flags.includes('v'),
  });
  const makers = new Map<string, (length: number) => string>();
  const repeated = (piece: string, length: number): string =>
    piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
  const add = (head: string, piece: string, tail: string): void => {
    if (piece === '') return;
    makers.set(JSON.stringify([head, piece, tail]), length => `${head}${repeated(piece, length)}${tail}`);
  };
  visitRegExpAST(pattern, {
    onQuantifierEnter(node) {
      if (node.max < 10) return;
      const head = before(node, flags);
      const inner =
        node.element.type === 'CharacterClass' || node.element.type === 'CharacterSet'
          ? lettersOf(node.element.raw, flags)
          : [sample(node.element, flags)];
      for (const piece of inner)
        for (const tail of ['', '\u0001']) {
          add(head, piece, tail);
          add('', piece, tail);
          add('', head + piece, tail);
          // Something in front that an expression for the whole text does not take at once.
          add('\u0001', piece, tail);
          for (const other of inner) if (other !== piece) add(head, piece + other, tail);
        }
    },
  });
  return [...makers.values()];
}

/** Milliseconds of this process's own time, so that others on the machine don't count. */
export function cost(work: () => void): number {
  const { user, system } = process.cpuUsage();
  work();
  const after = process.cpuUsage();
  return (after.user + after.system - user - system) / 1000;
}

/** What work comes to, or "late" where it takes longer than so many milliseconds: an expression may grow without measure. */
export function within<T>(milliseconds: number, work: () => T): T | 'late' {
  let out: T | 'late' = 'late';
  const place = '__growthWork';
  Object.assign(globalThis, { [place]: () => void (out = work()) });
  try {
    new vm.Script(`${place}()`).runInThisContext({ timeout: milliseconds });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
  } finally {
    Reflect.deleteProperty(globalThis, place);
  }
  return out;
}

/** All that an expression has to do with a text. */
export function use({ regex }: FoundRegex, text: string): void {
  regex.lastIndex = 0;
  if (regex.global) text.replace(regex, '');
  else regex.exec(text);
}

/**
 * The power of its length by which the time of a piece of work grows: 1 is linear, 2 quadratic. Small inputs first, and none that
 * takes long, so that even what grows without measure comes to an end. Undefined: it is done at once however long the input.
 */
export function growth(work: (length: number) => void, longest: number): number | undefined {
  const times = new Map<number, number>();
  for (let length = 250; length <= longest; length *= 2) {
    const spent = cost(() => work(length));
    times.set(length, spent);
    const earlier = times.get(length / 4);
    if (spent < enough || earlier === undefined) continue;
    // Once more, the shortest of some: whatever else the process does may fall into one of them.
    const least = (size: number, first: number): number =>
      Math.max(0.02, Math.min(first, ...[1, 2].map(() => cost(() => work(size)))));
    return Math.log(least(length, spent) / least(length / 4, earlier)) / Math.log(4);
  }
  return undefined;
}

/** Milliseconds from which a growth can be told. */
const enough = 8;
