import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Check, CheckId } from '../../../src/binding/check';
import { bindingRows, checkRow, stackRows, testsRows } from '../../../src/binding/checks/rows';
import { trustJudge } from '../../../src/binding/checks/judge';
import { runChecks } from '../../../src/binding/checks/table';
import { failureMode, failureModes } from '../../../src/binding/failureModes';
import { proofGap } from '../../../src/binding/prove/proven';
import { brokenWorlds, healthy } from '../../support/binding/world';

/** What has to be known before anything that works is taken away. Typed here once more, so that a row can't lose it by mistake. */
const needed: readonly CheckId[] = [
  'workspace-readable',
  'variables-readable',
  'enabled',
  'roles-named',
  'account-readable',
  'provider-exists',
  'provider-audience',
  'role-exists',
  'role-trusts-run',
  'stack-inputs',
  'stack-identity-token',
  'stack-provider',
  'stack-subject',
  'tests-enabled',
];
const aside: readonly CheckId[] = ['no-static-credentials', 'variables-well-formed', 'last-run', 'old-key', 'role-use'];

/** A healthy binding of which one check says something else. */
const with_ = (id: CheckId, state: Check['state'], more: Partial<Check> = {}): readonly Check[] => {
  const checks = runChecks(healthy, trustJudge).filter(c => c.id !== id);
  const row = checkRow(id);
  return [...checks, { id, title: row.title, why: row.why, state, evidence: [], failureModes: [], ...more }];
};
/** A remedy that is neither of the code nor anything else that a proof overlooks. */
const removal: Partial<Check> = { remedy: { kind: 'remove-variables', keys: ['AWS_ACCESS_KEY_ID'] } };
/** Rows of a deployment that look at the same as a row of a workspace. */
const shared = (id: CheckId): boolean => bindingRows.some(row => row.id === id);
const others = [...stackRows, ...testsRows].filter(row => !shared(row.id));

describe('rows of checks', () => {
  test('each id stands once in a table', () => {
    for (const rows of [bindingRows, stackRows, testsRows]) {
      const ids = rows.map(r => r.id);
      assert.deepEqual(ids, [...new Set(ids)]);
    }
  });

  for (const { id } of [...bindingRows, ...others])
    test(`${id}: what it has to do with the proof`, () => {
      assert.equal(proofGap(with_(id, 'ok')), undefined);
      const unread = proofGap(with_(id, 'unknown'))?.unread.map(c => c.id) ?? [];
      assert.deepEqual(unread, needed.includes(id) ? [id] : [], 'unknown');
      for (const more of [{}, removal]) {
        const wrong = proofGap(with_(id, 'wrong', more))?.wrong.map(c => c.id) ?? [];
        assert.deepEqual(wrong, aside.includes(id) ? [] : [id], 'wrong');
      }
    });

  test('a result explains only failure modes of its row, and an ok one none', () => {
    for (const facts of [healthy, ...Object.values(brokenWorlds)])
      for (const check of runChecks(facts, trustJudge)) {
        const { failureModes: known } = checkRow(check.id);
        for (const mode of check.failureModes) assert.ok(known.includes(mode), `${check.id} explains ${mode}`);
        if (check.state === 'ok') assert.deepEqual(check.failureModes, []);
        else assert.ok(check.nextStep, `${check.id} (${check.state}) has no next step`);
      }
  });

  test('the numbers of failure modes run from 1', () => {
    assert.deepEqual(
      failureModes.map(m => m.number),
      failureModes.map((_, i) => i + 1),
    );
    for (const mode of failureModes) assert.equal(failureMode(mode.id), mode);
  });
});
