import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { failureModes } from '../../../src/binding/failureModes';
import { doctor } from '../../../src/cli/commands/doctor';
import { bundleCli, startCli } from '../../support/aws/cliProcess';
import { runCli } from '../../support/runCommand';
import { ServerPair, serverWorlds } from '../../support/binding/serverWorlds';

interface DoctorJson {
  readonly bindings: readonly {
    readonly diagnoses: readonly {
      readonly failureMode: number;
      readonly confidence: number;
      readonly evidence: readonly string[];
      readonly nextStep: string;
      readonly fixes: readonly string[];
    }[];
    readonly checks: readonly { readonly id: string; readonly state: string; readonly evidence: readonly string[] }[];
    readonly received?: readonly {
      readonly subject: string;
      readonly trusted: string;
      readonly segment: string;
      readonly errorCode: string | null;
      readonly differsAt: number;
    }[];
  }[];
}

let pair: ServerPair;
let cli: string;
before(async () => {
  cli = await bundleCli();
  pair = await ServerPair.open();
});
after(async () => {
  assert.deepEqual(pair.hcp.violations, []);
  await pair.close();
});

/** The whole command line; one world is asked by a process as well. */
async function ask(...more: readonly string[]): Promise<{ code: number | null; report: DoctorJson; err: string }> {
  const args = ['doctor', 'project', '--profile', 'default', '--format', 'json', ...more];
  const { code, out, err } = await runCli(args, { cwd: pair.aws.home, env: pair.env });
  assert.notEqual(out, '', err);
  return { code, report: JSON.parse(out) as DoctorJson, err };
}

function pasted(text: string): readonly string[] {
  writeFileSync(path.join(pair.aws.home, 'error.txt'), text);
  return ['--error', 'error.txt'];
}

describe('22 broken worlds through both servers', () => {
  test('the world as configure leaves it is silent', async () => {
    await pair.healthy();
    const { code, report } = await ask();
    const [binding] = report.bindings;
    assert.deepEqual(
      binding?.checks.filter(c => c.state !== 'ok'),
      [],
    );
    assert.deepEqual(binding?.diagnoses, []);
    assert.equal(code, 0);
    for (const id of [
      'role-trusts-run',
      'strangers-refused',
      'provider-audience',
      'issuer-readable',
      'names-unchanged',
    ])
      assert.ok(
        binding?.checks.some(c => c.id === id),
        id,
      );
  });

  test('a process of its own prints the same', async () => {
    await pair.healthy();
    const args = ['doctor', 'project', '--profile', 'default'];
    const { code, out } = await startCli(cli, args, pair.env, pair.aws.home).ended;
    const here = await runCli(args, { cwd: pair.aws.home, env: pair.env });
    assert.deepEqual([code, out], [here.code, here.out]);
  });

  test('there is one world for each failure mode', () => {
    assert.deepEqual(
      Object.keys(serverWorlds).map(Number),
      failureModes.map(m => m.number),
    );
  });

  for (const mode of failureModes) {
    test(`${mode.number} ${mode.id}: named first; silent when put right`, async () => {
      const world = serverWorlds[mode.number];
      assert.ok(world);
      await pair.healthy();
      const error = await world.break(pair);
      const { code, report } = await ask(...(typeof error === 'string' ? pasted(error) : []));
      const diagnoses = report.bindings[0]?.diagnoses ?? [];
      assert.equal(diagnoses[0]?.failureMode, mode.number, JSON.stringify(diagnoses, null, 1));
      assert.ok(diagnoses[0].evidence.length > 0 && diagnoses[0].nextStep !== '');
      assert.equal(code, 1);
      if (world.fix === undefined) {
        const [command = ''] = diagnoses[0].fixes;
        assert.match(command, /^tfc-oidc [\w-]+ project .*--yes$/);
        const fix = await runCli(command.split(' ').slice(1), { cwd: pair.aws.home, env: pair.env });
        assert.notEqual(fix.code, 2, fix.err);
      } else await world.fix(pair);
      pair.age();
      pair.succeed();
      const fixed = await pair.run(doctor, 'project', '--profile', 'default');
      assert.equal(fixed.code, 0, fixed.out);
      assert.match(fixed.out, /Nothing speaks for a failure/);
    });
  }
});

