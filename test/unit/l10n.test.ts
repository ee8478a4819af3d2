import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const root = path.resolve(__dirname, '../..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');

test('the bundle has every text of vscode.l10n.t and no other, and each call can be translated', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/l10n.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const manifest = JSON.parse(read('package.json')) as { readonly l10n?: string };
  assert.equal(manifest.l10n, './l10n');
});

test('every text of the manifest that a person reads comes from package.nls.json', () => {
  const texts = new Set([
    'title',
    'description',
    'markdownDescription',
    'contents',
    'label',
    'contextualTitle',
    'userDescription',
  ]);
  const literal: string[] = [];
  const walk = (value: unknown, at: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value as Record<string, unknown>)) {
      // Descriptions of a tool's input are for the model.
      if (key === 'inputSchema') continue;
      const own = typeof child === 'string' && (texts.has(key) || (key === 'name' && at.includes('.views.')));
      // The product's name stays what it is.
      if (own && child !== 'TFC OIDC' && !/^%[\w.]+%$/.test(child)) literal.push(`${at}.${key}: ${child}`);
      walk(child, `${at}.${key}`);
    }
  };
  const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;
  for (const part of ['contributes', 'capabilities']) walk(manifest[part], part);
  assert.deepEqual(literal, []);
  for (const key of ['displayName', 'description']) assert.equal(manifest[key], `%${key}%`);
});

/** Names of things, not sentences. */
const names = new Set(['TFC OIDC', 'Terraform', 'CloudFormation', 'AWS CLI', 'YAML', 'ARCHIVE']);
const shown = /^(?:title|label|placeHolder|prompt|detail|description|tooltip|message|nextStep|placeholder)$/;

test('what surfaces show is never a bare literal', () => {
  const found: string[] = [];
  const files = readdirSync(path.join(root, 'src/vscode'), { recursive: true, encoding: 'utf8' }).filter(f =>
    f.endsWith('.ts'),
  );
  for (const file of files) {
    const source = ts.createSourceFile(file, read(`src/vscode/${file}`), ts.ScriptTarget.Latest, true);
    const note = (node: ts.Expression): void => {
      if (
        !ts.isStringLiteralLike(node) ||
        names.has(node.text) ||
        !/[A-Za-z]{3}/.test(node.text) ||
        /^(?:arn:|tfc-)/.test(node.text)
      )
        return;
      found.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${node.text}`);
    };
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAssignment(node) && shown.test(node.name.getText(source))) note(node.initializer);
      if (
        ts.isCallExpression(node) &&
        /\.show(?:Information|Warning|Error)Message$/.test(node.expression.getText(source))
      )
        node.arguments.forEach(note);
      if (ts.isBinaryExpression(node) && ts.isPropertyAccessExpression(node.left) && shown.test(node.left.name.text))
        note(node.right);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  assert.deepEqual(found, []);
});
