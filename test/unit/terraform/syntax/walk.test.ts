import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';
import { referencesIn, visitBlocks, visitBody, visitExpressions } from '../../../../src/terraform/syntax/walk';

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
