import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';
import {
  literalValue,
  referencesIn,
  visitBlocks,
  visitBody,
  visitExpressions,
} from '../../../../src/terraform/syntax/walk';

function literal(text: string): unknown {
  const value = parseHcl(`a = ${text}\n`).body.attributes[0]?.value;
  return value && literalValue(value);
}

test('literals have a value without a scope', () => {
  assert.deepEqual(literal('[1, -2.5e1, "x", true, null, !false, (3)]'), [1, -25, 'x', true, null, true, 3]);
  assert.deepEqual(literal('{ a = 1, "b c" = { d : "e" } }'), { a: 1, 'b c': { d: 'e' } });
  assert.equal(literal('"a${"b"}${1}"'), 'ab1');
  assert.equal(literal('"${true}"'), true);
});

test('what needs a scope has none', () => {
  for (const text of [
    'var.x',
    '"a${var.x}"',
    '[1, x]',
    '{ a = f() }',
    '{ (x) = 1 }',
    '1 + 1',
    '-"a"',
    '"%{ if true }a%{ endif }"',
  ])
    assert.equal(literal(text), undefined, text);
});

test('every reference is visited, in the order of the text, with its blocks', () => {
  const text = [
    'a = { (b.k) = [for c in d.l : c.x if e.y] }',
    'f "g" {',
    '  h = f1(i.j, "${k.l[m.n]}%{ if o.p }q%{ endif }", <<E',
    '${r.s}',
    'E',
    ')',
    '  t {',
    '    u = v ? -w : (x[*].y)',
    '  }',
    '}',
    '',
  ].join('\n');
  const { body, problems } = parseHcl(text);
  assert.deepEqual(problems, []);
  const seen: string[] = [];
  visitExpressions(body, (expression, within) => {
    if (expression.kind === 'reference') seen.push([...within.map(block => block.type), expression.path].join('/'));
  });
  assert.deepEqual(seen, [
    'b.k',
    'd.l',
    'c.x',
    'e.y',
    'f/i.j',
    'f/k.l',
    'f/m.n',
    'f/o.p',
    'f/r.s',
    'f/t/v',
    'f/t/w',
    'f/t/x',
  ]);
  const blocks: string[] = [];
  visitBlocks(body, (block, within) => blocks.push([...within.map(b => b.type), block.type].join('/')));
  assert.deepEqual(blocks, ['f', 'f/t']);
  const names: string[] = [];
  visitBody(body, (value, name) => names.push(`${name}:${referencesIn(value).length}`));
  assert.deepEqual(names, ['a:4', 'h:5', 'u:3']);
});
