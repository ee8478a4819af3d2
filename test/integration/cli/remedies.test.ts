import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { configure } from '../../../src/cli/commands/configure';
import { proveRun } from '../../../src/cli/commands/proveRun';
import { repair } from '../../../src/cli/commands/repair';
import { status } from '../../../src/cli/commands/status';
import type { Command } from '../../../src/cli/command';
import { type Problem, ProblemError } from '../../../src/core/problem';
import { exampleSecret, writeProfiles } from '../../support/aws/profiles';
import { never } from '../../support/aws/world';
import { ServerPair } from '../../support/binding/serverWorlds';
import { loadAws } from '../../../src/iam/account/load';

let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
});
beforeEach(() => {
  pair.clear();
  pair.seed();
  pair.hcp.state.configuration(pair.workspace);
});
after(() => pair.close());

const page = '<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1>secret-of-the-gateway</body></html>';
const errors = (code: number) => ({ errors: [{ status: String(code), title: 'no' }] });
const refusals = [
  ['hcp-unauthorized', 401, /terraform login /],
  ['hcp-forbidden', 403, /owner of the organization/],
  // Forbidden looks like missing: of what is in a workspace that could be read, the permission is what lacks.
  ['hcp-not-found', 404, /letter by letter|Ask for the permission/],
  ['hcp-server', 502, /few minutes/],
] as const;

/** What a command says of a request that fails, with its own way out. */
async function told(command: Command, ...words: readonly string[]): Promise<Pick<Problem, 'message' | 'nextStep'>> {
  try {
    const { out, err } = await pair.run(command, 'project', '--profile', 'default', ...words);
    return { message: out + err, nextStep: out + err };
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
}

describe('what HCP Terraform refuses is told with its own way out', () => {
  for (const [code, answer, nextStep] of refusals) {
    for (const [what, path] of [
      ['the workspace', /^\/organizations\/acme\/workspaces\/prod$/],
      ['its variables', /^\/workspaces\/ws-\w+\/(?:all-)?vars/],
    ] as const) {
      test(`${answer} for ${what}`, async () => {
        // A gateway answers in HTML.
        const fault = answer === 502 ? { text: page } : { body: errors(answer) };
        pair.hcp.faults.push({ path, status: answer, ...fault });
        for (const command of [configure, proveRun, ...(what === 'the workspace' ? [repair] : [])]) {
          const problem = await told(command, '--yes');
          assert.match(problem.nextStep, nextStep, `${command.name}: ${JSON.stringify(problem)}`);
          assert.doesNotMatch(problem.message + problem.nextStep, /secret-of-the-gateway|JSON|Unexpected|<html/);
          assert.doesNotMatch(problem.message, /\n {2,}at /);
          if ('code' in problem && what === 'the workspace') assert.equal(problem.code, code);
        }
        const { message } = await told(status);
        assert.match(message, nextStep);
        assert.deepEqual(
          pair.workspace.vars.map(v => v.key),
          ['AWS_REGION'],
        );
      });
    }
  }
});

describe('a page of a gateway in place of AWS', () => {
  test('is told as such for every service, and nothing of it is shown', async () => {
    const { server, account } = pair.aws;
    const asked = {
      'iam:GetRole': () => account.send('GetRole', { RoleName: 'x' }, never),
      'sts:GetCallerIdentity': () => account.identity(never),
      'access-analyzer:ValidatePolicy': () => account.validatePolicy('{}', never),
      'cloudtrail:LookupEvents': () => account.webIdentityEvents('eu-central-1', Date.now() - 1000, never),
    };
    for (const [action, ask] of Object.entries(asked)) {
      for (const at of [200, 502]) {
        server.page = { status: at, text: page };
        const answer = await ask();
        server.page = undefined;
        assert.ok(!answer.ok, action);
        assert.equal(answer.problem.code, 'unreadable-reply', `${action}, ${at}: ${answer.problem.message}`);
        assert.match(answer.problem.nextStep, /proxy/);
        assert.doesNotMatch(JSON.stringify(answer), /secret-of-the-gateway|Unexpected|html/i);
      }
    }
  });

  test('where the credentials come from: no session is said to have ended', async () => {
    const { server, home } = pair.aws;
    const role = 'arn:aws:iam::123456789012:role/work';
    const env = writeProfiles(
      `${home}/gateway`,
      `[default]\nregion = eu-central-1\nendpoint_url = ${server.url}\n[profile work]\nrole_arn = ${role}\nsource_profile = default\nregion = eu-central-1\nendpoint_url = ${server.url}\n`,
      `[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = ${exampleSecret}\n`,
    );
    const opened = await loadAws().openAccount({ env, profile: 'work', wait: () => Promise.resolve() });
    assert.ok(opened.ok);
    server.page = { status: 200, text: page };
    const answer = await opened.value.identity(never);
    server.page = undefined;
    assert.ok(!answer.ok);
    assert.equal(answer.problem.code, 'unreadable-reply', answer.problem.message);
    assert.match(answer.problem.message, /sts:AssumeRole/);
  });
});

describe('variable sets that the token may not read', () => {
  const refused = { status: 403, body: errors(403) };
  beforeEach(async () => {
    await pair.healthy();
    pair.hcp.state.deaf.includes = true;
  });
  afterEach(() => {
    pair.hcp.state.deaf.includes = false;
  });
  const states = async (): Promise<Readonly<Record<string, string>>> => {
    const { out } = await pair.run(status, 'project', '--profile', 'default', '--format', 'json');
    const [binding] = (JSON.parse(out) as { bindings: { checks: { id: string; state: string }[] }[] }).bindings;
    return Object.fromEntries((binding?.checks ?? []).map(c => [c.id, c.state]));
  };

  test('keys in one of them are found by all-vars', async () => {
    pair.hcp.state.variable(pair.varset, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
    assert.equal((await states())['no-static-credentials'], 'wrong');
    pair.hcp.faults.push({ path: /^\/varsets\/[^/]+\/relationships\/vars/, ...refused });
    assert.equal((await states())['no-static-credentials'], 'wrong');
  });

  test('without all-vars nobody knows that there are no keys, and with it which value wins', async () => {
    assert.equal((await states())['no-static-credentials'], 'ok');
    pair.hcp.faults.push({ path: /^\/workspaces\/[^/]+\/varsets/, ...refused });
    const listed = await states();
    assert.deepEqual([listed['no-static-credentials'], listed['variables-readable']], ['ok', 'unknown']);
    pair.hcp.faults.push({ path: /^\/workspaces\/[^/]+\/all-vars/, ...refused });
    const unlisted = await states();
    assert.deepEqual([unlisted['no-static-credentials'], unlisted['variables-readable']], ['unknown', 'unknown']);
  });
});
