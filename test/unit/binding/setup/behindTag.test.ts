import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeChange } from '../../../../src/binding/change';
import { type SetupPlan, type SetupServices, setUp, type Surface } from '../../../../src/binding/setup';

/** A setup with a tag whose role is not proven, since its switch waits for the code that runs use. */
function stopped(behind: string | undefined) {
  const mapping = { id: 'code:main.tf', kind: 'code', file: 'main.tf' } as unknown as CodeChange;
  const group = {
    members: [{ place: { hostname: 'app.terraform.io', organization: 'acme', workspace: 'web' }, hcp: {} }],
    choices: { tag: 'EU', hostname: 'app.terraform.io', identities: [], accountId: '123456789012' },
    prepared: {
      choices: { identities: [], hostname: 'app.terraform.io' },
      plan: { roles: [], notes: [], problems: [] },
      desired: { testConfigurations: [], variables: [] },
    },
    variables: { problems: [] },
    changes: [],
    removals: [],
    notes: [],
    unproven: behind,
    behind,
  };
  const plan = {
    opened: { caller: { accountId: '123456789012', partition: 'aws' }, account: {} },
    wishes: { removeStaticKeys: false, fixVariables: false, fixCode: true, proveByRun: false },
    groups: [group],
    code: { changes: [], fixed: [], problems: [] },
    declined: [],
    problems: [],
  } as unknown as SetupPlan;
  const planned: boolean[] = [];
  const services = {
    check: () => Promise.resolve([{ place: group.members[0]?.place, checks: [] }]),
    planCode: (_: unknown, { mappingOnly }: { readonly mappingOnly: boolean }) => {
      planned.push(mappingOnly);
      return Promise.resolve({ changes: [mapping], fixed: [], problems: [] });
    },
    now: () => 1,
  } as unknown as SetupServices;
  const asked: unknown[] = [];
  const surface = {
    answers: {
      'change-code': (question: unknown) => {
        asked.push(question);
        return Promise.resolve(false);
      },
    },
    tell: () => Promise.resolve(),
  } as unknown as Surface;
  const run = () => setUp(plan, services, surface, new AbortController().signal);
  return { run, planned, asked, mapping };
}

test('the mapping that the switch of a tag waits for is offered, with what has to follow', async () => {
  const { run, planned, asked, mapping } = stopped('Then configure the tag again.');
  await run();
  assert.deepEqual(planned, [true]);
  assert.deepEqual(asked, [
    { changes: [mapping], fixed: 0, shown: false, afterwards: 'Then configure the tag again.' },
  ]);
});

test('where something else is not proven the code is left alone', async () => {
  const { run, planned, asked } = stopped(undefined);
  await run();
  assert.deepEqual([planned, asked], [[], []]);
});