describe('a role ARN in a sensitive variable', () => {
  const plan = async (): Promise<string> => {
    const { report } = await ask();
    const checks = report.bindings[0]?.checks.filter(c => c.id === 'role-trusts-run') ?? [];
    return checks.map(c => `${c.state}: ${c.evidence.join(' | ')}`).join('\n');
  };

  test('the roles of the account that trust the provider are read and judged', async () => {
    await pair.healthy();
    // Somebody else wrote it: what we wrote ourselves is known from the journal.
    const { value } = pair.variable('TFC_AWS_PLAN_ROLE_ARN');
    pair.remove('TFC_AWS_PLAN_ROLE_ARN');
    pair.hcp.state.variable(pair.workspace, 'TFC_AWS_PLAN_ROLE_ARN', value, { sensitive: true });
    assert.match(await plan(), /^unknown: .*tfc-acme-prod-plan lets plan runs in\./m);
    const role = pair.role('plan');
    role.trust = role.trust.replaceAll('Default Project', 'Payments');
    // The role of the other phase trusts the provider, too, and not this phase.
    assert.match(await plan(), /^warning: .*tfc-acme-prod-plan refuses plan runs\..*the trust policy has "Payments"/m);
    assert.match(await plan(), /tfc-acme-prod-apply refuses plan runs\./);
  });
});

describe('what AWS received (CloudTrail)', () => {
  const trail = (): readonly string[] =>
    pair.aws.server.log.filter(e => e.service === 'cloudtrail').map(e => `${e.action} ${e.region}`);

  test('is not asked without consent', async () => {
    await pair.healthy();
    await pair.assume('plan');
    const before = trail().length;
    const { report } = await ask();
    assert.equal(trail().length, before);
    assert.equal(report.bindings[0]?.received, undefined);
  });

  test('shows the subject beside the trust policy and marks the first segment that differs', async () => {
    await pair.healthy();
    await serverWorlds[1]?.break(pair);
    pair.aws.server.webIdentityRegion = 'eu-central-1';
    assert.match(await pair.assume('plan'), /Not authorized to perform sts:AssumeRoleWithWebIdentity/);
    const before = trail().length;
    const { report } = await ask('--cloudtrail');
    // The region of workspace and provider block, and the one of the global endpoint.
    assert.deepEqual(trail().slice(before), ['LookupEvents eu-central-1', 'LookupEvents us-east-1']);
    const [binding] = report.bindings;
    assert.equal(binding?.diagnoses[0]?.failureMode, 1);
    const [call] = binding.received ?? [];
    assert.equal(call?.subject, 'organization:acme:project:Default Project:workspace:prod:run_phase:plan');
    assert.equal(call.trusted, 'organization:acme:project::workspace:prod:run_phase:plan');
    assert.deepEqual([call.errorCode, call.segment, call.differsAt], ['AccessDenied', 'project', 3]);
  });

  test('as text and as Markdown, with account numbers hidden on request and no secret', async () => {
    const text = await pair.run(doctor, 'project', '--profile', 'default', '--cloudtrail');
    assert.match(
      text.out,
      /received {2}organization:acme:project:Default Project:workspace:prod:run_phase:plan\n *\^{15} project: AWS received "Default Project", the trust policy has ""/,
    );
    assert.match(text.out, /123456789012/);
    for (const format of ['text', 'markdown', 'json']) {
      const { out } = await pair.run(
        doctor,
        'project',
        '--profile',
        'default',
        '--cloudtrail',
        '--redact',
        '--format',
        format,
      );
      assert.doesNotMatch(out, /123456789012/, format);
      assert.match(out, /\*{12}/, format);
      for (const secret of [pair.hcp.token, 'AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI', 'eyJ'])
        assert.equal(out.includes(secret), false, `${format}: ${secret}`);
      if (format === 'markdown') assert.match(out, /^## What AWS received \(CloudTrail\)$[^]*^```text$/m);
    }
  });

  test('a role that was given is no failure, in whichever region', async () => {
    await pair.healthy();
    pair.aws.server.webIdentityRegion = 'us-east-1';
    for (const phase of ['plan', 'apply'] as const) assert.match(await pair.assume(phase), /<Credentials>/);
    const { code, report } = await ask('--cloudtrail');
    assert.equal(code, 0, JSON.stringify(report.bindings[0]?.diagnoses));
    assert.deepEqual(
      report.bindings[0]?.checks.filter(c => c.id === 'aws-received').map(c => c.state),
      ['ok', 'ok'],
    );
  });

  test('what could not be asked is unknown and says why', async () => {
    await pair.healthy();
    pair.aws.server.faults.add({ action: 'LookupEvents', kind: 'refuse', times: 20 });
    const { code, report, err } = await ask('--cloudtrail');
    pair.aws.server.faults.clear();
    assert.equal(code, 0, err);
    const check = report.bindings[0]?.checks.find(c => c.id === 'aws-received') as
      { state: string; why: string } | undefined;
    assert.equal(check?.state, 'unknown');
    assert.match(check.why, /cloudtrail:LookupEvents/);
  });

  test('no call at all is said to be so', async () => {
    await pair.healthy();
    const { report } = await ask('--cloudtrail');
    const check = report.bindings[0]?.checks.find(c => c.id === 'aws-received') as
      { state: string; why: string } | undefined;
    assert.equal(check?.state, 'unknown');
    assert.match(check.why, /shows no AssumeRoleWithWebIdentity of this workspace/);
  });
});
