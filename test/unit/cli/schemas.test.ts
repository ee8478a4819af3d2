import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commands } from '../../../src/cli/commands';
import { schemaVersion } from '../../../src/cli/output/jsonReport';
import { holdToSchema, publishedSchemas, schemasOf } from '../../support/reportSchema';

/** What prints JSON that is no report: a policy for IAM. */
const others = ['trust'];

test('every command with a report as JSON has a published schema, and every schema belongs to one', () => {
  const withJson = commands.filter(c => c.options['format']?.choices.includes('json') === true).map(c => c.name);
  assert.ok(withJson.length > 15);
  const used = new Set(withJson.flatMap(schemasOf));
  assert.deepEqual(
    withJson.filter(name => schemasOf(name).length === 0),
    others,
  );
  assert.deepEqual([...publishedSchemas()].sort(), [...used].sort());
});

test('a report that is not as its schema says does not pass', () => {
  const subject = { schemaVersion, subjects: [{ phase: 'plan', subject: 'x' }] };
  holdToSchema('subject', JSON.stringify(subject));
  for (const wrong of [
    { subjects: [] },
    { ...subject, schemaVersion: schemaVersion + 1 },
    { ...subject, more: 1 },
    { ...subject, subjects: [{ phase: 'destroy', subject: 'x' }] },
    { ...subject, subjects: [{ phase: 'plan' }] },
    { ...subject, subjects: [{ phase: 'plan', subject: 'x', more: 1 }] },
  ])
    assert.throws(() => holdToSchema('subject', JSON.stringify(wrong)), assert.AssertionError);
});
