// Counts what grows unseen: functions with many branches, files in a folder, lines of a file. `npm run check` holds them to the ceilings
// below; lower one whenever it can be.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** The most of each that there may be in src. */
const ceilings = { functionsOver15Branches: 30, filesInFolder: 30, linesOfFile: 400 };

const root = path.resolve(import.meta.dirname, '..');
const files = readdirSync(path.join(root, 'src'), { recursive: true })
  .map(name => path.join('src', name))
  .filter(name => name.endsWith('.ts'))
  .sort();

const { SyntaxKind } = ts;
const branching = new Set([
  SyntaxKind.IfStatement,
  SyntaxKind.ConditionalExpression,
  SyntaxKind.CaseClause,
  SyntaxKind.ForStatement,
  SyntaxKind.ForInStatement,
  SyntaxKind.ForOfStatement,
  SyntaxKind.WhileStatement,
  SyntaxKind.DoStatement,
  SyntaxKind.CatchClause,
]);
const operators = new Set([
  SyntaxKind.AmpersandAmpersandToken,
  SyntaxKind.BarBarToken,
  SyntaxKind.QuestionQuestionToken,
]);

/** Branches of each function of a file, without those of the functions inside it. */
function functionsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node, owner) => {
    let own = owner;
    if (ts.isFunctionLike(node) && node.body !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      const name =
        node.name?.getText() ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : '(anonymous)');
      own = { name, place: `${file}:${line + 1}`, branches: 0 };
      found.push(own);
    }
    if (
      own !== undefined &&
      (branching.has(node.kind) || (ts.isBinaryExpression(node) && operators.has(node.operatorToken.kind)))
    )
      own.branches++;
    ts.forEachChild(node, child => visit(child, own));
  };
  visit(source, undefined);
  return found;
}

const many = files.flatMap(functionsOf).filter(f => f.branches > 15);
const folders = new Map();
for (const file of files) folders.set(path.dirname(file), [...(folders.get(path.dirname(file)) ?? []), file]);
const crowded = [...folders].map(([folder, { length }]) => ({ folder, length })).sort((a, b) => b.length - a.length);
const long = files
  .map(file => ({ file, lines: readFileSync(path.join(root, file), 'utf8').trimEnd().split('\n').length }))
  .sort((a, b) => b.lines - a.lines);

const figures = {
  functionsOver15Branches: many.length,
  filesInFolder: crowded[0].length,
  linesOfFile: long[0].lines,
};
console.log(
  `${figures.functionsOver15Branches} functions with more than 15 branches, at most ${figures.filesInFolder} files in a folder (${crowded[0].folder}), ${figures.linesOfFile} lines in a file (${long[0].file})`,
);
if (process.argv.includes('--list')) {
  for (const f of many.sort((a, b) => b.branches - a.branches)) console.log(`  ${f.branches}  ${f.name}  ${f.place}`);
  for (const { folder, length } of crowded.slice(0, 10)) console.log(`  ${length} files  ${folder}`);
  for (const { file, lines } of long.slice(0, 10)) console.log(`  ${lines} lines  ${file}`);
}
for (const [what, ceiling] of Object.entries(ceilings)) {
  if (figures[what] <= ceiling) continue;
  console.error(`${what}: ${figures[what]}, at most ${ceiling}. "node scripts/size.mjs --list" names them.`);
  process.exitCode = 1;
}
