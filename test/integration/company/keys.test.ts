import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { configure } from '../../../src/cli/commands/configure';
import { keys } from '../../../src/cli/commands/company/keys';
import { undo } from '../../../src/cli/commands/undo';
import { ensureUser } from '../../support/aws/iamUsers';
import { ServerPair } from '../../support/binding/serverWorlds';
import type { CommandRun } from '../../support/runCommand';

/** The old key, from the first look to its end, against the strict servers. */

const id = 'AKIASTOREFRONEXAMPLE';
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const day = 86_400_000;
let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
});
after(() => pair.close());

interface Row {
  readonly key: string;
  readonly id: string | null;
  readonly user: string | null;
  readonly status: string | null;
  readonly ageDays: number | null;
  readonly lastUse: { readonly at: string | null; readonly service: string | null } | null;
  readonly state: string;
  readonly why: string;
  readonly offers: readonly string[];
  readonly places: readonly { readonly where: string; readonly workspaces: readonly string[] }[];
  readonly workspaces: readonly string[];
  readonly leftovers: readonly { readonly what: string; readonly command: string }[];
}

const organization = (): string[] => ['--organization', 'acme', '--hostname', pair.hcp.hostname];
const call = (...args: readonly string[]): Promise<CommandRun> =>
  pair.run(keys, ...organization(), '--profile', 'default', ...args);
async function rows(...args: readonly string[]): Promise<readonly Row[]> {
  const { out, err } = await call('--format', 'json', ...args);
  assert.notEqual(out, '', err);
  return (JSON.parse(out) as { keys: Row[] }).keys;
}
async function only(...args: readonly string[]): Promise<Row> {
  const [row, another] = await rows(...args);
  assert.ok(row);
  assert.equal(another, undefined);
  return row;
}

const stored = () => {
  const key = pair.aws.stored.users.get('ci-terraform')?.keys[0];
  assert.ok(key);
  return key;
};
const ago = (days: number): string => new Date(Date.now() - days * day).toISOString().replace(/\.\d+Z$/, 'Z');

/** A workspace with a static key of a user who has had it for 700 days, used yesterday. */
function seed(): void {
  pair.clear();
  pair.aws.stored.users.delete('ci-terraform');
  pair.seed();
  pair.aws.server.addCaller(pair.aws.stored, id, { user: 'ci-terraform' });
  Object.assign(stored(), {
    createDate: ago(700),
    lastUsed: { date: ago(1), service: 's3', region: 'eu-central-1' },
  });
  pair.hcp.state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', id);
  pair.hcp.state.variable(pair.varset, 'AWS_SECRET_ACCESS_KEY', secret, { sensitive: true });
}

/** OIDC set up, the key removed after the proof, and one run made since. */
async function moved(): Promise<void> {
  seed();
  assert.equal((await only()).state, 'in-place');
  const args = [
    'project',
    '--profile',
    'default',
    '--plan-policy-arn',
    'ReadOnlyAccess',
    '--yes',
    '--remove-static-keys',
  ];
  const done = await pair.run(configure, ...args);
  assert.notEqual(done.code, 2, done.err);
  assert.equal(
    pair.workspace.vars.some(v => v.key === 'AWS_ACCESS_KEY_ID'),
    false,
    done.err + done.out,
  );
  assert.equal((await only()).state, 'no-run-yet');
  pair.hcp.state.run(pair.workspace, { status: 'applied', at: new Date(Date.now() + 1000).toISOString() });
}

/** The journal's runs are made to lie some days back, as if that time had passed. */
async function daysLater(days: number): Promise<void> {
  const { promises: fs } = await import('node:fs');
  const path = await import('node:path');
  const folder = path.join(pair.aws.home, 'state', 'tfc-oidc', 'journal');
  for (const name of await fs.readdir(folder)) {
    const file = path.join(folder, name);
    const text = await fs.readFile(file, 'utf8');
    const moved = text.replace(/"at":(\d{13})/g, (_, at: string) => `"at":${Number(at) - days * day}`);
    await fs.writeFile(file, moved);
  }
}

