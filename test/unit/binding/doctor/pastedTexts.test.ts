import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doctorReport } from '../../../../src/binding/report';
import { consult } from '../../../../src/binding/doctor/consult';
import { diagnose } from '../../../../src/binding/doctor/diagnose';
import { otherErrorsIn } from '../../../../src/binding/doctor/errorText';
import { onlyText } from '../../../../src/binding/facts';
import { readableLog } from '../../../../src/hcp/workspace/run';
import { pastedCauses } from '../../../support/binding/pastedCauses';
import { pastedForms } from '../../../support/binding/pastedForms';
import { pastedLogs } from '../../../support/binding/pastedLogs';

const pastedTexts = [...pastedForms, ...pastedCauses, ...pastedLogs];
const modes = (text: string): readonly number[] => diagnose(onlyText(text), []).map(d => d.mode.number);

for (const { name, mode, text, not = [], other } of pastedTexts) {
  test(`pasted text (${name}): ${mode === 'none' ? 'no failure mode' : `failure mode ${mode} first`}`, () => {
    for (const [how, shown] of [
      ['as pasted', text],
      ['as a log that was read', readableLog(text)],
    ] as const) {
      const found = modes(shown);
      assert.equal(found[0] ?? 'none', mode, `${how}: ${JSON.stringify(diagnose(onlyText(shown), []), null, 1)}`);
      assert.deepEqual(
        found.filter(m => not.includes(m)),
        [],
        how,
      );
      if (mode === 'none')
        assert.deepEqual(
          otherErrorsIn(shown).map(o => o.code),
          other === undefined ? [] : [other],
          how,
        );
    }
  });
}

test('every failure mode that a text can tell has one', () => {
  const told = new Set(pastedTexts.map(p => p.mode));
  // The message of 2, 3 and 4 is that of 1; nothing is printed when a role has drifted (20).
  for (let mode = 1; mode <= 22; mode++) assert.ok(told.has(mode) || [2, 3, 4, 20].includes(mode), String(mode));
});

test('an error of another kind is named in text and in Markdown, with the same words', () => {
  const facts = onlyText('Error: Error acquiring the state lock');
  const report = { subject: 'the error text', ...consult(facts, []) };
  for (const format of ['text', 'markdown'] as const) {
    const text = doctorReport(report, format);
    assert.match(text, /No failure of dynamic credentials is known in this\./);
    assert.match(text, /- The state is locked by another run: Error: Error acquiring the state lock/);
    assert.match(text, /Wait for that run/);
  }
});
