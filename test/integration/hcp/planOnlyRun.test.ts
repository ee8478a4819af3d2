import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Check, CheckState } from '../../../src/binding/check';
import { runChecks } from '../../../src/binding/checks/table';
import { trustJudge } from '../../../src/binding/checks/judge';
import { proveByRun, type RunProof, type RunProofOptions } from '../../../src/binding/prove/planOnlyRun';
import { proveRun } from '../../../src/cli/commands/proveRun';
import { hcpFacts } from '../../../src/binding/gather/hcp';
import { trailOfRun } from '../../../src/binding/prove/trailTrace';
import { ok, type Result } from '../../../src/core/problem';
import type { WebIdentityEvent } from '../../../src/iam/account/types';
import { readWorkspace } from '../../../src/hcp/workspace/read';
import { bundleCli, startCli } from '../../support/aws/cliProcess';
import { healthy } from '../../support/binding/world';
import { ServerPair, serverWorlds } from '../../support/binding/serverWorlds';
import { connect } from '../../support/hcp/connect';

let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
  pair.hcp.runner = { awsUrl: pair.aws.server.url };
});
beforeEach(async () => {
  await pair.healthy();
  pair.hcp.state.configuration(pair.workspace);
});
afterEach(() => {
  pair.hcp.state.nextRun = undefined;
  pair.hcp.state.ignoresPlanOnly = false;
  assert.deepEqual(pair.hcp.violations, []);
});
after(() => pair.close());

interface Followed {
  readonly result: Result<RunProof>;
  readonly statuses: readonly string[];
  readonly waits: readonly number[];
}

const whole = runChecks(healthy, trustJudge);
const except = (id: string, state: CheckState | undefined): readonly Check[] =>
  whole.flatMap(c => (c.id !== id ? [c] : state === undefined ? [] : [{ ...c, state }]));

/** Follows a run; `onWait` happens in each pause, in place of the time. */
async function follow(
  onWait: (n: number, abort: AbortController) => void = () => undefined,
  cancelToo = true,
  checks: readonly Check[] = whole,
  trail: RunProofOptions['trail'] = undefined,
): Promise<Followed> {
  const client = connect(pair.hcp);
  const abort = new AbortController();
  const workspace = await readWorkspace(client, 'acme', pair.workspace.name, abort.signal);
  assert.ok(workspace.ok);
  const statuses: string[] = [];
  const waits: number[] = [];
  let now = 0;
  const result = await proveByRun(
    client,
    workspace.value,
    {
      checks,
      progress: status => void statuses.push(status),
      now: () => now,
      wait: (milliseconds, signal) => {
        waits.push(milliseconds);
        now += milliseconds;
        onWait(waits.length, abort);
        signal.throwIfAborted();
        return Promise.resolve();
      },
      cancelToo: () => Promise.resolve(cancelToo),
      trail,
    },
    abort.signal,
  );
  return { result, statuses, waits };
}

const posts = (): readonly string[] => pair.hcp.apiRequests.filter(r => r.method === 'POST').map(r => r.path);
const proof = ({ result }: Followed): RunProof => {
  assert.ok(result.ok, result.ok ? '' : result.problem.message);
  return result.value;
};

