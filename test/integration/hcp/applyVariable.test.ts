import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Performed } from '../../../src/binding/apply/apply';
import { variableExecutor } from '../../../src/binding/apply/variable';
import type { Json, VariableChange } from '../../../src/binding/change';
import { ok } from '../../../src/core/problem';
import { connect } from '../../support/hcp/connect';
import { HcpServer } from '../../support/hcp/server';
import type { VariableState, VarsetState, WorkspaceState } from '../../support/hcp/state';

let server: HcpServer;
const { signal } = new AbortController();

before(async () => {
  server = await HcpServer.start();
  server.state.organization('acme');
});
after(() => server.close());
afterEach(() => {
  assert.deepEqual(server.violations, []);
  server.faults.length = 0;
});

const executor = () => variableExecutor({ client: () => Promise.resolve(ok(connect(server))) });

function change(
  owner: WorkspaceState | VarsetState,
  given: Partial<VariableChange>,
  of?: VariableState,
): VariableChange {
  return {
    id: 'change-1',
    kind: 'variable',
    title: 'a change',
    before: of === undefined || of.sensitive ? undefined : of.value,
    after: given.value,
    language: 'plaintext',
    destructive: false,
    undoable: true,
    hostname: server.hostname,
    scope: { type: 'projectId' in owner ? 'workspace' : 'varset', id: owner.id, name: owner.name },
    action: 'create',
    key: of?.key ?? 'TFC_AWS_PROVIDER_AUTH',
    category: of?.category ?? 'env',
    value: undefined,
    expected: of && { id: of.id, versionId: of.versionId },
    sensitive: false,
    ...given,
  };
}

async function perform(c: VariableChange, resumed = false): Promise<Performed> {
  const prepared = await executor().prepare?.(c, signal);
  return executor().perform(c, resumed, prepared?.ok === true ? prepared.value : null, signal);
}

const outcome = (p: Performed): Json => (p.ok ? p.outcome : null);

const owners = (): readonly (WorkspaceState | VarsetState)[] => [
  server.state.workspace('acme', `app-${server.state.workspaces.length}`),
  server.state.varset('acme', `set-${server.state.varsets.length}`),
];

describe('create', () => {
  test('writes and is undone, in a workspace and in a variable set', async () => {
    for (const owner of owners()) {
      const c = change(owner, { value: 'true' });
      const performed = await perform(c);
      assert.ok(performed.ok && performed.ours);
      assert.deepEqual(
        owner.vars.map(v => [v.key, v.value, v.category, v.sensitive]),
        [['TFC_AWS_PROVIDER_AUTH', 'true', 'env', false]],
      );
      assert.deepEqual(await executor().undo(c, outcome(performed), 'done', signal), { ok: true, state: 'undone' });
      assert.equal(owner.vars.length, 0);
      assert.deepEqual(await executor().undo(c, outcome(performed), 'done', signal), { ok: true, state: 'nothing' });
    }
  });

  test('of what is there already is not ours; of another value it is refused', async () => {
    const [owner] = owners();
    assert.ok(owner);
    const there = server.state.variable(owner, 'TFC_AWS_PROVIDER_AUTH', 'true');
    const same = await perform(change(owner, { value: 'true' }));
    assert.ok(same.ok && !same.ours);
    there.value = 'false';
    const other = await perform(change(owner, { value: 'true' }));
    assert.equal(other.ok ? '' : other.problem.code, 'changed-since-plan');
    assert.equal(there.value, 'false');
  });

  test('whose reply was lost is found done and not sent again', async () => {
    const [owner] = owners();
    assert.ok(owner);
    server.faults.push({ method: 'POST', path: /\/vars$/, status: 502, times: 1, afterwards: true });
    const performed = await perform(change(owner, { value: 'true' }));
    assert.ok(performed.ok && performed.ours);
    assert.equal(owner.vars.length, 1);
  });

  test('that did not reach the host has no effect', async () => {
    const [owner] = owners();
    assert.ok(owner);
    server.faults.push({ method: 'POST', path: /\/vars$/, status: 503, times: 1 });
    const performed = await perform(change(owner, { value: 'true' }));
    assert.ok(!performed.ok && performed.effect === 'none');
    assert.equal(owner.vars.length, 0);
  });

  test('that was changed since is kept by undo', async () => {
    const [owner] = owners();
    assert.ok(owner);
    const c = change(owner, { value: 'true' });
    const performed = await perform(c);
    const [made] = owner.vars;
    assert.ok(made);
    made.value = 'false';
    made.versionId = 'another';
    const undone = await executor().undo(c, outcome(performed), 'done', signal);
    assert.equal(undone.ok && undone.state, 'kept');
    assert.equal(owner.vars.length, 1);
  });
});

describe('update', () => {
  test('writes, is found done when resumed, and is undone', async () => {
    for (const owner of owners()) {
      const of = server.state.variable(owner, 'TFC_AWS_RUN_ROLE_ARN', 'old', { description: 'mine' });
      const c = change(owner, { action: 'update', value: 'new' }, { ...of });
      const performed = await perform(c);
      assert.equal(of.value, 'new');
      const again = await perform(c, true);
      assert.ok(again.ok && again.ours);
      assert.deepEqual(await executor().undo(c, outcome(performed), 'done', signal), { ok: true, state: 'undone' });
      assert.deepEqual([of.value, of.description], ['old', 'mine']);
    }
  });

  test('of another version is refused', async () => {
    const [owner] = owners();
    assert.ok(owner);
    const of = server.state.variable(owner, 'TFC_AWS_RUN_ROLE_ARN', 'old');
    const c = change(owner, { action: 'update', value: 'new' }, { ...of });
    of.versionId = 'another';
    const performed = await perform(c);
    assert.equal(performed.ok ? '' : performed.problem.code, 'changed-since-plan');
    assert.equal(of.value, 'old');
  });
});

