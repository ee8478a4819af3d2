import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
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
const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;

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
      for (const [whole, script = ''] of text.matchAll(/npm run ([\w:]+)/g))
        assert.ok(script in manifest.scripts, `${page}: ${whole}`);
      for (const [whole, file = ''] of text.matchAll(/node (scripts\/[\w/]+\.mjs|test\/[\w/]+\.mjs)/g))
        assert.ok(existsSync(path.join(root, file)), `${page}: ${whole}`);
    }
  });

  test('name the commands of the editor as the palette does', () => {
    const titles = manifest.contributes.commands.map(c => {
      const title = texts[c.title.replaceAll('%', '')] ?? c.title;
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
});
