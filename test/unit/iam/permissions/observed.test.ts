import assert from 'node:assert/strict';
import test from 'node:test';
import { allows, policiesOf, type RecordedPhase, recordings } from '../../../support/observed';
import { mapping } from '../../../support/permissions';

const phases: readonly RecordedPhase[] = ['create-apply', 'update-plan', 'update-apply', 'destroy-apply'];

for (const recording of recordings()) {
  test(`${recording.name}: no call that the provider made is refused in any phase`, async () => {
    const of = await policiesOf(recording, mapping);
    const refused = phases.flatMap(phase => {
      const policy = { name: phase, text: JSON.stringify(of(phase).policy) };
      return (recording.calls[phase] ?? [])
        .filter(call => !allows(policy, call, mapping))
        .map(call => `${phase}: ${call.join(' ')}`);
    });
    assert.deepEqual(refused, []);
  });
}

test('law: the policy with what was applied before allows whatever either of both allows', async () => {
  for (const recording of recordings()) {
    const of = await policiesOf(recording, mapping);
    const actions = (phase: RecordedPhase): ReadonlySet<string> =>
      new Set(of(phase).policy.Statement.flatMap(s => s.Action));
    const union = actions('update-apply');
    for (const action of actions('create-apply')) assert.ok(union.has(action), `${recording.name}: ${action}`);
  }
});

test('a policy that lacks one recorded call is told apart', async () => {
  const recording = recordings().find(r => r.name === 'rule-custom-bus');
  assert.ok(recording);
  const of = await policiesOf(recording, mapping);
  const text = JSON.stringify(of('create-apply').policy).replaceAll('rule/shop/', 'rule/');
  const call = recording.calls['create-apply']?.find(([action]) => action === 'events:PutRule');
  assert.ok(call);
  assert.equal(allows({ name: 'p', text }, call, mapping), false);
});