describe('a sensitive variable', () => {
  const former = 'arn:aws:iam::123456789012:role/former';
  const value = 'arn:aws:iam::123456789012:role/new';

  test('is changed in place: it keeps its id and its mark, and is there at every moment', async () => {
    for (const owner of owners()) {
      const of = server.state.variable(owner, 'TFC_AWS_RUN_ROLE_ARN', former, { sensitive: true });
      const from = server.seen.length;
      const performed = await perform(change(owner, { action: 'update', value, undoable: false }, { ...of }));
      assert.ok(performed.ok && performed.ours);
      assert.deepEqual(
        owner.vars.map(v => [v.id, v.value, v.sensitive]),
        [[of.id, value, true]],
      );
      const writes = server.seen.slice(from).filter(r => r.method !== 'GET');
      assert.deepEqual(
        writes.map(r => r.method),
        ['PATCH'],
      );
    }
  });

  test('also where the reply is lost: the value is there, whichever write brought it', async () => {
    for (const afterwards of [false, true]) {
      const [owner] = owners();
      assert.ok(owner);
      const of = server.state.variable(owner, 'TFC_AWS_RUN_ROLE_ARN', former, { sensitive: true });
      server.faults.push({ method: 'PATCH', path: /vars/, status: 502, text: '<html>', afterwards, times: 1 });
      const performed = await perform(change(owner, { action: 'update', value, undoable: false }, { ...of }));
      assert.ok(performed.ok, performed.ok ? '' : performed.problem.message);
      assert.deepEqual(
        owner.vars.map(v => [v.value, v.sensitive]),
        [[value, true]],
      );
    }
  });
});

describe('delete', () => {
  test('is undone with value, description and hcl', async () => {
    for (const owner of owners()) {
      const of = server.state.variable(owner, 'aws_profile', 'dev', {
        category: 'terraform',
        hcl: true,
        description: 'why',
      });
      const c = change(owner, { action: 'delete' }, { ...of });
      const performed = await perform(c);
      assert.equal(owner.vars.length, 0);
      assert.deepEqual(await executor().undo(c, outcome(performed), 'done', signal), { ok: true, state: 'undone' });
      assert.deepEqual(
        owner.vars.map(v => [v.key, v.value, v.category, v.hcl, v.description]),
        [['aws_profile', 'dev', 'terraform', true, 'why']],
      );
    }
  });

  test('of a sensitive variable cannot be undone, and undo says so', async () => {
    const [owner] = owners();
    assert.ok(owner);
    const of = server.state.variable(owner, 'AWS_SECRET_ACCESS_KEY', 'secret', { sensitive: true });
    const c = change(owner, { action: 'delete', undoable: false, undoNote: 'It is lost.', sensitive: true }, { ...of });
    const performed = await perform(c);
    assert.ok(performed.ok);
    assert.deepEqual(await executor().undo(c, outcome(performed), 'done', signal), {
      ok: true,
      state: 'kept',
      why: 'It is lost.',
    });
    assert.equal(owner.vars.length, 0);
  });

  test('is believed only where the variable is gone: a page with status 200 is no deletion, and a host that says 200 is taken at its word', async () => {
    for (const owner of owners()) {
      const variable = server.state.variable(owner, 'AWS_SECRET_ACCESS_KEY', 'x', { sensitive: true });
      const c = change(owner, { action: 'delete' }, variable);
      for (const text of ['', '<!DOCTYPE html><html></html>', '{"status":"ok"}']) {
        server.faults.push({ method: 'DELETE', path: /./, status: 200, text, times: 1 });
        const swallowed = await perform(c);
        assert.ok(!swallowed.ok, text);
        assert.deepEqual([swallowed.effect, swallowed.problem.code], ['none', 'hcp-reply']);
        assert.equal(owner.vars.length, 1);
      }
      server.faults.push({ method: 'DELETE', path: /./, status: 200, text: '', times: 1, afterwards: true });
      const done = await perform(c);
      assert.ok(done.ok && done.ours);
      assert.equal(owner.vars.length, 0);
      // And so does an undo of what was created.
      const made = change(owner, { value: 'true' });
      const performed = await perform(made);
      server.faults.push({ method: 'DELETE', path: /./, status: 200, text: '', times: 1 });
      assert.ok(!(await executor().undo(made, outcome(performed), 'done', signal)).ok);
      assert.equal(owner.vars.length, 1);
      assert.deepEqual(await executor().undo(made, outcome(performed), 'done', signal), { ok: true, state: 'undone' });
    }
  });

  test('of what is gone already is not ours', async () => {
    const [owner] = owners();
    assert.ok(owner);
    const of = server.state.variable(owner, 'AWS_PROFILE', 'dev');
    owner.vars.length = 0;
    const performed = await perform(change(owner, { action: 'delete' }, of));
    assert.ok(performed.ok && !performed.ours);
  });
});

test('a change for another host is refused', async () => {
  const [owner] = owners();
  assert.ok(owner);
  const performed = await perform(change(owner, { value: 'true', hostname: 'app.terraform.io' }));
  assert.equal(performed.ok ? '' : performed.problem.code, 'other-host');
});