describe('a plan-only run', () => {
  test('is asked for as plan-only, followed to its end, and takes a token to the role', async () => {
    const before = pair.hcp.seen.length;
    const followed = await follow();
    const found = proof(followed);
    assert.equal(found.state, 'proven');
    assert.deepEqual(followed.statuses, [
      'pending',
      'plan queued'.replace(' ', '_'),
      'planning',
      'planned_and_finished',
    ]);
    assert.deepEqual(found.changes, { add: 2, change: 0, destroy: 0 });
    const run = pair.workspace.runs.at(-1);
    assert.equal(run?.planOnly, true);
    assert.match(run.message, /proves the OIDC setup/);
    assert.equal(found.url, `http://${pair.hcp.hostname}/app/acme/workspaces/prod/runs/${run.id}`);
    assert.deepEqual(
      pair.aws.server.events.map(e => [e.subject, e.errorCode]),
      [['organization:acme:project:Default Project:workspace:prod:run_phase:plan', undefined]],
    );
    // Nothing but the run itself was written, and never an apply.
    const writes = pair.hcp.seen.slice(before).filter(r => r.method !== 'GET');
    assert.deepEqual(
      writes.map(r => `${r.method} ${r.path}`),
      ['POST /api/v2/runs'],
    );
  });

  describe('is a proof only with a trace of AWS in it, and without credentials in the code that ran', () => {
    const provider = 'provider "aws" {\n  region = "eu-central-1"\n';
    const bucket = 'resource "aws_s3_bucket" "logs" {\n  bucket_prefix = "logs-"\n}\n';
    const plan = (main: string): void => {
      pair.workspace.configurations.length = 0;
      pair.hcp.state.configuration(pair.workspace, 'uploaded', { files: { 'main.tf': main } });
    };
    afterEach(() => {
      pair.hcp.state.plansWithoutJson = false;
      pair.hcp.state.deaf.includes = false;
      pair.hcp.faults.length = 0;
    });

    for (const [what, main] of [
      ['no AWS provider', 'resource "terraform_data" "x" {\n}\n'],
      ['a provider without anything of it', `${provider}}\n`],
      ['count = 0', `${provider}}\n\nresource "aws_s3_bucket" "logs" {\n  count = 0\n}\n`],
      ['an alias that nothing uses', `${provider}  alias  = "other"\n}\n`],
    ] as const) {
      test(`${what}: unproven`, async () => {
        plan(main);
        const found = proof(await follow());
        assert.equal(found.state, 'unproven');
        assert.match(found.doubts.join(' '), /holds nothing of AWS/);
        assert.deepEqual(pair.aws.server.events, []);
      });
    }

    test('keys in the code that runs, though not in the files here: no run is started', async () => {
      plan(`${provider}  access_key = "AKIAIOSFODNN7EXAMPLE"\n  secret_key = var.key\n}\n\n${bucket}`);
      const from = posts().length;
      const { result } = await follow();
      assert.ok(!result.ok);
      assert.equal(result.problem.code, 'credentials-in-the-code-that-runs');
      assert.match(result.problem.message, /main\.tf:3/);
      assert.doesNotMatch(JSON.stringify(result.problem), /AKIA/);
      assert.match(result.problem.nextStep, /terraform apply/);
      assert.equal(posts().length, from);
    });

    test('and of a repository: which commit, how old, and that a push is what helps', async () => {
      pair.workspace.configurations.length = 0;
      pair.hcp.state.configuration(pair.workspace, 'uploaded', {
        files: { 'main.tf': `${provider}  profile = "work"\n}\n\n${bucket}` },
        commit: '3f2a1bc9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f',
        at: new Date(-2 * 86_400_000).toISOString(),
      });
      const { result } = await follow();
      assert.ok(!result.ok);
      assert.match(result.problem.message, /commit 3f2a1bc of main, 2 days old/);
      assert.match(result.problem.nextStep, /push/);
    });

    test('where the code cannot be downloaded, the plan tells', async () => {
      pair.hcp.faults.push({ path: /\/download$/, status: 403, body: { errors: [{ status: '403', title: 'no' }] } });
      assert.equal(proof(await follow()).state, 'proven');
      plan(`${provider}  secret_key = var.key\n}\n\n${bucket}`);
      const keys = proof(await follow());
      assert.equal(keys.state, 'unproven');
      assert.match(keys.doubts.join(' '), /secret_key/);
    });

    test('where neither can be read, it is unproven; the log is a second trace', async () => {
      pair.hcp.state.plansWithoutJson = true;
      assert.equal(proof(await follow()).state, 'proven', 'code and log were read');
      pair.hcp.faults.push({ path: /\/download$/, status: 403, body: { errors: [{ status: '403', title: 'no' }] } });
      const blind = proof(await follow());
      assert.equal(blind.state, 'unproven');
      assert.match(blind.doubts.join(' '), /code that ran could not be read/);
      pair.hcp.faults.push({ path: /archivist/, status: 404, body: {} });
      assert.match(proof(await follow()).doubts.join(' '), /plan could not be read/);
    });

    describe('CloudTrail, where it may be asked, is a trace too', () => {
      beforeEach(() => {
        // Neither the JSON nor the log of the plan can be read; the code can.
        pair.hcp.state.plansWithoutJson = true;
        pair.hcp.faults.push({ path: /archivist\/run-/, status: 404, body: {} });
      });
      type Events = readonly WebIdentityEvent[];
      /** Asks the test server's CloudTrail; `seen` says what of it is there at each look. */
      const asking = async (seen: (events: Events, look: number) => Events, waited: number[] = []) => {
        const { signal } = new AbortController();
        const facts = await hcpFacts(connect(pair.hcp), 'acme', 'prod', signal);
        const caller = await pair.aws.account.identity(signal);
        assert.ok(caller.ok);
        let looks = 0;
        let clock = Date.now();
        const from = clock;
        const account = {
          region: 'eu-central-1',
          webIdentityEvents: async (region: string, since: number) => {
            const read = await pair.aws.account.webIdentityEvents(region, since, signal);
            if (region === 'eu-central-1') looks += 1;
            return read.ok ? ok(seen(read.value, looks)) : read;
          },
        };
        const wait = (milliseconds: number): Promise<void> => {
          waited.push(milliseconds);
          clock += milliseconds;
          return Promise.resolve();
        };
        const question = {
          account,
          caller: caller.value,
          facts: { ...facts, code: undefined },
          now: () => clock,
          wait,
        };
        return follow(undefined, true, whole, () => trailOfRun(question, { from, to: Date.now() }, signal));
      };

      test('an event of this run proves it, however late it comes', async () => {
        assert.equal(proof(await follow()).state, 'unproven');
        assert.equal(proof(await asking(events => events)).state, 'proven');
        const waited: number[] = [];
        const late = proof(await asking((events, look) => (look < 4 ? [] : events), waited));
        assert.deepEqual([late.state, late.doubts, waited.length], ['proven', [], 3]);
      });

      test('no other event does, and it is not waited for without an end', async () => {
        const others: Readonly<Record<string, (event: WebIdentityEvent) => WebIdentityEvent>> = {
          'of another workspace': e => ({ ...e, subject: e.subject?.replace(':prod:', ':other:') }),
          'of an apply': e => ({ ...e, subject: e.subject?.replace(/plan$/, 'apply') }),
          'of another role': e => ({ ...e, roleArn: `${e.roleArn}-2` }),
          'that was refused': e => ({ ...e, errorCode: 'AccessDenied' }),
          'of a run before': e => ({ ...e, at: e.at - 3_600_000 }),
        };
        for (const [what, change] of Object.entries(others)) {
          const waited: number[] = [];
          const found = proof(await asking(events => events.map(change), waited));
          assert.equal(found.state, 'unproven', what);
          assert.match(found.doubts.join(' '), /CloudTrail \(.*\) has no AssumeRoleWithWebIdentity of this run either/);
          assert.equal(
            waited.reduce((a, b) => a + b),
            600_000,
          );
        }
      });

      test('prove-run --cloudtrail asks it; without a profile it cannot', async () => {
        const words = ['project', '--yes', '--format', 'json'];
        await assert.rejects(pair.run(proveRun, ...words, '--cloudtrail'), /--cloudtrail needs --profile/);
        const before = pair.aws.server.log.length;
        const asked = await pair.run(proveRun, ...words, '--profile', 'default', '--cloudtrail');
        assert.equal(asked.code, 0, asked.out);
        assert.ok(pair.aws.server.log.slice(before).some(call => call.action === 'LookupEvents'));
      });
    });

    test('a host that passes over "include" still gives the log of a failed run', async () => {
      pair.hcp.state.deaf.includes = true;
      pair.role('plan').trust = pair.role('plan').trust.replaceAll(':prod:', ':other:');
      const failed = proof(await follow());
      assert.equal(failed.state, 'failed');
      assert.match(failed.log, /AccessDenied/);
    });
  });

  describe('of a host that does not say which configuration is the current one', () => {
    const versions = (...at: readonly (string | undefined)[]): readonly string[] => {
      pair.workspace.configurations.length = 0;
      return at.map(t => pair.hcp.state.configuration(pair.workspace, 'uploaded', { at: t }).id);
    };
    before(() => void (pair.hcp.state.deaf.configurations = true));
    after(() => void (pair.hcp.state.deaf.configurations = false));

    test('plans the newest by its time, whatever the order of the list is, and on whatever page it stands', async () => {
      const day = (n: number): string => new Date(Date.UTC(2026, 0, n)).toISOString();
      const ids = versions(...Array.from({ length: 130 }, (_, n) => day(n + 1)));
      assert.equal(proof(await follow()).configurationVersion, ids.at(-1));
      const back = versions(day(3), day(2), day(1));
      assert.equal(proof(await follow()).configurationVersion, back[0]);
    });

    test('starts nothing where their times do not tell', async () => {
      for (const other of ['2026-01-01T00:00:00Z', undefined]) {
        versions('2026-01-01T00:00:00Z', other);
        const sent = posts().length;
        const { result } = await follow();
        assert.equal(result.ok ? '' : result.problem.code, 'hcp-configuration-order');
        assert.equal(posts().length, sent);
      }
      const [only] = versions(undefined);
      assert.equal(proof(await follow()).configurationVersion, only, 'one alone is the newest');
    });
  });

  test('proves nothing where the plan need not have used the role', async () => {
    for (const [id, state] of [
      ['no-static-credentials', undefined],
      ['no-static-credentials', 'unknown'],
      ['enabled', 'unknown'],
      ['enabled', undefined],
      ['roles-named', 'unknown'],
      ['role-exists', 'wrong'],
      ['role-trusts-run', 'wrong'],
      ['role-trusts-run', 'unknown'],
    ] as const) {
      pair.hcp.state.nextRun = ['planned_and_finished'];
      const found = proof(await follow(undefined, true, except(id, state)));
      assert.equal(found.state, 'unproven', `${id} ${state}`);
      assert.ok(found.doubts.length > 0);
    }
    pair.hcp.state.nextRun = ['planned_and_finished'];
    assert.deepEqual(proof(await follow()).doubts, []);
  });

  test('waits longer from look to look, and not for ever', async () => {
    pair.hcp.state.nextRun = Array.from({ length: 2000 }, () => 'planning');
    const { result, waits } = await follow();
    assert.ok(result.ok);
    assert.equal(result.value.state, 'running');
    assert.deepEqual(waits.slice(0, 2), [1000, 1500]);
    assert.equal(Math.max(...waits), 8000);
    assert.ok(waits.reduce((a, b) => a + b) < 31 * 60_000);
  });

  test('that is refused by AWS gives its log', async () => {
    await serverWorlds[1]?.break(pair);
    const found = proof(await follow());
    assert.equal(found.state, 'failed');
    assert.match(found.log, /Not authorized to perform sts:AssumeRoleWithWebIdentity/);
  });

  test('is cancelled with the following, where that is wanted', async () => {
    const found = proof(await follow((n, abort) => n === 2 && abort.abort()));
    assert.deepEqual([found.state, found.runCancelled], ['cancelled', true]);
    assert.equal(pair.workspace.runs.at(-1)?.status, 'canceled');
  });

  test('goes on where that is not wanted', async () => {
    const before = posts().length;
    const found = proof(await follow((n, abort) => n === 2 && abort.abort(), false));
    assert.deepEqual([found.state, found.runCancelled], ['cancelled', false]);
    assert.equal(pair.workspace.runs.at(-1)?.status, 'plan_queued');
    assert.equal(
      posts()
        .slice(before)
        .some(p => p.includes('cancel')),
      false,
    );
  });

  test('that somebody else cancels is cancelled', async () => {
    pair.hcp.state.nextRun = ['planning', 'canceled'];
    assert.equal(proof(await follow()).state, 'cancelled');
  });

  test('that waits for a decision says so', async () => {
    pair.hcp.state.nextRun = ['pre_plan_awaiting_decision'];
    assert.equal(proof(await follow()).state, 'waiting');
  });

  test('is refused, and cancelled, where the host makes another kind of run of it', async () => {
    pair.hcp.state.ignoresPlanOnly = true;
    const { result } = await follow();
    assert.equal(result.ok ? '' : result.problem.code, 'hcp-run-not-plan-only');
    assert.match(result.ok ? '' : result.problem.message, /it was cancelled/);
    assert.equal(pair.workspace.runs.at(-1)?.status, 'canceled');
  });

  test('is refused as soon as it applies anything', async () => {
    pair.hcp.state.nextRun = ['planning', 'apply_queued', 'applying'];
    const { result } = await follow();
    assert.equal(result.ok ? '' : result.problem.code, 'hcp-run-not-plan-only');
    assert.equal(pair.workspace.runs.at(-1)?.status, 'canceled');
  });

  test('needs a configuration that can be planned', async () => {
    for (const status of [undefined, 'archived', 'errored']) {
      pair.workspace.configurations = [];
      if (status !== undefined) pair.hcp.state.configuration(pair.workspace, status);
      const { result } = await follow();
      const expected = status === undefined ? 'hcp-no-configuration' : 'hcp-configuration-unusable';
      assert.equal(result.ok ? '' : result.problem.code, expected);
    }
  });
});

