// npm run docs: writes what documents and manifest repeat of the code's tables: docs/cli.md (commands and options), the table of rules
// in README.md, the severities of the setting and the tools for language models in package.json, the schema of tfc-oidc.json, and those of the JSON
// reports (docs/schemas). With
// --check it only says what would change (npm run check does).
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { editorName } from '../src/binding/agents/toolIds.ts';
import { agentTools, inputSchema } from '../src/binding/agents/tools.ts';
import { commands } from '../src/cli/commands.ts';
import { commandReference } from '../src/cli/reference.ts';
import { documentationPage } from '../src/lint/finding.ts';
import { schemaVersion } from '../src/cli/output/jsonReport.ts';
import { rules } from '../src/lint/table.ts';
import { reportSchemas } from './schemas.mjs';

const root = path.resolve(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const stale = [];

async function write(name, make) {
  const file = path.join(root, name);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
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
  manifest.contributes.languageModelTools = agentTools.map(tool => ({
    name: editorName(tool.id),
    displayName: tool.title,
    toolReferenceName: tool.reference,
    canBeReferencedInPrompt: true,
    icon: tool.icon,
    userDescription: tool.forPeople,
    modelDescription: tool.forModels,
    inputSchema: inputSchema(tool),
  }));
  return format(JSON.stringify(manifest), { parser: 'json-stringify', printWidth: 120 });
});

/** The schema of tfc-oidc.json, which the editor knows and the package of the CLI holds (JSON Schema draft-07, as VS Code reads it). */
await write('media/tfc-oidc.schema.json', () =>
  format(JSON.stringify(projectFileSchema()), { parser: 'json', printWidth: 120 }),
);

mkdirSync(path.join(root, 'docs/schemas'), { recursive: true });
const schemas = reportSchemas(schemaVersion);
for (const [name, schema] of schemas)
  await write(`docs/schemas/${name}.schema.json`, () =>
    format(JSON.stringify(schema), { parser: 'json', printWidth: 120 }),
  );
for (const file of readdirSync(path.join(root, 'docs/schemas')))
  if (!schemas.has(file.replace(/\.schema\.json$/, ''))) throw new Error(`docs/schemas/${file} is of no report`);

function projectFileSchema() {
  const level = rule => ({
    enum: ['error', 'warning', 'information', 'off'],
    default: rule.severity,
    description: `${rule.title}.`,
  });
  const below = 'below the folder of this file, with forward slashes';
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://raw.githubusercontent.com/tfc-oidc/vscode-configure-tfc-oidc/main/media/tfc-oidc.schema.json',
    title: 'tfc-oidc.json',
    description: 'What a repository says to Configure TFC OIDC, in the editor, on the command line and in CI.',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      rules: {
        description: 'Severity of each rule. A rule that tones a finding down by itself keeps doing so.',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(rules.map(rule => [rule.code, level(rule)])),
      },
      ignoredFolders: {
        description: `Folders that are not read, ${below}.`,
        type: 'array',
        items: { type: 'string', minLength: 1 },
        examples: [['examples', 'test/fixtures']],
      },
      organization: {
        description: 'The organization of code whose cloud block names none, and of commands that are told none.',
        type: 'string',
        pattern: '^[A-Za-z0-9_-]{1,100}$',
      },
      hostname: {
        description: 'The host of code whose cloud block names none, and of commands that are told none.',
        type: 'string',
        examples: ['app.terraform.io', 'app.eu.terraform.io'],
      },
      baseline: {
        description: `A file of findings that are left out, ${below}; "tfc-oidc check --write-baseline" writes it.`,
        type: 'string',
        minLength: 1,
        examples: ['tfc-oidc-baseline.json'],
      },
    },
  };
}

if (check && stale.length > 0) {
  console.error(`${stale.join(', ')}: not as the code's tables say. Run "npm run docs".`);
  process.exitCode = 1;
}
