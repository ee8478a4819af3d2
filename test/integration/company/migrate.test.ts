import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { migrate } from '../../../src/cli/commands/company/migrate';
import { undo } from '../../../src/cli/commands/undo';
import { wavesOf } from '../../../src/binding/migrate/units';
import { staticProfile } from '../../support/aws/profiles';
import { ServerPair } from '../../support/binding/serverWorlds';
import { type ManyWorkspaces, memberRole, seedOrganization } from '../../support/company/organization';
import type { CommandRun } from '../../support/runCommand';

/** An organization in waves, against the strict servers. */

let pair: ServerPair;
let many: ManyWorkspaces;
before(async () => {
  pair = await ServerPair.open();
});
after(() => pair.close());
beforeEach(() => {
  pair.clear();
  for (const id of pair.aws.server.store.accounts.keys())
    if (id.startsWith('3000')) pair.aws.server.store.accounts.delete(id);
  many = seedOrganization(pair.aws.server, pair.hcp.state, { organization: 'acme', workspaces: 12, accounts: 3 });
});

const terraform = spawnSync('terraform', ['version']).status === 0;

const call = (...args: readonly string[]): Promise<CommandRun> =>
  pair.run(
    migrate,
    ...['--organization', 'acme', '--hostname', pair.hcp.hostname, '--profile', 'default'],
    ...['--assume-role-in-accounts', memberRole, '--policy-arn', 'ReadOnlyAccess', '--format', 'json', ...args],
  );

interface Report {
  readonly accounts: readonly {
    readonly accountId: string;
    readonly problem: { readonly code: string } | null;
    readonly roles: { readonly now: number; readonly made: number };
    readonly workspaces: readonly {
      readonly name: string;
      readonly notes: readonly string[];
      readonly changes: readonly unknown[];
    }[];
  }[];
  readonly left: readonly { readonly name: string; readonly done: boolean; readonly why: string }[];
  readonly result: {
    readonly state: string;
    readonly waves: number;
    readonly why?: string;
    readonly units: readonly { readonly name: string; readonly state: string; readonly why: string }[];
  };
}
const read = ({ out, err }: CommandRun): Report => {
  assert.notEqual(out, '', err);
  return JSON.parse(out) as Report;
};
const states = (report: Report): Record<string, number> => {
  const out: Record<string, number> = {};
  for (const { state } of report.result.units) out[state] = (out[state] ?? 0) + 1;
  return out;
};
const moved = (name: string): boolean =>
  many.workspaces.some(
    w => w.name === name && w.vars.some(v => v.key === 'TFC_AWS_PROVIDER_AUTH' && v.value === 'true'),
  );

