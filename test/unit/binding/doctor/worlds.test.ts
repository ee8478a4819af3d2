import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type Check, worst } from '../../../../src/binding/check';
import { runChecks } from '../../../../src/binding/checks/table';
import { diagnose } from '../../../../src/binding/doctor/diagnose';
import { failureModes } from '../../../../src/binding/failureModes';
import { type BindingFacts, known, type RoleFacts, unknown } from '../../../../src/binding/facts';
import { trustJudge } from '../../../../src/binding/checks/judge';
import { accountWith, brokenWorlds, healthy, role, trust, variables } from '../../../support/binding/world';

const ask = (facts: BindingFacts): ReturnType<typeof diagnose> => diagnose(facts, runChecks(facts, trustJudge));

describe('doctor', () => {
  for (const mode of failureModes) {
    test(`names failure mode ${mode.number} (${mode.id}) first`, () => {
      const world = brokenWorlds[mode.number];
      assert.ok(world, 'there is no broken world for it');
      const found = ask(world);
      assert.equal(
        found[0]?.mode.number,
        mode.number,
        JSON.stringify(
          found.map(d => [d.mode.number, d.confidence, d.evidence]),
          null,
          1,
        ),
      );
      assert.ok((found[0]?.evidence.length ?? 0) > 0);
    });
  }

  test('says how far apart a role and a run are', () => {
    const evidence = (age: number): string => {
      const made = role('plan', { createdAt: healthy.now - age });
      const found = ask({ ...(brokenWorlds[18] ?? healthy), account: known(accountWith({ plan: made })) });
      return found.find(d => d.mode.number === 18)?.evidence.find(e => e.includes('created')) ?? '';
    };
    assert.match(evidence(20_000), /was created 20 seconds before the run\.$/);
    assert.match(evidence(1_200), /was created 1 second before the run\.$/);
    assert.match(evidence(0), /was created just before the run\.$/);
    assert.match(evidence(-2_000), /was created 2 seconds after the run\.$/);
  });

  test('is silent where everything is as it should be', () => {
    const checks = runChecks(healthy, trustJudge);
    assert.deepEqual(
      checks.filter(c => c.state !== 'ok'),
      [],
    );
    assert.deepEqual(ask(healthy), []);
    assert.equal(worst(checks), 'ok');
  });

  test('says "unknown" and why where something could not be read, and guesses nothing', () => {
    const blind: BindingFacts = { ...healthy, account: unknown('No AWS profile was chosen.') };
    const checks = runChecks(blind, trustJudge);
    const account = checks.filter(c => c.id === 'account-readable');
    assert.deepEqual(
      account.map(c => [c.state, c.why]),
      [['unknown', 'No AWS profile was chosen.']],
    );
    assert.deepEqual(ask(blind), []);
    const nothing: BindingFacts = {
      ...blind,
      workspace: unknown('No token.'),
      variables: unknown('No token.'),
      code: undefined,
    };
    assert.deepEqual([...new Set(runChecks(nothing, trustJudge).map(c => c.state))], ['unknown']);
  });

  test('a role of which a variable is sensitive is unknown, with the offer to rewrite it', () => {
    const [configuration] = variables.configurations;
    assert.ok(configuration);
    const hidden = { state: 'hidden', variable: 'TFC_AWS_PLAN_ROLE_ARN', origin: 'workspace' } as const;
    const facts: BindingFacts = {
      ...healthy,
      variables: known({
        ...variables,
        configurations: [{ ...configuration, roles: { ...configuration.roles, plan: hidden } }],
      }),
    };
    const check = runChecks(facts, trustJudge).find(c => c.id === 'roles-named');
    assert.equal(check?.state, 'unknown');
    assert.deepEqual(check?.remedy, { kind: 'rewrite-variables', keys: ['TFC_AWS_PLAN_ROLE_ARN'] });
  });

  test('where a sensitive variable hides the role, those that trust the provider are judged', () => {
    const [configuration] = variables.configurations;
    assert.ok(configuration);
    const hidden = { state: 'hidden', variable: 'TFC_AWS_PLAN_ROLE_ARN', origin: 'workspace' } as const;
    const judged = (...roles: readonly RoleFacts[]): Check | undefined => {
      const facts: BindingFacts = {
        ...healthy,
        variables: known({
          ...variables,
          configurations: [{ ...configuration, roles: { ...configuration.roles, plan: hidden } }],
        }),
        account: known({ ...accountWith({}), trusting: known({ roles, more: 0 }) }),
      };
      return runChecks(facts, trustJudge).find(c => c.id === 'role-trusts-run' && c.phase === 'plan');
    };
    const other = role('apply', { trustPolicy: trust({ project: 'Payments' }) });
    const fits = judged(role('plan'), other);
    assert.equal(fits?.state, 'unknown');
    assert.match(
      fits?.evidence.join('\n') ?? '',
      /tfc-acme-prod-plan lets plan runs in\.\n.*tfc-acme-prod-apply refuses plan runs\./,
    );
    assert.match(fits?.nextStep ?? '', /with arn:aws:iam::123456789012:role\/tfc-acme-prod-plan\.$/);
    const none = judged(other);
    assert.equal(none?.state, 'warning');
    assert.match(
      none?.evidence.join('\n') ?? '',
      /\^+ project: tokens carry "Default Project", the trust policy has "Payments"/,
    );
    assert.ok(none?.failureModes.includes('subject-mismatch'));
    assert.match(judged()?.why ?? '', /No role of account 123456789012 trusts the provider/);
  });

  test('a policy that lets strangers in is wrong though the workspace gets in', () => {
    const open = trust()
      .replaceAll('StringEquals', 'StringLike')
      .replace(/"app\.terraform\.io:sub":\[[^\]]*\]/, '"app.terraform.io:sub":"organization:acme*"');
    const checks = runChecks(
      { ...healthy, account: known(accountWith({ plan: role('plan', { trustPolicy: open }) })) },
      trustJudge,
    );
    assert.equal(checks.find(c => c.id === 'strangers-refused' && c.phase === 'plan')?.state, 'wrong');
    assert.equal(checks.find(c => c.id === 'role-trusts-run' && c.phase === 'plan')?.state, 'ok');
  });

  test('another workspace under the old name is no rename', () => {
    const facts: BindingFacts = {
      ...healthy,
      remembered: {
        workspaceId: 'ws-other',
        projectId: 'prj-1',
        organization: 'acme',
        project: 'Default Project',
        workspace: 'prod',
      },
    };
    assert.equal(runChecks(facts, trustJudge).find(c => c.id === 'names-unchanged')?.state, 'wrong');
  });

  test('every check and every failure mode has its page', () => {
    const page = readFileSync(path.resolve(__dirname, '../../../../docs/doctor.md'), 'utf8');
    const ids = new Set(Object.values(brokenWorlds).flatMap(facts => runChecks(facts, trustJudge).map(c => c.id)));
    for (const id of [...ids, ...failureModes.map(m => m.id)])
      assert.match(page, new RegExp(`^### ${id}$`, 'm'), `docs/doctor.md has no heading ${id}`);
  });
});
