import { type SubjectKind, type SubjectPart, subjectGrammars, subjectText } from '../../../oidc/subject';
import { compilePattern, matches } from './glob';
import { collapsed } from './holes';

/**
 * Which subjects of HCP Terraform a value of a trust policy fits. No name holds a colon, so that a wildcard that spans colons may still
 * fit one workspace only: the pattern is run beside the grammar of each kind of subject, and what both take is what the policy lets in.
 */
export interface Reach {
  readonly kind: SubjectKind;
  /** A subject that fits, by its segments. */
  readonly example: Readonly<Record<string, string>>;
  /** Segments of which more than one name fits. The run phase is not among them. */
  readonly free: ReadonlySet<string>;
}

/**
 * How a part that only Terraform knows is taken where it may be more than a name (at the beginning, or all that follows
 * `organization:`): as some name of which nothing is known, or as any text, colons included. Behind another key it is a name.
 */
export type HoleReading = 'a name' | 'any text';

/** Stands in a pattern and in an example for a part that only Terraform knows. */
const holeLetter = '\uE000';

type Element =
  | { readonly kind: 'letter'; readonly letter: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'run' }
  | { readonly kind: 'hole'; readonly isName: boolean };

/** Longer values are in no policy: IAM takes 8,192 characters for all of it at the most. */
const longest = 2048;

/** Kinds of subjects that a value fits; `undefined` where only AWS knows the value (a policy variable), or where it is too long. */
export function reachOf(
  value: string,
  wildcards: boolean,
  holes: HoleReading,
  kinds: readonly SubjectKind[] = ['workspace', 'stack', 'module-test'],
): readonly Reach[] | undefined {
  const elements = elementsOf(value, wildcards);
  if (elements === undefined || elements.length > longest) return undefined;
  return kinds.flatMap((kind): readonly Reach[] => {
    const search = new Search(elements, subjectGrammars[kind], holes);
    const example = search.example();
    if (example === undefined) return [];
    const free = subjectGrammars[kind].flatMap(part =>
      part.kind === 'name' && search.example({ segment: part.segment, not: example[part.segment] ?? '' }) !== undefined
        ? [part.segment]
        : [],
    );
    return [{ kind, example, free: new Set(free) }];
  });
}

/** Does a pattern with wildcards fit the subject of these names? */
export function fitsSubject(value: string, kind: SubjectKind, segments: Readonly<Record<string, string>>): boolean {
  const compiled = compilePattern(collapsed(value), true, true);
  return compiled.kind === 'pattern' && matches(compiled.parts, subjectText(kind, segments));
}

function elementsOf(value: string, wildcards: boolean): readonly Element[] | undefined {
  const compiled = compilePattern(collapsed(value), true, wildcards);
  if (compiled.kind === 'variable') return undefined;
  const names = namedHoles(collapsed(value));
  let holes = 0;
  const elementOf = (letter: string | null): Element => {
    if (letter === null) return { kind: 'one' };
    return letter === holeLetter ? { kind: 'hole', isName: names[holes++] ?? false } : { kind: 'letter', letter };
  };
  return compiled.parts.flatMap((part, i): readonly Element[] => [
    ...(i > 0 ? [{ kind: 'run' } as const] : []),
    ...part.map(elementOf),
  ]);
}

const behindKey = /(?:^|:)(organization|project|workspace|stack|deployment|module|run_phase|operation):[^:]*$/;

/** Of each part that only Terraform knows, whether it is a name or a piece of one by where it stands. */
function namedHoles(text: string): readonly boolean[] {
  return [...text.matchAll(/\uE000/g)].map(({ index }) => {
    const key = behindKey.exec(text.slice(Math.max(0, index - 200), index))?.[1];
    return key !== undefined && !(key === 'organization' && index === text.length - 1);
  });
}

/** Where a search is: in the pattern, in the grammar, and inside of the grammar's part. */
interface State {
  readonly element: number;
  readonly part: number;
  /** Letters of this part so far; of a name only as many as its shortest and longest length ask for. */
  readonly count: number;
  /** The last letter was a blank, behind which no name ends. */
  readonly blank: boolean;
  /** How many letters of the excluded name were met in order; -1 once the name differs from it. */
  readonly same: number;
  readonly from: State | undefined;
  readonly letter: string;
}

interface Exclusion {
  readonly segment: string;
  readonly not: string;
}

class Search {
  constructor(
    private readonly elements: readonly Element[],
    private readonly grammar: readonly SubjectPart[],
    private readonly holes: HoleReading,
  ) {}

  /** A subject that both the pattern and the grammar take, by its segments; with `except`, one whose segment has another name. */
  example(except?: Exclusion): Readonly<Record<string, string>> | undefined {
    const start: State = { element: 0, part: 0, count: 0, blank: false, same: 0, from: undefined, letter: '' };
    const seen = new Set<number>();
    let front: readonly State[] = [start];
    while (front.length > 0) {
      const next: State[] = [];
      for (const state of front) {
        const key = this.keyOf(state, except);
        if (seen.has(key)) continue;
        seen.add(key);
        if (state.element === this.elements.length && state.part === this.grammar.length) return this.segmentsOf(state);
        next.push(...this.stepsOf(state, except));
      }
      front = next;
    }
    return undefined;
  }

