import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import type { Permissions } from '../../../../src/iam/needs/generate';
import { policiesOf, type RecordedPhase, type Recording, recordings } from '../../../support/observed';
import { mapping } from '../../../support/permissions';

const phases: readonly RecordedPhase[] = ['create-apply', 'update-plan', 'update-apply', 'destroy-apply'];

interface Row {
  readonly type: string;
  readonly action: string;
  readonly reason: string;
  used: boolean;
}

const rows: readonly Row[] = readFileSync(path.join(__dirname, '../../../fixtures/unused.txt'), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#'))
  .map(line => {
    const [, type = '', action = '', reason = ''] = /^(\S+) (\S+) (.+)$/.exec(line) ?? [];
    return { type, action, reason, used: false };
  });

/** What a recording's policy of applies has, for each type that was made in it, and no phase called: `TYPE ACTION`. */
function unusedIn(recording: Recording, { needs }: Permissions): readonly (readonly [type: string, action: string])[] {
  const calls = phases.flatMap(phase => recording.calls[phase] ?? []);
  const called = new Set(calls.map(([action]) => action.toLowerCase()));
  const answered = new Set(calls.filter(([, status]) => status < 400).map(([action]) => action.toLowerCase()));
  const ended = recording.broken['destroy-apply'] === undefined && (recording.calls['destroy-apply'] ?? []).length > 0;
  const readAll = Object.keys(recording.broken).length === 0;
  const found = new Map<string, readonly [string, string]>();
  for (const { action, address } of needs) {
    const type = /(?:^|\.)((?:data\.)?aws_\w+)\./.exec(address)?.[1];
    if (type === undefined || called.has(action.toLowerCase())) continue;
    const own = mapping.find(type);
    const isData = type.startsWith('data.');
    const made = isData
      ? (mapping.dataSource(type.slice(5)) ?? []).some(a => answered.has(a.toLowerCase()))
      : own?.create.some(a => answered.has(a.toLowerCase()) && mapping.level(a) === 'write');
    // What was never made, and what an emulator did not come to, tells nothing.
    if (made !== true) continue;
    if (!ended && own?.delete.includes(action) === true) continue;
    const level = mapping.level(action);
    if (!readAll && (level === 'read' || level === 'list')) continue;
    found.set(`${type} ${action}`, [type, action]);
  }
  return [...found.values()];
}

function reasonFor(type: string, action: string): Row | undefined {
  const own = mapping.find(type);
  const onlyUpdates =
    own?.update.includes(action) === true && !own.read.includes(action) && !own.delete.includes(action);
  return (
    rows.find(row => row.type === type && fits(row.action, action)) ??
    rows.find(row => row.type === '*' && fits(row.action, action)) ??
    (onlyUpdates ? rows.find(row => row.action === 'update:') : undefined)
  );
}

/** `logs:*`, `Untag*` (of any service), `iam:PassRole`. */
function fits(pattern: string, action: string): boolean {
  const name = pattern.includes(':') ? action : (action.split(':')[1] ?? '');
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

test('every action that no phase of a recording used has a change, or a call of another, that uses it', async () => {
  const without: string[] = [];
  for (const recording of recordings()) {
    const of = await policiesOf(recording, mapping);
    for (const [type, action] of unusedIn(recording, of('update-apply'))) {
      const row = reasonFor(type, action);
      if (row === undefined) without.push(`${type} ${action} (${recording.name})`);
      else row.used = true;
    }
  }
  assert.deepEqual(without, []);
  assert.deepEqual(
    rows.filter(row => !row.used).map(row => `${row.type} ${row.action}`),
    [],
    'rows that speak of nothing',
  );
});

test('what item 11 found needless is needed by nothing: tags that the read brings, and limits that nobody asks for', () => {
  const never = (type: string, action: string): void => assert.equal(mapping.onlyWith(type).get(action), '-', type);
  never('aws_lambda_function', 'lambda:ListTags');
  never('aws_lambda_function', 'lambda:GetFunctionConcurrency');
  never('aws_iam_role', 'iam:ListRoleTags');
});
