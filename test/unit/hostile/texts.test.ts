import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  hasEffects,
  Journal,
  type JournalRun,
  readJournal,
  runsAbout,
  unfinished,
  whereItStopped,
} from '../../../src/binding/journal/journal';
import { planAccount } from '../../../src/binding/plan/plan';
import { accountOfSubject } from '../../../src/binding/plan/prepare';
import { lostCredentials, toUndo } from '../../../src/binding/undo';
import { readErrorText } from '../../../src/binding/doctor/errorText';
import { trustedSubjects } from '../../../src/binding/doctor/received';
import { resourceReference } from '../../../src/cli/permissionData';
import { parseCliConfig } from '../../../src/hcp/tokens/cliConfig';
import { readableLog } from '../../../src/hcp/workspace/run';
import { loadAws } from '../../../src/iam/account/load';
import { lintPermissionText } from '../../../src/iam/lint/permissions/lintPermissions';
import { evaluateText } from '../../../src/iam/policy/webIdentity';
import { lintTrustText } from '../../../src/iam/lint/trust/lintTrust';
import { parseSource } from '../../../src/terraform/folders';
import { desired, MemoryJournals } from '../../support/aws/binding';
import { writeProfiles } from '../../support/aws/profiles';
import { fuzz, hostileNames, mutated, mutations } from '../../support/hostile/mutate';

/** Whatever stands in a file or a reply: an answer or a Problem, never an exception, never a hang. */

const at = Date.parse('2026-11-24T09:15:00.123Z');
const changes = planAccount(
  desired(),
  { accountId: '123456789012', partition: 'aws', provider: undefined, roles: new Map() },
  { adopt: false },
).changes;

async function journalLines(): Promise<readonly string[]> {
  const store = new MemoryJournals();
  const journal = new Journal(store, 'j', () => at);
  await journal.begin('Set up', 'app.terraform.io/acme/prod@123456789012', changes);
  for (const change of changes) {
    await journal.intent(change.id, null);
    await journal.done(change.id, true, { roleId: 'AROA1' });
  }
  await journal.end('complete');
  await journal.undoIntent(changes[0]?.id ?? '');
  return (await store.read('j')).split('\n').filter(line => line !== '');
}

/** All that a command asks of a journal. */
function use(run: JournalRun | undefined): void {
  if (run === undefined) return;
  hasEffects(run);
  whereItStopped(run);
  toUndo(run);
  unfinished([run], run.subject);
  runsAbout([run], { organization: 'acme', project: 'Default Project' });
  lostCredentials(run, [run]);
  accountOfSubject(run.subject);
  new Date(run.at).toISOString();
  for (const { change, state, ours } of run.steps) {
    assert.ok(['iam', 'variable', 'code'].includes(change.kind));
    assert.ok(['pending', 'intended', 'done', 'stopped'].includes(state));
    assert.equal(typeof ours, 'boolean');
    assert.equal(typeof change.title, 'string');
  }
}

describe('our own journal, changed by whatever', () => {
  test('anything in any place of any line', async () => {
    const lines = await journalLines();
    fc.assert(
      fc.property(mutations, fc.nat(lines.length - 1), (with_, which) => {
        const text = lines.map((line, i) => (i === which ? JSON.stringify(mutated(JSON.parse(line), with_)) : line));
        use(readJournal('j', text.join('\n')));
      }),
      fuzz(600),
    );
  });
  test('lines cut, doubled, foreign and in another order', async () => {
    const lines = await journalLines();
    const foreign = [
      '',
      'null',
      '[]',
      '7',
      '{"type":"begin"}',
      '{"type":"new-in-version-9"}',
      '\u0000\u0000',
      '{"a":',
      '"x"',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...lines), fc.constantFrom(...foreign), fc.string()), { maxLength: 40 }),
        fc.nat(),
        (some, cut) => {
          const text = some.join('\n');
          use(readJournal('j', text));
          use(readJournal('j', text.slice(0, cut % (text.length + 1))));
          use(readJournal('j', `${lines[0] ?? ''}\n${text}`));
        },
      ),
      fuzz(300),
    );
  });
  test('a line that came twice counts once', async () => {
    const lines = await journalLines();
    assert.deepEqual(
      readJournal('j', lines.flatMap(line => [line, line]).join('\n')),
      readJournal('j', lines.join('\n')),
    );
  });
});