describe('what is said of a key', () => {
  beforeEach(seed);

  test('account, user, age, last use and places, with four characters of the id', async () => {
    const row = await only();
    assert.deepEqual(
      [row.key, row.id, row.user, row.status, row.ageDays, row.state],
      ['…MPLE', null, 'ci-terraform', 'Active', 700, 'in-place'],
    );
    assert.equal(row.lastUse?.service, 's3');
    assert.deepEqual(
      row.places.map(p => p.where),
      ['workspace acme/prod, AWS_ACCESS_KEY_ID'],
    );
    const text = await call();
    assert.match(text.out, /…MPLE: IN USE/);
    for (const format of ['text', 'json', 'csv'])
      assert.equal((await call('--format', format)).out.includes(id), false, format);
    assert.equal((await only('--show-ids')).id, id);
    assert.match((await call('--show-ids')).out, new RegExp(id));
  });

  test('the same key elsewhere: every workspace and set that holds it', async () => {
    const other = pair.hcp.state.workspace('acme', 'staging');
    const set = pair.hcp.state.varset('acme', 'legacy', { workspaceIds: [other.id, pair.workspace.id] });
    pair.hcp.state.variable(set, 'AWS_ACCESS_KEY_ID', id);
    const { places } = await only();
    assert.deepEqual(
      places.map(p => [p.where, p.workspaces]),
      [
        ['workspace acme/prod, AWS_ACCESS_KEY_ID', ['acme/prod']],
        ['variable set legacy, AWS_ACCESS_KEY_ID', ['acme/prod', 'acme/staging']],
      ],
    );
  });

  test('in code and in files with values, by file and line', async () => {
    const { writeFileSync } = await import('node:fs');
    const path = await import('node:path');
    pair.code('', 'prod', `  access_key = "${id}"\n`);
    writeFileSync(path.join(pair.project, 'prod.auto.tfvars'), `region = "x"\nkey = "${id}"\n`);
    const { out } = await pair.run(keys, 'project', '--profile', 'default', '--format', 'json');
    const [row] = (JSON.parse(out) as { keys: Row[] }).keys;
    assert.deepEqual(row?.places.map(p => p.where).sort(), [
      'project/main.tf:13',
      'project/prod.auto.tfvars:2',
      'workspace acme/prod, AWS_ACCESS_KEY_ID',
    ]);
  });

  test('an id that cannot be read: users with keys, likely ones first, told as a guess', async () => {
    pair.workspace.vars = pair.workspace.vars.filter(v => v.key !== 'AWS_ACCESS_KEY_ID');
    pair.hcp.state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', id, { sensitive: true });
    pair.hcp.state.run(pair.workspace, { at: ago(1) });
    const { out } = await call();
    assert.match(out, /workspace acme\/prod, AWS_ACCESS_KEY_ID/);
    assert.match(out, /This is a guess, not a finding/);
    assert.ok(out.indexOf('ci-terraform:') < out.indexOf('admin:'));
    assert.match(out, /A key of this user was used at the time of the last run\./);
  });

  test('with consent CloudTrail is asked who called as Terraform at the time of a run: that user first, still as a guess', async () => {
    const { server, stored: account } = pair.aws;
    const run = new Date(Date.parse(ago(2)));
    pair.workspace.vars = pair.workspace.vars.filter(v => v.key !== 'AWS_ACCESS_KEY_ID');
    pair.hcp.state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', id, { sensitive: true });
    pair.hcp.state.run(pair.workspace, { at: run.toISOString() });
    // Nothing of its name or last use speaks for it.
    server.addCaller(account, 'AKIAI44QH8DHBEXAMPL2', { user: 'zoe' });
    const call1 = {
      accountId: account.id,
      region: 'eu-central-1',
      user: 'zoe',
      accessKeyId: 'AKIAI44QH8DHBEXAMPL2',
      source: 'ec2.amazonaws.com',
      name: 'DescribeVpcs',
      userAgent:
        'APN/1.0 HashiCorp/1.0 Terraform/1.9.0 (+https://www.terraform.io) terraform-provider-aws/5.60.0 (+https://registry.terraform.io/providers/hashicorp/aws)',
    };
    server.userEvents.push(
      { ...call1, id: 'e1', time: run.getTime() + 60_000 },
      // Not Terraform, not in that time, and of another region than any that is asked.
      { ...call1, id: 'e2', user: 'admin', time: run.getTime(), userAgent: 'aws-cli/2.15.0 Python/3.11' },
      { ...call1, id: 'e3', user: 'ci-terraform', time: run.getTime() + 3_600_000 },
    );
    const without = await call();
    assert.doesNotMatch(without.out, /CloudTrail/);
    assert.equal(server.calls('cloudtrail').length, 0, 'nobody agreed to that question');
    const { out } = await call('--cloudtrail');
    assert.match(out, /This is a guess, not a finding/);
    assert.ok(out.indexOf('    zoe:') < out.indexOf('    ci-terraform:'), out);
    const hints = out.match(/CloudTrail: .*/g);
    assert.equal(hints?.length, 1);
    assert.match(
      hints[0],
      /^CloudTrail: Terraform called DescribeVpcs with key …MPL2 of this user at .* UTC, at the time of a run\. It may be that run, or Terraform somewhere else\.$/,
    );
    assert.doesNotMatch(out, /AKIAI44QH8DHBEXAMPL2/);
    pair.aws.server.addCaller(account, 'AKIAIOSFODNN7EXAMPLE', { deny: ['cloudtrail:LookupEvents'] });
    const refused = await call('--cloudtrail');
    assert.match(refused.out, /Not read: CloudTrail of eu-central-1: .*cloudtrail:LookupEvents/);
    pair.aws.server.addCaller(account, 'AKIAIOSFODNN7EXAMPLE');
    account.users.delete('zoe');
  });

  test('a key of the root user is called out and left to a person', async () => {
    pair.aws.stored.users.delete('ci-terraform');
    pair.aws.server.addCaller(pair.aws.stored, id, { user: 'root' });
    const row = await only();
    assert.deepEqual([row.state, row.offers], ['root', []]);
    assert.equal((await call('--deactivate', 'MPLE', '--yes')).code, 1);
    pair.aws.stored.rootKeys.length = 0;
  });

  test('what the caller may not ask is unknown, with the permission that is missing', async () => {
    pair.aws.server.addCaller(pair.aws.stored, 'AKIAIOSFODNN7EXAMPLE', { deny: ['iam:GetAccessKeyLastUsed'] });
    const row = await only();
    assert.equal(row.state, 'unknown');
    assert.match(row.why, /iam:GetAccessKeyLastUsed/);
    pair.aws.server.addCaller(pair.aws.stored, 'AKIAIOSFODNN7EXAMPLE');
  });
});

