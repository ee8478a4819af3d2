// node scripts/l10n.mjs [--check]: collects the strings of vscode.l10n.t(…) into l10n/bundle.l10n.json, from which a translation
// starts, or says that the file is not current. Every call must hold its text as a literal, or it could not be translated.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from './install.mjs';

const problems = [];
const texts = new Set();

function visit(source, node) {
  if (ts.isCallExpression(node) && /(?:^|\.)l10n\.t$/.test(node.expression.getText(source))) {
    const [first] = node.arguments;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    const where = `${path.relative(root, source.fileName)}:${line + 1}`;
    if (first === undefined || !ts.isStringLiteralLike(first)) problems.push(`${where}: the text is no literal`);
    else {
      texts.add(first.text);
      const used = [...first.text.matchAll(/\{(\d+)\}/g)].map(m => Number(m[1]));
      const given = node.arguments.length - 1;
      const spread = node.arguments.some(ts.isSpreadElement);
      if (!spread && (new Set(used).size !== given || used.some(n => n >= given)))
        problems.push(`${where}: {0}… and the arguments do not match`);
    }
  }
  ts.forEachChild(node, child => visit(source, child));
}

const files = readdirSync(path.join(root, 'src'), { recursive: true })
  .map(file => path.join(root, 'src', file))
  .filter(file => file.endsWith('.ts'));
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  if (text.includes('l10n.t(')) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    visit(source, source);
  }
}

const bundle = path.join(root, 'l10n/bundle.l10n.json');
const sorted = Object.fromEntries([...texts].sort((a, b) => (a < b ? -1 : 1)).map(text => [text, text]));
const content = `${JSON.stringify(sorted, undefined, 2)}\n`;
if (!process.argv.includes('--check')) {
  mkdirSync(path.dirname(bundle), { recursive: true });
  writeFileSync(bundle, content);
} else {
  const old = JSON.parse(readFileSync(bundle, 'utf8'));
  const missing = [...texts].filter(text => old[text] === undefined);
  const extra = Object.keys(old).filter(text => !texts.has(text));
  if (missing.length + extra.length > 0)
    problems.push(
      `l10n/bundle.l10n.json is not current (node scripts/l10n.mjs): ${missing.length} missing, ${extra.length} not used: ${[...missing, ...extra].slice(0, 3).join(' | ')}`,
    );
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
