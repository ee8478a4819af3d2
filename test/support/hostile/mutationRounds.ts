import { mutate, seededRandom } from '../hcl/corpus';
import { kinds } from './kinds';
import { Plants } from './plants';

/** One reading may take this many milliseconds of the process's own time. */
const longest = 1000;
const mostFaults = 20;

interface MutationResult {
  readonly faults: readonly string[];
  readonly kinds: Readonly<Record<string, number>>;
  /** Rounds that said a piece of a secret that the change had broken up. */
  readonly pieces: number;
}

interface Rounds {
  readonly count: number;
  readonly seed: number;
  readonly kind: string | undefined;
  readonly round: (n: number) => void;
}

/**
 * What went wrong in so many rounds, each with all that is needed to see it again, and how many inputs of each kind there were. A secret
 * that the change itself broke up or joined to other letters has no shape any more, and maybe no name: pieces of such ones that are said
 * are counted apart.
 */
export async function mutationFaults({ count, seed, kind, round }: Rounds): Promise<MutationResult> {
  const plants = new Plants();
  const all = kinds(plants).filter(k => kind === undefined || k.name === kind);
  const faults: string[] = [];
  const counts: Record<string, number> = {};
  let pieces = 0;
  for (let n = 0; n < count && faults.length < mostFaults; n++) {
    round(n);
    // Each round from its own seed: any of them can be run again alone.
    const random = seededRandom(seed + n);
    const chosen = all[n % all.length];
    if (chosen === undefined) break;
    counts[chosen.name] = (counts[chosen.name] ?? 0) + 1;
    const original = chosen.texts[random(chosen.texts.length)] ?? '';
    // Some as they are: the plants have to be looked for where nothing was changed too.
    const text = random(50) === 0 ? original : mutate(original, random);
    const told = (what: string): void => {
      faults.push(`round ${n}, ${chosen.name}: ${what}\n${JSON.stringify(text)}`);
    };
    try {
      const begun = process.cpuUsage();
      const shown = await chosen.say(text);
      const { user, system } = process.cpuUsage(begun);
      if ((user + system) / 1000 > longest) told(`${Math.round((user + system) / 1000)} ms`);
      const out = plants.foundIn('what is said', shown, text);
      if (out.length > 0) told(out.join('; '));
      else if (plants.foundIn('what is said', shown).length > 0) pieces++;
    } catch (error) {
      told(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }
  return { faults, kinds: counts, pieces };
}