test('a key that runs use, or whose role has made no run yet, is not offered', async () => {
  seed();
  const refused = await call('--deactivate', 'MPLE', '--yes');
  assert.equal(refused.code, 1);
  assert.match(refused.out, /Not offered: It is active and is in 1 place/);
  assert.equal(stored().status, 'Active');
});

test('proven, deactivated, undone, deactivated again, and deleted after seven days', async () => {
  await moved();
  const ready = await only();
  assert.deepEqual([ready.state, ready.offers], ['can-be-deactivated', ['deactivate']], ready.why);
  const shown = await call('--deactivate', 'MPLE');
  assert.equal(shown.code, 1);
  assert.match(shown.out, /Deactivate access key …MPLE of user ci-terraform/);
  assert.equal(stored().status, 'Active');
  assert.equal((await call('--deactivate', 'MPLE', '--yes')).code, 0);
  assert.equal(stored().status, 'Inactive');
  assert.equal((await pair.run(undo, '--profile', 'default', '--yes')).code, 0);
  assert.equal(stored().status, 'Active');
  assert.equal((await only()).state, 'can-be-deactivated');
  assert.equal((await call('--deactivate', 'MPLE', '--yes')).code, 0);
  const early = await call('--delete', 'MPLE', '--yes');
  assert.equal(early.code, 1);
  assert.match(early.out, /From .* on it can be deleted/);
  await daysLater(8);
  Object.assign(stored(), { lastUsed: { date: ago(20), service: 's3', region: 'eu-central-1' } });
  const user = pair.aws.stored.users.get('ci-terraform');
  Object.assign(user ?? {}, { login: true, groups: ['developers'] });
  const ripe = await only();
  assert.equal(ripe.state, 'can-be-deleted', ripe.why);
  assert.deepEqual(
    ripe.leftovers.map(l => l.what),
    ['A password for the console', 'Member of group developers', 'User ci-terraform itself'],
  );
  const named = await call('--delete', 'MPLE');
  assert.match(named.out, /This cannot be undone/);
  assert.equal((await call('--delete', 'MPLE', '--yes')).code, 0);
  assert.deepEqual(user?.keys, []);
  assert.deepEqual([user?.login, user?.groups], [true, ['developers']], 'nothing of the user goes by itself');
  assert.equal((await only()).state, 'deleted');
  assert.deepEqual(
    pair.aws.server
      .writes()
      .filter(w => /AccessKey|User/.test(w))
      .slice(-4),
    ['UpdateAccessKey', 'UpdateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey'],
  );
});