  private keyOf(s: State, except: Exclusion | undefined): number {
    const width = (except?.not.length ?? 0) + 2;
    const inside = (s.count * 2 + (s.blank ? 1 : 0)) * width + s.same + 1;
    return (s.element * (this.grammar.length + 1) + s.part) * (512 * width) + inside;
  }

  private stepsOf(state: State, except: Exclusion | undefined): readonly State[] {
    const element = this.elements[state.element];
    const out: State[] = this.leaving(state, except);
    if (element === undefined) return out;
    const isRun = element.kind === 'run' || (element.kind === 'hole' && !element.isName && this.holes === 'any text');
    if (isRun) out.push({ ...state, element: state.element + 1, from: state, letter: '' });
    const wanted =
      element.kind === 'letter' ? element.letter : element.kind === 'hole' && !isRun ? holeLetter : undefined;
    for (const taken of this.taking(state, wanted, except))
      out.push({ ...taken, element: isRun ? state.element : state.element + 1 });
    return out;
  }

  /** On to the next part of the grammar, without a letter. */
  private leaving(state: State, except: Exclusion | undefined): State[] {
    const part = this.grammar[state.part];
    if (part === undefined) return [];
    const complete =
      part.kind === 'name'
        ? state.count >= part.shortest && !state.blank && !this.isExcluded(part.segment, state.same, except)
        : part.kind === 'text'
          ? state.count === part.text.length
          : state.count === 255;
    return complete
      ? [{ ...state, part: state.part + 1, count: 0, blank: false, same: 0, from: state, letter: '' }]
      : [];
  }

  private isExcluded(segment: string, same: number, except: Exclusion | undefined): boolean {
    return except?.segment === segment && same === except.not.length;
  }

  /** The states behind one more letter: the wanted one, or any that the grammar takes here. */
  private taking(state: State, wanted: string | undefined, except: Exclusion | undefined): readonly State[] {
    const part = this.grammar[state.part];
    switch (part?.kind) {
      case undefined:
        return [];
      case 'text': {
        const letter = part.text[state.count];
        if (letter === undefined || (wanted !== undefined && wanted !== letter)) return [];
        return [{ ...state, count: state.count + 1, from: state, letter }];
      }
      case 'choice':
        return this.choosing(state, part.texts, wanted);
      case 'name':
        return this.naming(state, part, wanted, except);
    }
  }

  /** One of a few words. `count` is 16 × (which word + 1) + letters so far, and 255 behind the last letter. */
  private choosing(state: State, texts: readonly string[], wanted: string | undefined): readonly State[] {
    if (state.count === 0 && wanted === holeLetter) return [{ ...state, count: 255, from: state, letter: holeLetter }];
    return texts.flatMap((text, i): readonly State[] => {
      const at = state.count === 0 ? 0 : state.count - 16 * (i + 1);
      const letter = at >= 0 && at < Math.min(16, text.length) ? text[at] : undefined;
      if (letter === undefined || (wanted !== undefined && wanted !== letter)) return [];
      const count = at + 1 === text.length ? 255 : 16 * (i + 1) + at + 1;
      return [{ ...state, count, from: state, letter }];
    });
  }

  private naming(
    state: State,
    part: Extract<SubjectPart, { kind: 'name' }>,
    wanted: string | undefined,
    except: Exclusion | undefined,
  ): readonly State[] {
    const compared = except?.segment === part.segment;
    const next = compared && state.same >= 0 ? except.not[state.same] : undefined;
    // Of all letters that fit only two kinds differ in what follows: the one that goes on like the excluded name, and another.
    const candidates =
      wanted !== undefined ? [wanted] : [next, next === 'x' ? 'y' : 'x'].filter(letter => letter !== undefined);
    return candidates.flatMap((letter): readonly State[] => {
      if (letter !== holeLetter && !part.letters.test(letter)) return [];
      const blank = letter === ' ';
      if (blank && state.count === 0) return [];
      if (part.longest !== undefined && state.count >= part.longest) return [];
      const counted = state.count + 1;
      const count =
        letter === holeLetter
          ? Math.max(counted, part.shortest)
          : part.longest === undefined
            ? Math.min(counted, part.shortest)
            : counted;
      const same = !compared || state.same < 0 ? state.same : letter === next ? state.same + 1 : -1;
      return [{ ...state, count, blank, same, from: state, letter }];
    });
  }

  private segmentsOf(end: State): Readonly<Record<string, string>> {
    const out: Record<string, string> = {};
    for (let s: State | undefined = end; s !== undefined; s = s.from) {
      const part: SubjectPart | undefined = this.grammar[s.from?.part ?? s.part];
      if (part === undefined || part.kind === 'text' || s.letter === '') continue;
      out[part.segment] = s.letter + (out[part.segment] ?? '');
    }
    return out;
  }
}