test('no role is planned for a project that could not be read', async () => {
  pair.hcp.state.deaf.includes = true;
  pair.hcp.faults.push({ path: /^\/projects\//, status: 404 });
  pair.aws.server.log.length = 0;
  const done = await call('--yes');
  pair.hcp.state.deaf.includes = false;
  assert.equal(done.code, 2, done.err);
  assert.deepEqual(states(read(done)), { failed: 12 });
  assert.match(read(done).result.units[0]?.why ?? '', /project of workspace app-\d+ could not be read/);
  assert.deepEqual(pair.aws.server.writes(), []);
});

test('without a yes: the summary, each plan, and nothing written', async () => {
  const done = await call();
  const report = read(done);
  assert.equal(done.code, 1);
  assert.deepEqual(
    report.accounts.map(a => [a.accountId, a.workspaces.length, a.roles]),
    many.accounts.map(a => [a.id, 4, { now: 1, made: 8 }]),
  );
  assert.match(report.accounts[0]?.workspaces[0]?.notes.join() ?? '', /Its code is not here/);
  assert.deepEqual(states(report), { declined: 12 });
  assert.deepEqual(pair.aws.server.writes(), []);
  assert.ok(pair.hcp.seen.every(s => s.method === 'GET'));
});

test('all of it in waves: one provider an account, roles of its own for each workspace, the keys gone after each proof', async () => {
  const done = await call('--yes', '--remove-static-keys', '--wave', '5');
  const report = read(done);
  assert.deepEqual(states(report), { done: 12 }, JSON.stringify(report.result, null, 1));
  assert.equal(done.code, 0);
  assert.equal(report.result.waves, 3);
  for (const account of many.accounts) {
    assert.equal(account.providers.size, 1);
    assert.equal(account.roles.size, 1 + 8);
  }
  for (const w of many.workspaces)
    assert.deepEqual(
      w.vars.filter(v => /ACCESS_KEY/.test(v.key)),
      [],
    );
  const again = read(await call('--yes'));
  assert.equal(again.left.filter(l => l.done).length, 12);
  assert.deepEqual(again.result.units, []);
  assert.equal((await pair.run(undo, '--profile', 'default', '--yes')).code, 0, 'the other accounts keep theirs');
});

test('one that fails stops nobody else; two in a wave stop all, and the next call goes on', async () => {
  const [first, second, third] = many.workspaces;
  assert.ok(first && second && third);
  first.mayUpdateVariables = false;
  const one = read(await call('--yes', '--only-account', many.accounts[0]?.id ?? ''));
  assert.deepEqual(states(one), { failed: 1, 'kept keys': 3 });
  second.mayUpdateVariables = false;
  third.mayUpdateVariables = false;
  const two = await call('--yes', '--wave', '3');
  const report = read(two);
  assert.equal(two.code, 2);
  assert.equal(report.result.state, 'stopped');
  assert.match(report.result.why ?? '', /[23] of 3 workspaces of wave 1 failed/);
  assert.ok((states(report)['not reached'] ?? 0) > 0);
  for (const w of [first, second, third]) w.mayUpdateVariables = true;
  const rest = read(await call('--yes', '--remove-static-keys'));
  assert.ok(
    rest.result.units.every(u => u.state === 'done'),
    JSON.stringify(rest.result.units),
  );
  assert.ok(many.workspaces.every(w => moved(w.name)));
});

test('an account that cannot be reached, or whose quota would not do, is said before anything is written', async () => {
  many.accounts[0]?.roles.delete(memberRole.toLowerCase());
  const account = many.accounts[1];
  assert.ok(account);
  const template = account.roles.get(memberRole.toLowerCase());
  assert.ok(template);
  for (let i = 0; i < 995; i++)
    account.roles.set(`old-${i}`, { ...template, name: `old-${i}`, arn: `${template.arn}-${i}` });
  const done = await call('--yes');
  const report = read(done);
  assert.equal(done.code, 1, 'workspaces are left behind');
  assert.deepEqual(states(report), { failed: 8, 'kept keys': 4 });
  assert.deepEqual(
    report.accounts.map(a => a.problem?.code ?? null),
    ['AccessDenied', 'roles-quota', null],
  );
  assert.equal(many.accounts[2]?.providers.size, 1);
  assert.equal(account.providers.size, 0);
});

test('a profile for each account by a pattern: the right ones are written, and one that leads elsewhere or is missing is refused', async () => {
  const [first, second, third] = many.accounts;
  assert.ok(first && second && third);
  const { server, home } = pair.aws;
  const ids = ['AKIAI44QH8DHBEXAMPLE', 'AKIAI44QH8DHBEXAMPL2'];
  server.addCaller(first, ids[0] ?? '', { user: 'admin' });
  server.addCaller(first, ids[1] ?? '', { user: 'admin2' });
  const files = ['config', 'credentials'].map(name => path.join(home, '.aws', name));
  const before = files.map(file => readFileSync(file, 'utf8'));
  // The one of the second account has a key of the first.
  for (const [i, account] of [first, second].entries()) {
    const { config, credentials } = staticProfile(server.url, {
      name: `acme-${account.id}-admin`,
      accessKeyId: ids[i] ?? '',
    });
    appendFileSync(files[0] ?? '', config);
    appendFileSync(files[1] ?? '', credentials);
  }
  try {
    const done = await pair.run(
      migrate,
      ...['--organization', 'acme', '--hostname', pair.hcp.hostname, '--profile-pattern', 'acme-{account}-admin'],
      ...['--policy-arn', 'ReadOnlyAccess', '--format', 'json', '--yes', '--remove-static-keys'],
    );
    const report = read(done);
    assert.deepEqual(
      report.accounts.map(a => [a.accountId, a.problem?.code ?? null]),
      [
        [first.id, null],
        [second.id, 'other-account'],
        [third.id, 'no-such-profile'],
      ],
    );
    assert.deepEqual(states(report), { done: 4, failed: 8 });
    assert.deepEqual([first.providers.size, second.providers.size, third.providers.size], [1, 0, 0]);
  } finally {
    for (const [i, file] of files.entries()) writeFileSync(file, before[i] ?? '');
  }
});

test('a role that may not be assumed is refused, and stops no other account', async () => {
  const [first, second] = many.accounts;
  assert.ok(first && second);
  const role = second.roles.get(memberRole.toLowerCase());
  assert.ok(role);
  role.trust = role.trust.replace(/"AWS":"[^"]*"/, '"AWS":"arn:aws:iam::999999999999:root"');
  const report = read(await call('--yes', '--only-account', second.id));
  assert.deepEqual(
    report.accounts.map(a => a.problem?.code ?? null),
    ['AccessDenied'],
  );
  assert.equal(second.providers.size, 0);
  const other = read(await call('--yes', '--only-account', first.id));
  assert.deepEqual(states(other), { 'kept keys': 4 });
});

test('where no account can be reached it stopped: every workspace is named with the reason', async () => {
  for (const account of many.accounts) account.roles.delete(memberRole.toLowerCase());
  const done = await call('--yes');
  const report = read(done);
  assert.equal(done.code, 2);
  assert.deepEqual(states(report), { failed: 12 });
  assert.deepEqual([report.result.state, report.result.why], ['stopped', 'No account can be written.']);
});

test('a key whose id cannot be read: the account is asked for, and can be said', async () => {
  const [w] = many.workspaces;
  assert.ok(w);
  w.vars = w.vars.filter(v => v.key !== 'AWS_ACCESS_KEY_ID');
  const asked = read(await call('--workspace', w.name));
  assert.match(asked.left.find(l => l.name === w.name)?.why ?? '', /--account-of WORKSPACE=ACCOUNT/);
  const said = read(await call('--workspace', w.name, '--account-of', `app-*=${many.accounts[0]?.id ?? ''}`));
  assert.equal(said.accounts[0]?.workspaces.length, 1);
});

test('keys of a variable set stay: other workspaces have them too', async () => {
  const [w] = many.workspaces;
  assert.ok(w);
  const set = pair.hcp.state.varset('acme', 'shared', { workspaceIds: [w.id] });
  pair.hcp.state.variable(set, 'AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', {
    sensitive: true,
  });
  const report = read(await call('--yes', '--remove-static-keys', '--workspace', w.name));
  assert.deepEqual(states(report), { 'kept keys': 1 });
  assert.equal(set.vars.length, 1);
});

test('the same plan as code: one module call a workspace, with imports for what exists, or a template an account', async () => {
  const out = path.join(pair.aws.home, 'rollout');
  const account = many.accounts[0];
  const [w] = many.workspaces;
  assert.ok(account && w);
  await call('--yes', '--workspace', w.name);
  const written = pair.aws.server.writes().length;
  const done = await call('--only-account', account.id, '--export-to', out);
  assert.equal(done.code, 0, done.err);
  const text = readFileSync(path.join(out, account.id, 'main.tf'), 'utf8');
  assert.equal(text.match(/^module "/gm)?.length, 4);
  assert.match(text, /to = module\.app_0000\.aws_iam_role\.this\["plan"\]\n {2}id = "tfc-acme-app-0000-plan"/);
  assert.match(text, /to = module\.app_0000\.tfe_variable\.this\["TFC_AWS_PROVIDER_AUTH"\]/);
  if (terraform)
    execFileSync('terraform', ['fmt', '-check', '-recursive', out], {
      env: { ...process.env, TF_CLI_CONFIG_FILE: '' },
    });
  assert.match(text, /trust_policy += jsonencode\(\{/);
  assert.equal(text.includes('AKIA'), false);
  assert.match(readFileSync(path.join(out, 'modules/tfc-oidc-workspace/main.tf'), 'utf8'), /for_each = var\.roles/);
  await call('--only-account', account.id, '--export-to', out, '--as', 'cloudformation');
  assert.equal(readFileSync(path.join(out, `${account.id}.yaml`), 'utf8').match(/Type: AWS::IAM::Role/g)?.length, 8);
  assert.equal(pair.aws.server.writes().length, written);
});

test('waves are filled from all accounts in turn', () => {
  const units = ['a', 'a', 'a', 'b', 'b', 'c'].map((accountId, i) => ({ accountId, i }));
  assert.deepEqual(
    wavesOf(units, 3).map(w => w.map(u => u.accountId + u.i)),
    [
      ['a0', 'b3', 'c5'],
      ['a1', 'b4', 'a2'],
    ],
  );
});