describe('policies', () => {
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' },
          StringLike: { 'app.terraform.io:sub': 'organization:acme:project:*:workspace:prod:run_phase:*' },
        },
      },
    ],
  };
  const reference = resourceReference();
  test('anything in any place', () => {
    fc.assert(
      fc.property(mutations, with_ => {
        const text = JSON.stringify(mutated(policy, with_)) ?? '';
        lintTrustText(text, { hostname: 'app.terraform.io', organization: 'acme' });
        lintPermissionText(text, reference);
        trustedSubjects(text, 'app.terraform.io');
        const { decision } = evaluateText(text, {
          hostname: 'app.terraform.io',
          subject: 'organization:acme:project:x:workspace:prod:run_phase:plan',
          audience: 'aws.workload.identity',
        });
        assert.ok(['allow', 'deny', 'undecided'].includes(decision));
      }),
      fuzz(400),
    );
  });
});

describe('nesting of 100,000 levels', () => {
  const depth = 100_000;
  const reference = resourceReference();
  const texts: Readonly<Record<string, string>> = {
    'JSON lists': '['.repeat(depth) + ']'.repeat(depth),
    'JSON lists without an end': '['.repeat(depth),
    'JSON objects': '{"a":'.repeat(depth) + '1' + '}'.repeat(depth),
    'a JSON policy': `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":${'['.repeat(depth)}${']'.repeat(depth)}}]}`,
    'HCL blocks': 'a {\n'.repeat(depth) + '}\n'.repeat(depth),
    'HCL blocks without an end': 'a {\n'.repeat(depth),
    'HCL parentheses': `a = ${'('.repeat(depth)}1${')'.repeat(depth)}\n`,
    'HCL lists': `a = ${'['.repeat(depth)}1${']'.repeat(depth)}\n`,
    'HCL templates': `a = ${'"${'.repeat(depth)}1${'}"'.repeat(depth)}\n`,
    'HCL conditions': `a = ${'true ? 1 : '.repeat(depth)}1\n`,
    'HCL negations': `a = ${'!'.repeat(depth)}true\n`,
    'HCL operators': `a = ${'1 + '.repeat(depth)}1\n`,
    'HCL indexes': `a = b${'[0]'.repeat(depth)}\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    test(`${name}: every reader of text comes to an end`, () => {
      parseSource({ role: 'config', syntax: 'hcl' }, text);
      parseSource({ role: 'config', syntax: 'json' }, text);
      parseSource({ role: 'tfvars', syntax: 'hcl' }, text);
      parseSource({ role: 'tfvars', syntax: 'json' }, text);
      parseCliConfig(text);
      lintTrustText(text, {});
      lintPermissionText(text, reference);
      evaluateText(text, { hostname: 'app.terraform.io', subject: 's', audience: 'a' });
      trustedSubjects(text, 'app.terraform.io');
      use(readJournal('j', text));
      readErrorText(text);
      readableLog(text);
    });
  }
});

test('logs of runs: JSON lines, control characters and cut lines of any kind', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...hostileNames),
    fc.json(),
    fc.constant('{"@level":"error","@message":7,"diagnostic":{"summary":null,"detail":[]}}'),
    fc.constant(`Error: ${'x'.repeat(50_000)}`),
    fc.constant('│ '.repeat(20_000)),
  );
  fc.assert(
    fc.property(fc.array(line), lines => {
      const text = lines.join('\n');
      readErrorText(readableLog(text));
      readErrorText(text);
    }),
    fuzz(200),
  );
});

test('AWS configuration and credentials of any kind: a list of profiles, and a Problem when one is opened', async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'tfc-oidc-hostile-'));
  const line = fc.oneof(
    fc.constantFrom(
      '[default]',
      '[profile a]',
      '[profile',
      '[profile __proto__]',
      '[sso-session x]',
      '[services s]',
      '[]',
      'role_arn = arn:aws:iam::123456789012:role/x',
      'source_profile = a',
      'source_profile = default',
      'credential_source = Nowhere',
      'web_identity_token_file = /nonexistent/token',
      'sso_session = x',
      'sso_start_url = https://127.0.0.1:1/start',
      'endpoint_url = not a url',
      'region = \u202exx',
      'services = s',
      '  iam =',
      '    endpoint_url = x',
      '__proto__ = 1',
      'aws_access_key_id =',
      '= 7',
      '\u0000',
    ),
    fc.string({ unit: 'binary' }).filter(s => !/process/i.test(s)),
  );
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.array(line, { maxLength: 6 }),
        async (config, credentials) => {
          const env = writeProfiles(home, config.join('\n'), credentials.join('\n'));
          const { listProfiles, openAccount } = loadAws();
          const profiles = await listProfiles(env);
          for (const name of ['default', 'a', ...profiles.map(p => p.name)].slice(0, 4)) {
            const opened = await openAccount({ env, ...(name !== undefined && { profile: name }) });
            if (!opened.ok) assert.ok(opened.problem.nextStep.length > 5);
          }
        },
      ),
      fuzz(120),
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
