// npm run docs: writes what documents and manifest repeat of the code's tables: docs/cli.md (commands and options), the table of rules
// in README.md, the severities of the setting in package.json and their titles. With
// --check it only says what would change (npm run check does).
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { commands } from '../src/cli/commands.ts';
import { commandReference } from '../src/cli/reference.ts';
import { documentationPage } from '../src/lint/finding.ts';
import { rules } from '../src/lint/table.ts';

const root = path.resolve(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const stale = [];

async function write(name, make) {
  const file = path.join(root, name);
  const before = readFileSync(file, 'utf8');
  const after = await make(before);
  if (after === before) return;
  stale.push(name);
  if (!check) writeFileSync(file, after);
}

/** Replaces what stands between the marks `<!-- NAME -->` and `<!-- /NAME -->`. */
function between(text, name, inner) {
  const marks = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!marks.test(text)) throw new Error(`there are no marks for ${name}`);
  return text.replace(marks, (_, start, end) => `${start}${inner}${end}`);
}

await write('docs/cli.md', text => between(text, 'commands', `\n${commandReference(commands)}\n`));
const row = rule => `| [\`${rule.code}\`](${documentationPage(rule.code)}) | ${rule.title} | ${rule.severity} |`;
const table = ['| code | finds | severity |', '|---|---|---|', ...rules.map(row)].join('\n');
await write('README.md', text => between(text, 'rules', `${table}\n`));
await write('package.json', text => {
  const manifest = JSON.parse(text);
  const severity = rule => ({
    type: 'string',
    enum: ['error', 'warning', 'information', 'off'],
    default: rule.severity,
    description: rule.title,
  });
  manifest.contributes.configuration.properties['tfcOidc.rules'].properties = Object.fromEntries(
    rules.map(rule => [rule.code, severity(rule)]),
  );
  return format(JSON.stringify(manifest), { parser: 'json-stringify', printWidth: 120 });
});

if (check && stale.length > 0) {
  console.error(`${stale.join(', ')}: not as the code's tables say. Run "npm run docs".`);
  process.exitCode = 1;
}
