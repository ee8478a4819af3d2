import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KeyFacts, KeyReport } from '../../../src/binding/keys';
import { decideKey } from '../../../src/binding/keys/decide';
import { known, unknown } from '../../../src/binding/facts';
import { keyDays, keysRow } from '../../../src/board/keyRows';

const now = Date.UTC(2026, 10, 30);
const day = 86_400_000;

const facts = (more: Partial<KeyFacts> = {}): KeyFacts => ({
  hash: 'aaaa',
  shown: '…MPLE',
  id: undefined,
  places: [{ kind: 'workspace', where: 'workspace acme/prod, AWS_ACCESS_KEY_ID', workspaces: ['acme/prod'] }],
  former: [],
  workspaces: ['app.terraform.io/acme/prod'],
  account: known('123456789012'),
  owner: known({
    kind: 'user',
    name: 'ci-deploy',
    status: 'Active',
    createdAt: new Date(now - 412 * day).toISOString(),
  }),
  lastUse: known({ user: 'ci-deploy', at: undefined, service: undefined, region: undefined }),
  inactiveSince: undefined,
  firstRun: known(now - day),
  proven: known(true),
  lookedEverywhere: known(true),
  ...more,
});
const report = (...all: readonly KeyFacts[]): KeyReport => ({
  keys: all.map(f => ({ facts: f, decision: decideKey(f, now), leftovers: [] })),
  hidden: [],
  likely: unknown('No AWS profile was chosen.', 'Choose a profile of the account (--profile).'),
  gaps: [],
  problems: [],
});

describe('the rows of old keys', () => {
  test('show a key by four characters, with owner, age, places, and no action while it is in use', () => {
    const row = keysRow('o', report(facts()), now);
    assert.equal(`${row.label}: ${row.description}`, 'Old keys: 1 to end');
    const [key] = row.rows;
    assert.equal(key?.label, '…MPLE of ci-deploy');
    assert.equal(key.description, 'in use · 412 d old');
    assert.equal(key.state, 'wrong');
    assert.equal(key.best, undefined);
    assert.match(key.spoken, /^Key ending in MPLE of ci-deploy: wrong, in use, 412 d old\./);
    // No text of the editor names options or commands of the terminal.
    assert.doesNotMatch(key.spoken, /--|tfc-oidc /);
    assert.deepEqual(
      key.rows.map(r => r.label),
      ['workspace acme/prod, AWS_ACCESS_KEY_ID'],
    );
  });

  test('lead to the end of a key that nothing needs any more', () => {
    const [key] = keysRow('o', report(facts({ places: [] })), now).rows;
    assert.equal(key?.description, 'can be deactivated · 412 d old');
    assert.equal(key.best, 'changeKey');
    assert.equal(key.key?.facts.hash, 'aaaa');
  });

  test('say what cannot be read, and a guess as a guess', () => {
    const hidden = { kind: 'workspace' as const, where: 'workspace acme/prod, AWS_ACCESS_KEY_ID', workspaces: [] };
    const likely = known([
      { user: 'ci-prod', keys: [], because: ['Its name speaks of automation.'] },
      { user: 'anna', keys: [], because: [] },
    ]);
    const row = keysRow('o', { ...report(), hidden: [hidden], likely, gaps: ['acme/old: forbidden'] }, now);
    assert.equal(row.rows[0]?.state, 'unknown');
    assert.match(row.rows[0].spoken, /May be of ci-prod, which is a guess/);
    assert.doesNotMatch(row.rows[0].spoken, /anna/);
    assert.match(row.spoken, /Not read: acme\/old: forbidden/);
  });

  test('give each workspace the age of its oldest key, where it is known', () => {
    const young = facts({
      hash: 'bbbb',
      owner: known({ kind: 'user', name: 'x', status: 'Active', createdAt: new Date(now - day).toISOString() }),
    });
    const gone = facts({ hash: 'cccc', owner: known({ kind: 'root' }) });
    assert.deepEqual([...keyDays(report(young, facts(), gone), now)], [['acme/prod', 412]]);
  });
});
