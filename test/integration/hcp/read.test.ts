import assert from 'node:assert/strict';
import { createPublicKey, createVerify, type JsonWebKey } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { credentialFacts } from '../../../src/hcp/variables/credentials';
import { longOriginText } from '../../../src/hcp/variables/precedence';
import { readVariables, type VariableReading } from '../../../src/hcp/variables/read';
import {
  findProject,
  listWorkspaces,
  readAgents,
  readWorkspace,
  readWorkspaceById,
} from '../../../src/hcp/workspace/read';
import { readLatestRun } from '../../../src/hcp/workspace/run';
import { unwrap } from '../../../src/core/problem';
import { connect } from '../../support/hcp/connect';
import { HcpServer } from '../../support/hcp/server';

let server: HcpServer;
const { signal } = new AbortController();

before(async () => {
  server = await HcpServer.start();
  server.state.organization('acme', 'agent');
});
after(() => server.close());
afterEach(() => {
  assert.deepEqual(server.violations, []);
  server.faults.length = 0;
});

describe('a workspace', () => {
  test('has its real project, and the mode in effect with its origin', async () => {
    const { state } = server;
    const project = state.project('acme', 'Platform', 'local');
    const cases = [
      [state.workspace('acme', 'own', { executionMode: 'remote' }), 'remote', 'workspace', 'Default Project'],
      [state.workspace('acme', 'of-project', { projectId: project.id }), 'local', 'project', 'Platform'],
      [
        state.workspace('acme', 'of-organization', { agentPoolId: 'apool-1' }),
        'agent',
        'organization',
        'Default Project',
      ],
    ] as const;
    for (const [made, mode, from, projectName] of cases) {
      const read = unwrap(await readWorkspace(connect(server), 'acme', made.name, signal));
      assert.equal(read.id, made.id);
      assert.deepEqual([read.executionMode, read.executionModeFrom, read.project.name], [mode, from, projectName]);
      assert.deepEqual(unwrap(await readWorkspaceById(connect(server), 'acme', made.id, signal)), read);
    }
    state.agents.set('apool-1', [{ name: 'one', status: 'idle' }]);
    assert.deepEqual(unwrap(await readAgents(connect(server), 'apool-1', signal)), [
      { name: 'one', version: undefined, status: 'idle' },
    ]);
  });

  test('that does not exist is named, and a wrong token is something else', async () => {
    const missing = await readWorkspace(connect(server), 'acme', 'nothing', signal);
    assert.match(missing.ok ? '' : missing.problem.message, /^Workspace nothing of organization acme does not exist/);
    const refused = await readWorkspace(connect(server, 'wrong'), 'acme', 'nothing', signal);
    assert.equal(refused.ok ? '' : refused.problem.code, 'hcp-unauthorized');
  });

  test('lists are paged and filtered by tags, prefix and project', async () => {
    const { state } = server;
    state.organization('big');
    for (let i = 0; i < 230; i++) {
      state.workspace('big', `app-${String(i).padStart(3, '0')}`, { tags: i % 100 === 0 ? ['prod', 'eu'] : ['prod'] });
    }
    state.workspace('big', 'other-app-1');
    const from = server.apiRequests.length;
    const all = unwrap(await listWorkspaces(connect(server), 'big', {}, signal));
    assert.equal(all.length, 231);
    assert.equal(server.apiRequests.length - from, 3);
    const tagged = unwrap(await listWorkspaces(connect(server), 'big', { tags: ['prod', 'eu'] }, signal));
    assert.deepEqual(
      tagged.map(w => w.name),
      ['app-000', 'app-100', 'app-200'],
    );
    state.workspace('big', 'keyed', { bindings: { env: 'prod', team: 'web' } });
    const keyed = unwrap(await listWorkspaces(connect(server), 'big', { tags: { env: 'prod', team: 'web' } }, signal));
    assert.deepEqual(
      keyed.map(w => w.name),
      ['keyed'],
    );
    assert.deepEqual(unwrap(await listWorkspaces(connect(server), 'big', { tags: { env: 'dev' } }, signal)), []);
    assert.equal(unwrap(await listWorkspaces(connect(server), 'big', { prefix: 'app-1' }, signal)).length, 100);
    const project = unwrap(await findProject(connect(server), 'big', 'default project', signal));
    assert.equal(project.name, 'Default Project');
    assert.equal(unwrap(await listWorkspaces(connect(server), 'big', { projectId: project.id }, signal)).length, 232);
    const unknown = await findProject(connect(server), 'big', 'nothing', signal);
    assert.match(unknown.ok ? '' : unknown.problem.message, /no project "nothing"/);
  });

  describe('filters are checked here too, since hosts pass over those that they do not know', () => {
    const names = async (tags: readonly string[] | Record<string, string>): Promise<readonly string[] | string> => {
      const found = await listWorkspaces(connect(server), 'deaf', { tags }, signal);
      return found.ok ? found.value.map(w => w.name) : found.problem.code;
    };
    before(() => {
      const { state } = server;
      state.organization('deaf');
      const project = state.project('deaf', 'web');
      project.bindings = { env: 'prod' };
      state.workspace('deaf', 'plain', { tags: ['env'] });
      state.workspace('deaf', 'inherits', { projectId: project.id });
      state.workspace('deaf', 'overrules', { projectId: project.id, bindings: { env: 'dev' } });
      state.workspace('deaf', 'own', { bindings: { env: 'prod', team: 'web' } });
      state.workspace('deaf', 'none');
    });
    afterEach(() => Object.assign(server.state.deaf, { filters: false, includes: false, bindings: false }));

    for (const includes of [false, true]) {
      for (const filters of [false, true]) {
        test(`tags with and without values, inherited ones too (deaf to ${filters ? 'filters' : 'nothing'}${includes ? ', includes' : ''})`, async () => {
          Object.assign(server.state.deaf, { filters, includes });
          assert.deepEqual(await names({ env: 'prod' }), ['inherits', 'own']);
          assert.deepEqual(await names({ env: 'prod', team: 'web' }), ['own']);
          assert.deepEqual(await names(['env']), ['inherits', 'overrules', 'own', 'plain']);
          assert.deepEqual(await names(['nothing']), []);
        });
      }
    }

    test('a host without bindings has names; where they do not decide, that is the answer', async () => {
      Object.assign(server.state.deaf, { filters: true, includes: true, bindings: true });
      assert.deepEqual(await names(['team']), ['own']);
      assert.deepEqual(await names({ team: 'web', nothing: 'x' }), []);
      assert.equal(await names({ team: 'web' }), 'hcp-tags-undecided');
    });

    test('a prefix and a project', async () => {
      Object.assign(server.state.deaf, { filters: true });
      const of = async (filter: Parameters<typeof listWorkspaces>[2]): Promise<readonly string[]> =>
        unwrap(await listWorkspaces(connect(server), 'deaf', filter, signal)).map(w => w.name);
      assert.deepEqual(await of({ prefix: 'in' }), ['inherits']);
      const project = unwrap(await findProject(connect(server), 'deaf', 'web', signal));
      assert.deepEqual(await of({ projectId: project.id }), ['inherits', 'overrules']);
    });

    test('a list whose second page is its first again is not called complete', async () => {
      server.state.organization('long');
      for (let i = 0; i < 120; i++) server.state.workspace('long', `w${i}`);
      server.state.deaf.pages = true;
      const found = await listWorkspaces(connect(server), 'long', {}, signal);
      server.state.deaf.pages = false;
      assert.ok(!found.ok);
      assert.equal(found.problem.code, 'hcp-list-incomplete');
      assert.match(found.problem.message, /has 100 of the 120/);
    });
  });

  test('whose project may not be read is listed all the same', async () => {
    const { state } = server;
    state.organization('hidden');
    state.workspace('hidden', 'one');
    state.workspace('hidden', 'two');
    // A host that includes nothing.
    const client = connect(server);
    const get = client.all.bind(client);
    client.all = async (...args) => {
      const list = await get(...args);
      return list.ok ? { ok: true, value: { ...list.value, included: [] } } : list;
    };
    const visible = unwrap(await listWorkspaces(client, 'hidden', {}, signal));
    assert.deepEqual(
      visible.map(w => w.project.name),
      ['Default Project', 'Default Project'],
    );
    server.faults.push({ path: /^\/projects\//, status: 404 });
    const from = server.apiRequests.length;
    const list = unwrap(await listWorkspaces(client, 'hidden', {}, signal));
    assert.deepEqual(
      list.map(w => w.project.name),
      ['(unknown)', '(unknown)'],
    );
    assert.equal(server.apiRequests.length - from, 2);
  });

  test('its latest run brings the log of the phase that has the error', async () => {
    const { state } = server;
    const workspace = state.workspace('acme', 'runs');
    const read = async (): Promise<unknown> => {
      const w = unwrap(await readWorkspace(connect(server), 'acme', 'runs', signal));
      const run = unwrap(await readLatestRun(connect(server), w, signal));
      return run && [run.status, run.erroredPhase, run.errorText];
    };
    assert.equal(await read(), undefined);
    state.run(workspace);
    assert.deepEqual(await read(), ['applied', undefined, '']);
    state.run(workspace, {
      status: 'errored',
      phase: 'plan',
      log: '\u0002\u001B[31mError: no credentials\u001B[0m\n\u0003',
    });
    assert.deepEqual(await read(), ['errored', 'plan', 'Error: no credentials']);
    const structured = {
      '@level': 'error',
      '@message': 'Error: denied',
      diagnostic: { severity: 'error', summary: 'denied', detail: 'AccessDenied: not authorized' },
    };
    state.run(workspace, {
      status: 'errored',
      phase: 'apply',
      log: `{"@message":"Terraform 1.11.4"}\n${JSON.stringify(structured)}\n`,
    });
    assert.deepEqual(await read(), [
      'errored',
      'apply',
      'Terraform 1.11.4\nError: denied\n\nAccessDenied: not authorized',
    ]);
    const archive = server.seen.filter(s => s.path.startsWith('/archivist/'));
    assert.ok(archive.length >= 2 && archive.every(s => !s.authorized));
  });
});

describe('variables', () => {
  const read = async (name: string): Promise<VariableReading> => {
    const workspace = unwrap(await readWorkspace(connect(server), 'acme', name, signal));
    return unwrap(await readVariables(connect(server), workspace, signal, { compare: true }));
  };

  test('come with their origin and what they shadow; sensitive values never', async () => {
    const { state } = server;
    const project = state.project('acme', 'Variables');
    const workspace = state.workspace('acme', 'vars', { projectId: project.id });
    state.variable(workspace, 'TFC_AWS_PROVIDER_AUTH', 'true');
    state.variable(workspace, 'AWS_REGION', 'eu-west-1');
    state.variable(workspace, 'SECRET', 'never-shown', { sensitive: true });
    const global = state.varset('acme', 'global', { global: true });
    state.variable(global, 'AWS_REGION', 'us-east-1');
    state.variable(global, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
    const ofProject = state.varset('acme', 'roles', { projectIds: [project.id], priority: true });
    state.variable(ofProject, 'TFC_AWS_PROVIDER_AUTH', 'false');
    const owned = state.varset('acme', 'owned', { ownerProjectId: project.id, workspaceIds: [workspace.id] });
    state.variable(owned, 'TFC_AWS_RUN_ROLE_ARN', 'arn:aws:iam::123456789012:role/run');
    state.varset('acme', 'elsewhere', { projectIds: ['prj-other'] });

    const reading = await read('vars');
    assert.deepEqual(
      reading.effective.map(v => [
        v.key,
        v.value,
        longOriginText(v.origin),
        v.shadows.map(s => longOriginText(s.origin)),
      ]),
      [
        ['AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE', 'global variable set global', []],
        ['AWS_REGION', 'eu-west-1', 'workspace', ['global variable set global']],
        ['SECRET', undefined, 'workspace', []],
        ['TFC_AWS_PROVIDER_AUTH', 'false', 'priority project variable set roles', ['workspace']],
        ['TFC_AWS_RUN_ROLE_ARN', 'arn:aws:iam::123456789012:role/run', 'variable set owned', []],
      ],
    );
    assert.deepEqual(reading.gaps, []);
    assert.deepEqual(reading.differences, []);
    assert.doesNotMatch(JSON.stringify(reading), /never-shown/);
    const facts = credentialFacts(reading.effective);
    assert.equal(facts.configurations[0]?.enabled, 'no');
    assert.deepEqual(facts.staticCredentials, [
      { key: 'AWS_ACCESS_KEY_ID', category: 'env', origin: 'variable set global' },
    ]);
  });

  test('of sets that cannot be read leave a gap, and all-vars helps out', async () => {
    server.faults.push({ path: /\/varsets$/, status: 404 });
    const reading = await read('vars');
    assert.equal(reading.gaps.length, 1);
    assert.ok(reading.effective.some(v => v.key === 'AWS_ACCESS_KEY_ID' && v.origin.from === 'varset'));
  });

  test('of one set that cannot be read come from all-vars; a set with priority may still say otherwise', async () => {
    const refused = { path: /\/varsets\/[^/]+\/relationships\/vars$/, status: 403 };
    server.state.deaf.includes = true;
    server.faults.push({ ...refused });
    const reading = await read('vars');
    const key = reading.effective.find(v => v.key === 'AWS_ACCESS_KEY_ID');
    assert.equal(key && longOriginText(key.origin), 'global variable set global');
    // The set "roles" has priority, and all-vars does not know that it wins.
    assert.equal(reading.unsure?.of, 'values');
    server.faults.push({ path: /\/all-vars$/, status: 403 });
    assert.equal((await read('vars')).unsure?.of, 'names');
    server.faults.length = 0;
    const [roles] = server.state.varsets.filter(s => s.priority);
    assert.ok(roles);
    server.faults.push({ ...refused, path: /\/varsets\/[^/]+\/relationships\/vars$/ });
    roles.priority = false;
    assert.equal((await read('vars')).unsure, undefined);
    roles.priority = true;
    server.faults.length = 0;
    server.state.deaf.includes = false;
  });

  test('of a reply whose data is no list are not none', async () => {
    for (const data of [null, { id: 'var-1', type: 'vars' }])
      for (const path of [/\/workspaces\/[^/]+\/vars$/, /\/workspaces\/[^/]+\/varsets$/]) {
        server.faults.push({ path, status: 200, body: { data } });
        const workspace = unwrap(await readWorkspace(connect(server), 'acme', 'vars', signal));
        const reading = await readVariables(connect(server), workspace, signal);
        if (reading.ok) assert.match(reading.value.gaps.join(), /no list/);
        else assert.match(reading.problem.message, /no list/);
        server.faults.length = 0;
      }
  });

  for (const owners of ['varset', 'configurable', 'neither'] as const) {
    test(`are of the set that holds them, where all-vars names it by ${owners}`, async context => {
      server.state.deaf.owners = owners;
      context.after(() => delete server.state.deaf.owners);
      assert.deepEqual((await read('vars')).differences, []);
      server.faults.push({ path: /workspaces\/[^/]*\/varsets$/, status: 404 });
      const { effective } = await read('vars');
      const inherited = effective.find(v => v.key === 'AWS_ACCESS_KEY_ID');
      const set = server.state.varsets.find(s => s.name === 'global');
      assert.ok(set);
      assert.equal(inherited?.origin.from === 'varset' ? inherited.origin.id : '', set.id);
      // By its id alone where nothing gives its name; never as one that is not known.
      const name = inherited?.origin.from === 'varset' ? inherited.origin.name : '';
      assert.ok([set.id, set.name].includes(name), name);
      server.faults.length = 0;
    });
  }

  test('that may not be read are said to be so', async () => {
    server.state.workspace('acme', 'closed', { mayReadVariables: false });
    const workspace = unwrap(await readWorkspace(connect(server), 'acme', 'closed', signal));
    const refused = await readVariables(connect(server), workspace, signal);
    assert.equal(refused.ok ? '' : refused.problem.code, 'hcp-variables-hidden');
  });
});

test('the issuer signs tokens that its JWKS verifies', async () => {
  const workspace = server.state.workspace('acme', 'token');
  const run = server.state.run(workspace);
  const jwt = server.issuer.token(server.state, workspace, run, 'plan', 'aws.workload.identity', 1_700_000_000_000);
  const { keys } = (await (await fetch(`${server.origin}/.well-known/jwks`)).json()) as { keys: JsonWebKey[] };
  const [header = '', claims = '', signature = ''] = jwt.split('.');
  const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
  assert.ok(createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(key, signature, 'base64url'));
  const { sub } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sub: string };
  assert.equal(sub, 'organization:acme:project:Default Project:workspace:token:run_phase:plan');
  const discovery = (await (await fetch(`${server.origin}/.well-known/openid-configuration`)).json()) as {
    issuer: string;
  };
  assert.equal(discovery.issuer, 'https://127.0.0.1');
});
