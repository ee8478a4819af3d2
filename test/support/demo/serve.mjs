// The example company and its servers without a VS Code: F5 (.vscode/launch.json) opens one with the extension's sources on it. What
// the window needs of the environment is written to .cache/demo/env. Runs until it is ended.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const { startCompany } = createRequire(import.meta.url)('./company.ts');
const base = path.resolve(import.meta.dirname, '../../../.cache/demo');

console.log('Starting the example company …');
const company = await startCompany(base);
// A desktop VS Code needs the user's home for its display; the profiles are named by variables of their own.
const { HOME: _home, USERPROFILE: _profile, ...env } = company.env;
mkdirSync(base, { recursive: true });
const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
writeFileSync(path.join(base, 'env'), lines.join(''));
console.log(`The example company is ready in ${company.folder}.`);
await new Promise(resolve => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
});
await company.close();
process.exit(0);
