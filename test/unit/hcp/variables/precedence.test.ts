import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  compareCodePoints,
  effectiveVariables,
  levelOf,
  longOriginText,
  type Variable,
  type VariableOrigin,
} from '../../../../src/hcp/variables/precedence';

const varset = (
  priority: boolean,
  owner: 'organization' | 'project',
  scope: 'global' | 'project' | 'workspace',
  name = 'set',
): VariableOrigin => ({ from: 'varset', id: `varset-${name}`, name, priority, owner, scope });

/** HashiCorp's list, strongest first. */
const levels: readonly VariableOrigin[] = [
  varset(true, 'organization', 'global'),
  varset(true, 'organization', 'project'),
  varset(true, 'organization', 'workspace'),
  varset(true, 'project', 'project'),
  varset(true, 'project', 'workspace'),
  { from: 'command-line' },
  { from: 'shell' },
  { from: 'workspace' },
  varset(false, 'project', 'workspace'),
  varset(false, 'project', 'project'),
  varset(false, 'organization', 'workspace'),
  varset(false, 'organization', 'project'),
  varset(false, 'organization', 'global'),
  { from: 'auto-tfvars' },
  { from: 'tfvars' },
];

const variable = (origin: VariableOrigin, value: string, category: 'env' | 'terraform' = 'terraform'): Variable => ({
  id: `var-${value}`,
  key: 'region',
  category,
  value,
  sensitive: false,
  hcl: false,
  versionId: undefined,
  description: undefined,
  origin,
});

describe('precedence', () => {
  for (const [i, strong] of levels.entries()) {
    for (const [j, weak] of levels.entries()) {
      if (j <= i) continue;
      test(`${i + 1} beats ${j + 1}: ${longOriginText(strong)} over ${longOriginText(weak)}`, () => {
        assert.equal(levelOf(strong), i + 1);
        for (const list of [
          [variable(strong, 'strong'), variable(weak, 'weak')],
          [variable(weak, 'weak'), variable(strong, 'strong')],
        ]) {
          const [only, ...rest] = effectiveVariables(list);
          assert.equal(rest.length, 0);
          assert.equal(only?.value, 'strong');
          assert.deepEqual(
            only.shadows.map(s => s.value),
            ['weak'],
          );
        }
      });
    }
  }

  test('among equals the set whose name comes first by code point wins', () => {
    for (const [first, second] of [
      ['A_set', 'B_set'],
      ['Z', 'a'],
      ['\uFB01', '\u{1F600}'],
      ['a', 'aa'],
    ] as const) {
      const list = [
        variable(varset(false, 'organization', 'global', second), 'second'),
        variable(varset(false, 'organization', 'global', first), 'first'),
      ];
      assert.equal(effectiveVariables(list)[0]?.value, 'first');
    }
  });

  test('files and command lines do not set environment variables; categories stay apart', () => {
    const list = [
      variable({ from: 'command-line' }, 'ignored', 'env'),
      variable({ from: 'workspace' }, 'env', 'env'),
      variable({ from: 'workspace' }, 'terraform'),
    ];
    assert.deepEqual(
      effectiveVariables(list).map(v => v.value),
      ['env', 'terraform'],
    );
  });

  test('the order in which variables are read does not matter, and nothing is lost', () => {
    const origin = fc.constantFrom(...levels);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(origin, fc.uuid()), { maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        (items, order) => {
          const list = items.map(([o, id]) => variable(o.from === 'varset' ? { ...o, id, name: id } : o, id));
          const shuffled = list
            .map(v => ({ v, key: order.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ v }) => v);
          const winner = effectiveVariables(list)[0];
          const again = effectiveVariables(shuffled)[0];
          assert.equal(winner === undefined ? undefined : levelOf(winner.origin), again && levelOf(again.origin));
          if (winner !== undefined) assert.equal(winner.shadows.length, list.length - 1);
          if (winner?.origin.from === 'varset') assert.equal(again?.value, winner.value);
        },
      ),
    );
  });

  test('compareCodePoints is an order', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        assert.equal(Math.sign(compareCodePoints(a, b)), -Math.sign(compareCodePoints(b, a)) + 0);
        assert.equal(compareCodePoints(a, b) === 0, a === b);
      }),
    );
  });
});
