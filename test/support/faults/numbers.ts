/** https://en.wikipedia.org/wiki/Linear_congruential_generator with the constants of Numerical Recipes: 0 to 2^32 - 1. */
export function* numbers(state: number): Generator<number, never> {
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}