test('used since the first run with the role: something else needs it, and there is no button', async () => {
  await moved();
  Object.assign(stored(), { lastUsed: { date: ago(-1), service: 'ec2', region: 'us-east-1' } });
  const row = await only();
  assert.deepEqual([row.state, row.offers], ['still-used', []]);
  assert.match(row.why, /Something else uses this key: ec2 in us-east-1 at /);
  assert.equal((await call('--deactivate', 'MPLE', '--yes')).code, 1);
  assert.equal(stored().status, 'Active');
});

test('made active in between, or inactive by somebody else: no deletion', async () => {
  await moved();
  assert.equal((await call('--deactivate', 'MPLE', '--yes')).code, 0);
  await daysLater(9);
  Object.assign(stored(), { lastUsed: { date: ago(2), service: 's3', region: 'eu-central-1' } });
  const used = await only();
  assert.deepEqual([used.state, used.offers], ['inactive', ['activate']]);
  assert.match(used.why, /somebody made it active in between/);
  assert.equal((await call('--activate', 'MPLE', '--yes')).code, 0);
  assert.equal(stored().status, 'Active');
  stored().status = 'Inactive';
  const strange = await only();
  assert.match(strange.why, /was not made so from here/);
});

test('a workspace that is not proven, or one that nobody looked at, keeps the key', async () => {
  await moved();
  const trust = pair.role('plan').trust;
  pair.role('plan').trust = trust.replace('workspace:prod', 'workspace:other');
  assert.equal((await only()).state, 'not-proven');
  pair.role('plan').trust = trust;
  const { out } = await pair.run(keys, 'project', '--profile', 'default', '--format', 'json');
  const [row] = (JSON.parse(out) as { keys: Row[] }).keys;
  assert.equal(row?.state, 'unknown');
  assert.match(row.why, /Only some workspaces were looked at/);
  pair.workspace.mayReadVariables = false;
  assert.equal((await only()).state, 'unknown');
});

test('refused: nothing took effect, so nothing earlier is offered to be undone', async () => {
  await moved();
  pair.aws.server.faults.add({ action: 'UpdateAccessKey', kind: 'refuse', times: 1 });
  const { code, out } = await call('--deactivate', 'MPLE', '--yes');
  assert.deepEqual([code, stored().status], [2, 'Active']);
  assert.match(out, /Go on with "tfc-oidc apply --resume --yes"\.\n/);
  assert.doesNotMatch(out, /tfc-oidc undo/);
});

test('used between the report and the yes: nothing is written', async () => {
  await moved();
  const { server } = pair.aws;
  let asked = 0;
  server.onCall = (entry, moment) => {
    if (entry.action !== 'GetAccessKeyLastUsed' || moment !== 'after') return;
    asked += 1;
    if (asked === 1) Object.assign(stored(), { lastUsed: { date: ago(-1), service: 's3', region: 'eu-west-1' } });
  };
  try {
    await assert.rejects(() => call('--deactivate', 'MPLE', '--yes'), /was used since it was looked at/);
  } finally {
    server.onCall = undefined;
  }
  assert.equal(stored().status, 'Active');
});

test('no file of ours holds the id', async () => {
  await moved();
  assert.equal((await call('--deactivate', 'MPLE', '--yes')).code, 0);
  const { promises: fs } = await import('node:fs');
  const path = await import('node:path');
  const folder = path.join(pair.aws.home, 'state', 'tfc-oidc', 'journal');
  const names = await fs.readdir(folder);
  assert.ok(names.length > 2);
  for (const name of names)
    assert.equal((await fs.readFile(path.join(folder, name), 'utf8')).includes(id), false, name);
  assert.equal(ensureUser(pair.aws.server.store, pair.aws.stored, 'ci-terraform').keys.length, 1);
});
