import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { commonOptions } from '../../src/cli/command';
import { commands } from '../../src/cli/commands';
import { rules } from '../../src/lint/table';

const root = path.resolve(__dirname, '../..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter(f => f.endsWith('.md'))
    .map(f => `docs/${f}`),
];

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category?: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
    readonly languageModelTools: readonly { readonly toolReferenceName: string }[];
  };
}
const manifest = JSON.parse(read('package.json')) as Manifest;

/** Anchors of a page, as GitHub makes them. */
function anchors(page: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [, heading = ''] of read(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const base = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let name = base;
    for (let n = 1; found.has(name); n++) name = `${base}-${n}`;
    found.add(name);
  }
  return found;
}

describe('the documents', () => {
  test('each file of tests, sources and scripts that they name is there', () => {
    // NAME stands for one that is to be written.
    for (const page of pages)
      for (const [, name = ''] of read(page).matchAll(/`((?:test|src|scripts)\/[\w./-]+\.\w+)`/g))
        assert.ok(/\bNAME\b/.test(name) || existsSync(path.join(root, name)), `${page}: ${name}`);
  });

  test('link only to what is there, headings included', () => {
    for (const page of pages) {
      for (const [, link = ''] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(link)) continue;
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? page : path.normalize(path.join(path.dirname(page), file));
        assert.ok(existsSync(path.join(root, target)), `${page}: ${link}`);
        if (anchor !== undefined) assert.ok(anchors(target).has(anchor), `${page}: ${link}`);
      }
    }
  });

  test('show no picture without a text for those who do not see it', () => {
    for (const page of pages)
      for (const [whole, alt = ''] of read(page).matchAll(/!\[([^\]]*)\]\([^)]+\)/g))
        assert.ok(alt.length > 10, `${page}: ${whole}`);
  });

  test('name only commands that exist', () => {
    const known = new Set(commands.map(c => c.name));
    for (const page of pages) {
      const text = read(page);
      for (const [whole, name = ''] of text.matchAll(/(?:`|\$ |^ {4,}- |run: )tfc-oidc ([a-z][a-z-]*)/gm))
        assert.ok(known.has(name), `${page}: ${whole}`);
      for (const [whole, script = ''] of text.matchAll(/npm run ([\w:-]+)/g))
        assert.ok(script in manifest.scripts, `${page}: ${whole}`);
      for (const [whole, file = ''] of text.matchAll(/node (scripts\/[\w/]+\.mjs|test\/[\w/]+\.mjs)/g))
        assert.ok(existsSync(path.join(root, file)), `${page}: ${whole}`);
    }
  });

  test('name the commands of the editor as the palette does', () => {
    const titles = manifest.contributes.commands.map(c => {
      const { title } = c;
      return c.category === undefined ? title : `${c.category}: ${title}`;
    });
    for (const page of pages)
      for (const [, name = ''] of read(page).matchAll(/"(TFC OIDC: [^"]+)"|\*(TFC OIDC: [^*]+)\*/g)) {
        if (name !== '') assert.ok(titles.includes(name), `${page}: ${name}`);
      }
  });

  test('give each command, rule, setting and tool of the product in the README, with its real default', () => {
    const text = read('README.md');
    for (const command of commands) assert.match(text, new RegExp(`\`${command.name}[\` ]`), command.name);
    for (const rule of rules) {
      const row = new RegExp(`^\\| \\[\`${rule.code}\`\\]\\([^)]+\\) \\| .+ \\| ${rule.severity} \\|$`, 'm');
      assert.match(text, row, rule.code);
    }
    for (const [name, setting] of Object.entries(manifest.contributes.configuration.properties))
      assert.ok(text.includes(`| \`${name}\` | \`${JSON.stringify(setting.default)}\` |`), name);
    for (const { toolReferenceName } of manifest.contributes.languageModelTools)
      assert.ok(text.includes(`\`#${toolReferenceName}\``), toolReferenceName);
  });

  test('give commands only options that they have, and settings only that there are', () => {
    const settings = Object.keys(manifest.contributes.configuration.properties);
    const all = new Set(commands.flatMap(c => Object.keys(c.options)));
    let seen = 0;
    for (const page of pages) {
      const text = read(page);
      for (const code of codeOf(text)) {
        for (const { name, rest } of callsIn(code)) {
          const command = commands.find(c => c.name === name);
          if (command === undefined) continue;
          for (const [, option = ''] of rest.matchAll(/(?<![\w-])--([a-z][\w-]*)/g)) {
            seen++;
            assert.ok(
              option === 'version' || option in commonOptions || option in command.options,
              `${page}: ${name} --${option}`,
            );
          }
        }
        // An option that stands alone is one of some command.
        const alone = /^--([a-z][\w-]*)/.exec(code)?.[1];
        // `--write` is one of a script that the same sentence names.
        if (alone !== undefined && alone !== 'write' && page !== 'docs/contributing.md') {
          seen++;
          assert.ok(all.has(alone) || alone === 'version' || alone in commonOptions, `${page}: --${alone}`);
        }
      }
      for (const [setting] of text.matchAll(/\btfcOidc\.\w+/g))
        assert.ok(settings.includes(setting), `${page}: ${setting}`);
    }
    assert.ok(seen > 40, `${seen} options`);
  });

  test('name in italics only what the editor shows', () => {
    const shown = new Set([...read('package.json').matchAll(/"([A-Z][^"]*…)"/g)].map(m => m[1]));
    for (const folder of ['src/vscode', 'src/board', 'src/webview'])
      for (const file of readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }))
        if (file.endsWith('.ts'))
          for (const [, label] of read(path.join(folder, file)).matchAll(/['`]([A-Z][^'`\n$]*…)['`]/g))
            shown.add(label);
    // A command of VS Code itself.
    shown.add('Welcome: Open Walkthrough…');
    for (const page of pages)
      for (const [, name = ''] of read(page).matchAll(/(?<![*\w])\*([A-Z][^*\n]+…)\*(?!\*)/g))
        assert.ok(shown.has(name.replace(/^TFC OIDC: /, '')), `${page}: ${name}`);
  });
});

/** Code spans, and the lines of code blocks; a line that ends in a backslash goes on. */
function codeOf(text: string): readonly string[] {
  const blocks = [...text.matchAll(/```[a-z]*\n([\s\S]*?)```/g)].map(m => m[1] ?? '');
  const spans = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(m => m[1] ?? '');
  return [...spans, ...blocks.flatMap(block => block.replace(/\\\n\s*/g, '').split('\n'))];
}

/** The calls of the CLI in a piece of code, pipes apart; a table of the README leaves the program's name out. */
function callsIn(code: string): readonly { readonly name: string; readonly rest: string }[] {
  return code.split(/(?<!\\)\||&&|;/).flatMap(part => {
    const found = /(?:^|\btfc-oidc\s+|dist\/cli\.js\s+)([a-z][a-z-]+)((?:\s.*)?)$/.exec(part.trim());
    return found === null ? [] : [{ name: found[1] ?? '', rest: found[2] ?? '' }];
  });
}
