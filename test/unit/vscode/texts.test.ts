import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { inEditor } from '../../../src/core/editorText';

const root = path.resolve(__dirname, '../../..');

/** Files whose texts are no sentences of the editor: the terminal's own, compiled data, scripts that are exported, calls of programs. */
const elsewhere = [
  /^src\/cli\//,
  /^src\/iam\/data\//,
  /^src\/binding\/export\//,
  // The watch, the baseline and the settings of a folder are the terminal's.
  /^src\/binding\/watch\//,
  /^src\/lint\/(?:baseline|folderSettings)\.ts$/,
  // What the doctor and the checks print for the terminal only.
  /^src\/binding\/report\.ts$/,
  /^src\/core\/editorText\.ts$/,
];

const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map(name => path.join('src', name))
  .filter(name => name.endsWith('.ts') && !elsewhere.some(e => e.test(name)));

/** The sentences of a file: string literals, and templates with a sign in the place of their values. */
function textsOf(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const out: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) out.push(node.text);
    else if (ts.isTemplateExpression(node))
      out.push(node.head.text + node.templateSpans.map(span => `§${span.literal.text}`).join(''));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return out;
}

const commands = readdirSync(path.join(root, 'src/cli/commands'), { recursive: true, encoding: 'utf8' }).map(name =>
  path.basename(name, '.ts').replace(/[A-Z]/g, c => `-${c.toLowerCase()}`),
);
/** An option or a command of our own terminal within a sentence. */
const ofTerminal = new RegExp(`(?:^|[\\s("])--[a-z][\\w-]+|\\btfc-oidc (?:${commands.join('|')})\\b`);
/** Calls of the AWS CLI are for a terminal, whoever shows them. What begins with an option is put together elsewhere: arguments of a program, or a part of what stands in parentheses. */
const isSentence = (text: string): boolean => /\S\s+\S/.test(text) && !/^\s*(?:--|aws |tfc-oidc )/.test(text);

test('no text that the editor can show names an option or a command of the terminal', () => {
  const found = files.flatMap(file =>
    textsOf(file)
      .filter(text => isSentence(text) && ofTerminal.test(inEditor(text)))
      .map(text => `${file}: ${text}`),
  );
  assert.deepEqual(found, []);
});

test('nor does the manifest', () => {
  const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
  const contributes: unknown = (JSON.parse(manifest) as { readonly contributes: unknown }).contributes;
  const texts: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) walk(inner);
  };
  walk(contributes);
  assert.deepEqual(
    texts.filter(t => isSentence(t) && ofTerminal.test(t)),
    [],
  );
});

test('no text counts one thing in the plural, or says "can not"', () => {
  const wrong =
    /\b1 (?:things|changes|roots|roles|checks|findings|workspaces|variables|statements|actions)\b|\bcan not\b/;
  const found = files
    .filter(f => /^src\/(?:vscode|board|webview)\//.test(f))
    .flatMap(file =>
      textsOf(file)
        .filter(t => wrong.test(t))
        .map(t => `${file}: ${t}`),
    );
  assert.deepEqual(found, []);
});
