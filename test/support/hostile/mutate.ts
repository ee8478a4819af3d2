import fc from 'fast-check';

/** Names that break out of quotes, lines, terminals, shells, tables and templates. */
export const hostileNames: readonly string[] = [
  '\u001b[2J\u001b]0;owned\u0007',
  '\u009b31mred',
  'a\nsecond line',
  'a\r\n::error::forged',
  '\u202egnp.exe\u202c',
  '"; rm -rf / #',
  "'; echo owned; '",
  '`id`',
  '$(touch owned)',
  '${var.owned}',
  '%{ if true }owned%{ endif }',
  '%s%n%x',
  'a|b|c',
  '<script>alert(1)</script>',
  '[x](javascript:alert(1))',
  '=HYPERLINK("http://example.com")',
  '\u0000',
  '\ud800',
  '\ufeff',
  '\\',
  '__proto__',
  'constructor',
  ' ',
  '',
];

/** One place of a document, and what stands there instead; `undefined` takes it away. */
export interface Mutation {
  readonly place: number;
  readonly with: unknown;
}

const strange = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, 0, -1, 1e308, NaN, [], {}, [[]], [null], { data: null }),
  fc.constantFrom(...hostileNames),
  fc.constant('x'.repeat(200_000)),
  fc.jsonValue({ maxDepth: 3 }),
);

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(fc.record({ place: fc.nat(), with: strange }), {
  minLength: 1,
  maxLength: 4,
});

/** A copy of a JSON value with other values in some places. */
export function mutated(value: unknown, changes: readonly Mutation[]): unknown {
  let root: unknown = structuredClone(value);
  for (const change of changes) {
    const places: { readonly of: Record<string, unknown>; readonly key: string }[] = [];
    const visit = (at: unknown): void => {
      if (typeof at !== 'object' || at === null) return;
      for (const key of Object.keys(at)) {
        places.push({ of: at as Record<string, unknown>, key });
        visit((at as Record<string, unknown>)[key]);
      }
    };
    visit(root);
    const chosen = places[change.place % (places.length + 1)];
    if (chosen === undefined) root = change.with;
    else if (change.with === undefined && !Array.isArray(chosen.of)) delete chosen.of[chosen.key];
    else chosen.of[chosen.key] = structuredClone(change.with);
  }
  return root;
}

/** The same cases each time, so that a submission never waits for luck; FUZZ_SEED looks for others, FUZZ_RUNS for more. */
export function fuzz(runs: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: Number(process.env['FUZZ_SEED'] ?? 20_261_124), numRuns: Number(process.env['FUZZ_RUNS'] ?? runs) };
}
