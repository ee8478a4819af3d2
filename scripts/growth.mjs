// npm run growth [-- PART…]: the regular expressions of src (of the files whose path holds a PART) whose time grows faster than n^1.3
// with a text made to make them go back and forth. Takes half a minute, so it is no part of the tests.
import path from 'node:path';
import { cost, growth, pumps, regexesOf, use, within } from '../test/support/growth/regexes.ts';

const most = 1.3;
/** Milliseconds for one text. */
const longest = 5000;
const parts = process.argv.slice(2);
const all = regexesOf(path.join(import.meta.dirname, '../src')).filter(
  ({ place }) => parts.length === 0 || parts.some(part => place.includes(part)),
);
let slow = 0;
for (const found of all) {
  const timed = work => {
    const measured = within(longest, work);
    return measured === 'late' ? Infinity : measured;
  };
  const spent = (pump, length) => timed(() => cost(() => use(found, pump(length))));
  let worst = 0;
  for (const pump of pumps(found)) {
    // Most are done with a text of any kind at once; what does not come to its end grows without measure.
    if (spent(pump, 300) < 2 && spent(pump, 12_000) < 2) continue;
    const measured = () => timed(() => growth(length => use(found, pump(length)), 32_000) ?? 1);
    let least = measured();
    // What was measured once may have been another thing's time.
    for (let again = 0; again < 3 && least > most; again++) least = Math.min(least, measured());
    worst = Math.max(worst, least);
    if (worst > 1.6) break;
  }
  if (worst <= most) continue;
  slow++;
  console.log(`${found.place} n^${worst.toFixed(2)} ${found.regex.source.slice(0, 120)}`);
}
console.log(`${all.length} regular expressions, ${slow} that grow faster than n^${most}`);
process.exitCode = slow === 0 ? 0 : 1;
