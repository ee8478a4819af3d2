import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runChecks } from '../../../src/binding/checks/table';
import { type BindingFacts, known, unknown } from '../../../src/binding/facts';
import { trustJudge } from '../../../src/binding/judge';
import { type ProofGap, proofGap } from '../../../src/binding/proven';
import { accountWith, healthy, variables } from '../../support/binding/world';

const gapOf = (part: Partial<BindingFacts> = {}): ProofGap | undefined =>
  proofGap(runChecks({ ...healthy, ...part }, trustJudge));

describe('what counts as proven', () => {
  test('a whole binding', () => assert.equal(gapOf(), undefined));

  test('static keys are a leftover', () => {
    const staticCredentials = [{ key: 'AWS_ACCESS_KEY_ID', category: 'env', origin: 'workspace' }] as const;
    assert.equal(gapOf({ variables: known({ ...variables, staticCredentials }) }), undefined);
  });

  test('nothing where nothing was read, and what was not read is named', () => {
    assert.notEqual(proofGap([]), undefined);
    const gap = gapOf({ account: unknown('No AWS profile was chosen.') });
    assert.deepEqual(gap?.wrong, []);
    assert.deepEqual(
      gap?.unread.map(c => [c.id, c.why]),
      [['account-readable', 'No AWS profile was chosen.']],
    );
    assert.ok(gapOf({ variables: unknown('refused') })?.unread.some(c => c.id === 'variables-readable'));
  });

  test('nothing where a role is missing', () => {
    const gap = gapOf({ account: known(accountWith({ apply: undefined })) });
    assert.ok(gap?.wrong.some(c => c.id === 'role-exists'));
  });
});