describe('prove-run', () => {
  const run = (...args: readonly string[]) => pair.run(proveRun, 'project', '--profile', 'default', ...args);

  test('starts nothing without --yes', async () => {
    const before = pair.workspace.runs.length;
    const { code, err } = await run();
    assert.equal(code, 1);
    assert.match(err, /Repeat it with --yes to start a plan-only run in acme\/prod/);
    assert.equal(pair.workspace.runs.length, before);
  });

  test('shows the result', async () => {
    pair.hcp.state.nextRun = ['planned_and_finished'];
    const { code, out, err } = await run('--yes', '--format', 'json');
    assert.equal(code, 0, err);
    const { runs } = JSON.parse(out) as { runs: readonly Record<string, unknown>[] };
    assert.deepEqual([runs[0]?.['state'], runs[0]?.['planOnly'], runs[0]?.['workspace']], ['proven', true, 'prod']);
  });

  test('hands a failed run to the doctor', async () => {
    pair.hcp.state.nextRun = ['planned_and_finished'];
    await serverWorlds[1]?.break(pair);
    const { code, out } = await run('--yes');
    assert.equal(code, 1);
    assert.match(out, /the plan-only run ended in an error/);
    assert.match(out, /1\. The role's trust policy does not match the run's subject/);
  });

  test('Ctrl+C stops the following and, where nobody can be asked, cancels the run', async () => {
    pair.hcp.state.nextRun = Array.from({ length: 500 }, () => 'planning');
    const cli = await bundleCli();
    const args = ['prove-run', 'project', '--profile', 'default', '--yes', '--format', 'json'];
    const { child, ended } = startCli(cli, args, pair.env, pair.aws.home);
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('planning')) child.kill('SIGINT');
    });
    const { code, out, err } = await ended;
    const { runs } = JSON.parse(out) as { runs: readonly Record<string, unknown>[] };
    // It came to no end: 2, by the one table of exit codes.
    assert.deepEqual([code, runs[0]?.['state'], runs[0]?.['runCancelled']], [2, 'cancelled', true], err);
    assert.equal(pair.workspace.runs.at(-1)?.status, 'canceled');
  });

  test('says why it would prove nothing', async () => {
    pair.workspace.executionMode = 'local';
    await assert.rejects(run('--yes'), /execute on your machine/);
    pair.workspace.executionMode = undefined;
    pair.hcp.state.variable(pair.varset, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
    await assert.rejects(run('--yes'), /Static credentials would win/);
    pair.varset.vars = [];
    const auth = pair.workspace.vars.find(v => v.key === 'TFC_AWS_PROVIDER_AUTH');
    assert.ok(auth);
    auth.value = 'false';
    await assert.rejects(run('--yes'), /not known to be on.*is "false"/);
    auth.sensitive = true;
    // Every change makes a new version; at the one that we wrote ourselves the value would be known.
    auth.versionId = 'version-of-somebody';
    await assert.rejects(run('--yes'), /not known to be on.*sensitive/);
    auth.value = 'true';
    auth.sensitive = false;
    pair.hcp.faults.push({ path: /\/vars$/, status: 404 });
    await assert.rejects(run('--yes'), /variables of prod could not be read/);
    pair.hcp.faults.length = 0;
    pair.workspace.mayQueueRuns = false;
    await assert.rejects(run('--yes'), /may not start runs/);
  });
});
