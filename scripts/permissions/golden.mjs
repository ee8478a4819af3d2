// Compares the golden policies in test/fixtures/permissions with what the code says: node scripts/permissions/golden.mjs
// With --write it writes them. Do that only after a review: REVIEW.md beside each says what was checked by hand.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..');
const fixtures = path.join(root, 'test/fixtures/permissions');
const write = process.argv.includes('--write');
let stale = 0;
for (const name of readdirSync(fixtures).sort()) {
  if (!existsSync(path.join(fixtures, name, 'REVIEW.md'))) continue;
  for (const phase of ['plan', 'apply']) {
    const command = ['--import', 'tsx', 'src/cli.ts', 'permissions', path.join(fixtures, name)];
    const json = execFileSync(
      process.execPath,
      [...command, '--phase', phase, '--account', '111122223333', '--format', 'json'],
      {
        cwd: root,
        encoding: 'utf8',
      },
    );
    const text = `${JSON.stringify(JSON.parse(json).policy, null, 2)}\n`;
    const file = path.join(fixtures, name, `${phase}.json`);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    stale++;
    console.log(`${write ? 'written' : 'differs'}: ${path.relative(root, file)}`);
    if (write) writeFileSync(file, text);
  }
}
if (stale > 0 && !write) process.exitCode = 1;
