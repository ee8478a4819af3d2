import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { roleNameFor } from '../../../src/binding/desired/roleNames';

test('plain names stay readable', () => {
  assert.equal(roleNameFor('acme', ['storefront'], 'plan'), 'tfc-acme-storefront-plan');
  assert.equal(roleNameFor('acme', ['storefront'], 'run'), 'tfc-acme-storefront');
  assert.equal(roleNameFor('acme', ['storefront'], 'apply', 'ALIAS1'), 'tfc-acme-storefront-ALIAS1-apply');
});

test('long names are cut to 64 characters, keep their phase, and stay apart', () => {
  const long = 'a-very-long-workspace-name-that-somebody-thought-of-on-a-friday-afternoon';
  const plan = roleNameFor('acme', [`${long}-1`], 'plan');
  assert.match(plan, /^tfc-acme-a-very-long-.*-[0-9a-f]{8}-plan$/);
  assert.ok(plan.length >= 60 && plan.length <= 64);
  assert.notEqual(plan, roleNameFor('acme', [`${long}-2`], 'plan'));
  assert.notEqual(plan, roleNameFor('acme', [`${long}-1`], 'apply'));
});

test('every name fits IAM’s grammar, and names that had to be changed differ as their workspaces do', () => {
  const part = fc.string({ minLength: 1, maxLength: 90 });
  const use = fc.constantFrom('run' as const, 'plan' as const, 'apply' as const);
  fc.assert(
    fc.property(part, part, part, use, (organization, one, other, phase) => {
      const name = roleNameFor(organization, [one], phase);
      assert.match(name, /^[\w+=,.@-]{1,64}$/);
      if (one !== other) assert.notEqual(name, roleNameFor(organization, [other], phase));
    }),
  );
});
