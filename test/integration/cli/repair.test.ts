import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { repair } from '../../../src/cli/commands/repair';
import { undo } from '../../../src/cli/commands/undo';
import type { CheckId } from '../../../src/binding/check';
import { ServerPair } from '../../support/binding/serverWorlds';

let pair: ServerPair;
before(async () => {
  pair = await ServerPair.open();
});
after(() => pair.close());
beforeEach(() => pair.healthy());

/** What the account and the workspace hold, without what each writing numbers anew. */
const held = (): string =>
  inspect(
    {
      roles: [...pair.aws.stored.roles].map(([name, { trust, path, tags }]) => ({
        name,
        trust: JSON.parse(trust),
        path,
        tags,
      })),
      providers: [...pair.aws.stored.providers].map(([arn, { clientIds }]) => ({ arn, clientIds })),
      variables: pair.workspace.vars
        .map(({ key, value, category }) => ({ key, value, category }))
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    },
    { depth: null, sorted: true },
  );

/** One for each kind of remedy that changes something: how it breaks, and which check puts it right. */
const kinds: Readonly<
  Record<
    string,
    {
      readonly check: CheckId;
      readonly break: () => void;
      readonly line: RegExp;
      readonly adds?: RegExp;
      readonly kept?: RegExp;
    }
  >
> = {
  'update-trust': {
    check: 'role-trusts-run',
    break: () => {
      pair.role('plan').trust = pair.role('plan').trust.replace('workspace:prod:', 'workspace:produce:');
    },
    line: /trust policy of role tfc-acme-prod-plan/,
    // The other subject may be somebody's: it stays.
    adds: /workspace:produce:/,
  },
  'create-provider': {
    check: 'provider-exists',
    break: () => pair.aws.stored.providers.clear(),
    line: /Create the OIDC provider/,
    // The roles that were there before it trust it.
    kept: /OIDC provider/,
  },
  'add-audience': {
    check: 'provider-audience',
    break: () => {
      for (const provider of pair.aws.stored.providers.values()) provider.clientIds = ['sts.amazonaws.com'];
    },
    line: /aws\.workload\.identity/,
    adds: /sts\.amazonaws\.com/,
  },
  'set-variable': {
    check: 'enabled',
    break: () => {
      pair.variable('TFC_AWS_PROVIDER_AUTH').value = 'yes';
    },
    line: /TFC_AWS_PROVIDER_AUTH/,
  },
  'rewrite-variables': {
    check: 'variables-well-formed',
    break: () => {
      pair.variable('TFC_AWS_PLAN_ROLE_ARN').value += ' ';
    },
    line: /TFC_AWS_PLAN_ROLE_ARN/,
  },
  'remove-variables': {
    check: 'no-static-credentials',
    break: () => {
      pair.hcp.state.variable(pair.workspace, 'AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
      pair.hcp.state.variable(pair.workspace, 'AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', {
        sensitive: true,
      });
    },
    line: /AWS_SECRET_ACCESS_KEY[^]*This cannot be undone: AWS_SECRET_ACCESS_KEY is sensitive/,
    // Nobody can read a sensitive value.
    kept: /AWS_SECRET_ACCESS_KEY[^]*This cannot be undone/,
  },
};

const run = (check: CheckId, ...words: readonly string[]) =>
  pair.run(repair, 'project', '--profile', 'default', '--check', check, ...words);

describe('repair', () => {
  for (const [kind, { check, break: breakIt, line, adds, kept }] of Object.entries(kinds)) {
    test(`${kind}: shown first, then made as shown, then taken back`, async () => {
      const healthy = held();
      breakIt();
      const broken = held();
      assert.notEqual(broken, healthy);

      const shown = await run(check);
      assert.equal(shown.code, 1, shown.out + shown.err);
      assert.match(shown.out, line);
      assert.match(shown.out, /Nothing was written: repeat it with --yes/);
      assert.equal(held(), broken);

      const roles = [...pair.aws.stored.roles.keys()];
      const made = await run(check, '--yes');
      assert.equal(made.code, 0, made.out + made.err);
      if (adds === undefined) assert.equal(held(), healthy);
      else assert.match(held(), adds);
      assert.deepEqual([...pair.aws.stored.roles.keys()], roles);
      assert.doesNotMatch(made.out + made.err, /wJalrXUtnFEMI/);

      const again = await run(check, '--yes');
      assert.equal(again.code, 0);
      assert.match(again.out, /Nothing to put right/);

      const back = await pair.run(undo, '--profile', 'default', '--yes');
      assert.equal(back.code, kept === undefined ? 0 : 1, back.out + back.err);
      if (kept === undefined) assert.equal(held(), broken);
      else assert.match(back.err + back.out, kept);
    });
  }

  test('puts right only what was asked for', async () => {
    kinds['add-audience']?.break();
    kinds['set-variable']?.break();
    const { code } = await run('enabled', '--yes');
    assert.equal(code, 0);
    assert.equal(pair.variable('TFC_AWS_PROVIDER_AUTH').value, 'true');
    for (const { clientIds } of pair.aws.stored.providers.values()) assert.deepEqual(clientIds, ['sts.amazonaws.com']);
  });

  test('keeps static keys while the role is not proven', async () => {
    kinds['remove-variables']?.break();
    kinds['update-trust']?.break();
    const before = held();
    const { code, out } = await run('no-static-credentials', '--yes');
    assert.equal(code, 1, out);
    assert.match(out, /The static credentials stay until the role is proven/);
    assert.equal(held(), before);
  });

  test('stops where it changed between the reading and the writing', async () => {
    kinds['set-variable']?.break();
    const before = held();
    pair.hcp.faults.push({
      method: 'PATCH',
      path: /\/vars\//,
      status: 409,
      body: { errors: [{ status: '409', title: 'conflict' }] },
    });
    const { code, out, err } = await run('enabled', '--yes');
    assert.equal(code, 2, out + err);
    assert.match(out + err, /conflicts with the present state/);
    assert.equal(held(), before);
  });
});
