import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { checkRow } from '../../../../src/binding/checks/rows';
import { trustJudge } from '../../../../src/binding/checks/judge';
import { runChecks } from '../../../../src/binding/checks/table';
import { consult } from '../../../../src/binding/doctor/consult';
import { type BindingFacts, known } from '../../../../src/binding/facts';
import { accountWith, brokenWorlds, healthy, role, variables } from '../../../support/binding/world';

/** Worlds with faults of two worlds at once, and with a text of a third. */
const worlds = fc
  .tuple(...Array.from({ length: 3 }, () => fc.constantFrom(healthy, ...Object.values(brokenWorlds))))
  .map(([a = healthy, b = healthy, c = healthy]): BindingFacts => ({
    ...a,
    variables: b.variables,
    account: c.account,
    ...(b.pastedError !== undefined && { pastedError: b.pastedError }),
    run: c.run,
  }));

/** The account without the roles that the bits of `gone` name. */
const withoutRoles = (facts: BindingFacts, gone: number): BindingFacts =>
  facts.account.state === 'unknown'
    ? facts
    : {
        ...facts,
        account: known({
          ...facts.account.value,
          roles: new Map(
            [...facts.account.value.roles].map(([arn, r], i) => [arn, (gone >> i) & 1 ? known(undefined) : r]),
          ),
        }),
      };
const switchedOff = (facts: BindingFacts): BindingFacts =>
  facts.variables.state === 'unknown'
    ? facts
    : {
        ...facts,
        variables: known({
          ...facts.variables.value,
          configurations: facts.variables.value.configurations.map(c => ({ ...c, enabled: 'no' as const })),
        }),
      };

describe('laws of the doctor', () => {
  test('no cause that the checks rule out is named beside one that they do not', () => {
    fc.assert(
      fc.property(worlds, facts => {
        const checks = runChecks(facts, trustJudge);
        const { diagnoses } = consult(facts, checks);
        const refuted = (id: string): boolean => {
          const against = checks.filter(c => checkRow(c.id).refutes.some(mode => mode === id));
          return against.length > 0 && against.every(c => c.state === 'ok');
        };
        const listed = diagnoses.filter(
          d => refuted(d.mode.id) && d.checks.length === 0 && !d.evidence.some(e => /caller|event|issuer/.test(e)),
        );
        // Where all that is left is ruled out, each step says so; beside any other cause none of them is named.
        if (listed.length > 0)
          for (const d of diagnoses)
            assert.match(d.nextStep, /^Run again: what was read now speaks against this cause \(.+\)\./);
      }),
      { numRuns: 200, includeErrorInReport: true },
    );
  });

  const notReached = (why: string): string =>
    `Error: failed to refresh cached credentials, operation error STS: AssumeRoleWithWebIdentity, request send failed, Post "https://sts.eu-central-1.amazonaws.com/": ${why}`;

  test('what a message tells of the way to STS is not taken back by how runs are executed', () => {
    const facts: BindingFacts = { ...healthy, pastedError: notReached('dial tcp: lookup sts: no such host') };
    const [first] = consult(facts, runChecks(facts, trustJudge)).diagnoses;
    assert.equal(first?.mode.id, 'agent');
    assert.match(first.nextStep, /^See whether the region exists/);
  });

  test('a cause that is ruled out is told with what was read, and with nothing more', () => {
    // Too old an agent, in a workspace whose runs use none.
    const facts: BindingFacts = {
      ...healthy,
      pastedError: 'Error: this agent does not support dynamic credentials',
    };
    const [first] = consult(facts, runChecks(facts, trustJudge)).diagnoses;
    assert.equal(first?.mode.id, 'agent');
    assert.equal(
      first.nextStep,
      'Run again: what was read now speaks against this cause (execution mode remote, without an agent). If it is refused again, give the new message.',
    );
  });

  test('the step of a cause is that of the check which found it', () => {
    fc.assert(
      fc.property(worlds, facts => {
        for (const d of consult(facts, runChecks(facts, trustJudge)).diagnoses) {
          const wrong = d.checks.filter(c => c.state === 'wrong');
          if (wrong.length > 0)
            assert.ok(
              wrong.some(c => c.nextStep === d.nextStep),
              d.mode.id,
            );
        }
      }),
      { numRuns: 200, includeErrorInReport: true },
    );
  });

  test('no remedy sets everything up anew while a variable names a role that is there', () => {
    const [configuration] = variables.configurations;
    assert.ok(configuration);
    const there = [
      healthy,
      { ...healthy, account: known(accountWith({ plan: undefined })) },
      { ...healthy, account: known(accountWith({ plan: role('plan', { trustPolicy: '{}' }) })) },
      {
        ...healthy,
        variables: known({ ...variables, configurations: [{ ...configuration, enabled: 'no' as const }] }),
      },
    ];
    for (const facts of there)
      for (const check of runChecks(facts, trustJudge))
        assert.notEqual(check.remedy?.kind, 'configure', `${check.id}: ${check.evidence.join(' ')}`);
  });

  test('no remedy makes a role while a variable of the workspace names one that exists', () => {
    fc.assert(
      fc.property(worlds, fc.nat(3), fc.boolean(), (world, gone, off) => {
        const facts = withoutRoles(off ? switchedOff(world) : world, gone);
        const { account } = facts;
        const here = facts.variables.state === 'known' ? facts.variables.value.configurations : [];
        const exists = (arn: string): boolean => {
          const read = account.state === 'known' ? account.value.roles.get(arn) : undefined;
          return read?.state === 'known' && read.value !== undefined;
        };
        for (const check of runChecks(facts, trustJudge)) {
          const { remedy } = check;
          if (remedy?.kind !== 'configure') continue;
          const { roles } = here.find(c => c.tag === remedy.tag) ?? {};
          const named = [roles?.plan, roles?.apply].flatMap(r => (r?.state === 'set' ? [r.arn] : []));
          assert.deepEqual(named.filter(exists), [], `${check.id}: ${check.evidence.join(' ')}`);
        }
      }),
      { numRuns: 300, includeErrorInReport: true },
    );
  });

  test('the audience that provider and roles agree on is what the variable is set to', () => {
    const [configuration] = variables.configurations;
    assert.ok(configuration);
    const facts: BindingFacts = {
      ...healthy,
      variables: known({ ...variables, configurations: [{ ...configuration, audience: 'forgotten' }] }),
      run: known({
        id: 'run-1',
        status: 'errored',
        phase: 'plan',
        errorText: 'InvalidIdentityToken: Incorrect token audience',
        at: healthy.now,
        url: '',
      }),
    };
    const [first] = consult(facts, runChecks(facts, trustJudge)).diagnoses;
    assert.equal(first?.mode.number, 6);
    assert.match(first.nextStep, /^Set TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE to aws\.workload\.identity/);
    assert.doesNotMatch(first.nextStep, /subject/);
  });
});
