import { unwrap } from '../../../src/core/problem';
import { audienceName, defaultAudience } from '../../../src/oidc/names';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { DesiredAccount, DesiredRole, PolicyJson } from '../../../src/binding/desired/desired';
import { managedByTag, managedByValue, workspaceIdTag } from '../../../src/binding/desired/ownership';
import {
  applyPlan,
  desired,
  MemoryJournals,
  planFor,
  readBuckets,
  role,
  tags,
  trustPolicy,
  undoLast,
} from '../../support/aws/binding';
import { accountId, never, openWorld, type World } from '../../support/aws/world';

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

const provider = `arn:aws:iam::${accountId}:oidc-provider/app.terraform.io`;
const boundaries = ['arn:aws:iam::aws:policy/PowerUserAccess', 'arn:aws:iam::aws:policy/ReadOnlyAccess'];
const managed = ['arn:aws:iam::aws:policy/ReadOnlyAccess', 'arn:aws:iam::aws:policy/SecurityAudit'];
const otherPolicy: PolicyJson = {
  ...readBuckets,
  Statement: [{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }],
};
const documents: readonly PolicyJson[] = [readBuckets, otherPolicy];

const names = fc.constantFrom('tfc-acme-storefront-plan', 'tfc-acme-storefront-apply', 'deploy');
const roleTags = fc.constantFrom(tags, { [managedByTag]: managedByValue }, { ...tags, team: 'shop' });

/** What is wanted: one to three roles with every setting that a plan knows. */
const wanted: fc.Arbitrary<DesiredAccount> = fc
  .tuple(
    fc.uniqueArray(
      fc.record({
        use: fc.constantFrom('plan' as const, 'apply' as const),
        name: names,
        workspace: fc.constantFrom('storefront', 'billing'),
        path: fc.constantFrom('/', '/tfc/'),
        inline: fc.uniqueArray(fc.constantFrom('permissions', 'more'), { maxLength: 2 }),
        document: fc.constantFrom(...documents),
        attached: fc.uniqueArray(fc.constantFrom(...managed)),
        boundary: fc.option(fc.constantFrom(...boundaries), { nil: undefined }),
        duration: fc.option(fc.constantFrom(3600, 7200), { nil: undefined }),
        description: fc.constantFrom('', 'HCP Terraform plans of acme: storefront', 'Runs of acme'),
        tags: roleTags,
      }),
      { selector: r => r.name, minLength: 1, maxLength: 3 },
    ),
    fc.uniqueArray(fc.constantFrom(defaultAudience, unwrap(audienceName('custom'))), { minLength: 1 }),
  )
  .map(([roles, audiences]) =>
    desired('aws', {
      provider: { url: 'https://app.terraform.io', audiences, tags: { [managedByTag]: managedByValue } },
      roles: roles.map((r): DesiredRole =>
        role('aws', r.use, {
          name: r.name,
          path: r.path,
          description: r.description,
          trustPolicy: trustPolicy('aws', r.use, r.workspace),
          inlinePolicies: r.inline.map(name => ({ name, document: r.document })),
          attachedPolicyArns: r.attached,
          tags: r.tags,
          ...(r.boundary !== undefined && { permissionsBoundaryArn: r.boundary }),
          ...(r.duration !== undefined && { maxSessionDuration: r.duration }),
        }),
      ),
    }),
  );

/** What the account holds before: nothing, or roles of ours and of others, changed by hand. */
const held = fc.record({
  audiences: fc.option(
    fc.uniqueArray(fc.constantFrom('aws.workload.identity', 'sts.amazonaws.com'), { minLength: 1 }),
    { nil: undefined },
  ),
  roles: fc.uniqueArray(
    fc.record({
      name: names,
      ours: fc.boolean(),
      path: fc.constantFrom('/', '/old/'),
      trust: fc.constantFrom('plan', 'apply', 'foreign'),
      inline: fc.uniqueArray(fc.constantFrom('permissions', 'extra'), { maxLength: 2 }),
      attached: fc.uniqueArray(fc.constantFrom(...managed)),
      boundary: fc.option(fc.constantFrom(...boundaries), { nil: undefined }),
      duration: fc.constantFrom(3600, 43_200),
      description: fc.option(fc.constantFrom('HCP Terraform runs of acme: old', 'somebody'), { nil: undefined }),
      tags: fc.constantFrom({}, { team: 'old' }, { [workspaceIdTag]: 'ws-old' }),
    }),
    { selector: r => r.name, maxLength: 3 },
  ),
});
type Held = typeof held extends fc.Arbitrary<infer T> ? T : never;

const foreign =
  '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}';

async function send(operation: Parameters<World['account']['send']>[0], input: Record<string, unknown>): Promise<void> {
  const reply = await world.account.send(operation, input, never);
  assert.ok(reply.ok, reply.ok ? '' : reply.problem.message);
}

/** Without a provider no role trusts it: an undo would keep the one that it made for their sake. */
async function seed({ audiences, roles }: Held): Promise<void> {
  world.stored.roles.clear();
  world.stored.providers.clear();
  if (audiences !== undefined)
    await send('CreateOpenIDConnectProvider', { Url: 'https://app.terraform.io', ClientIDList: audiences });
  for (const r of roles) {
    await send('CreateRole', {
      RoleName: r.name,
      Path: r.path,
      AssumeRolePolicyDocument:
        r.trust === 'foreign' || audiences === undefined
          ? foreign
          : JSON.stringify(trustPolicy('aws', r.trust), null, 1),
      MaxSessionDuration: r.duration,
      ...(r.description !== undefined && { Description: r.description }),
      ...(r.boundary !== undefined && { PermissionsBoundary: r.boundary }),
      Tags: Object.entries({ ...(r.ours && { [managedByTag]: managedByValue }), ...r.tags }).map(([Key, Value]) => ({
        Key,
        Value,
      })),
    });
    for (const PolicyName of r.inline)
      await send('PutRolePolicy', { RoleName: r.name, PolicyName, PolicyDocument: JSON.stringify(otherPolicy) });
    for (const PolicyArn of r.attached) await send('AttachRolePolicy', { RoleName: r.name, PolicyArn });
  }
}

test('law: whatever was there, after an apply the next plan has no change; and undo brings back what was', async () => {
  await fc.assert(
    fc.asyncProperty(held, wanted, async (before, wish) => {
      await seed(before);
      const was = JSON.stringify(world.server.dump());
      const journals = new MemoryJournals();
      const plan = await planFor(world, wish, { adopt: true });
      assert.deepEqual(plan.problems, []);
      const done = await applyPlan(world, plan, journals);
      assert.equal(done.state, 'complete', done.problem?.message);
      const again = await planFor(world, wish, { adopt: true });
      assert.deepEqual(again.changes, []);
      assert.ok(
        again.drift.every(d => d.kind === 'extra'),
        JSON.stringify(again.drift),
      );
      assert.ok([again.provider, ...again.roles].every(r => r.state === 'unchanged'));
      // The provider's ARN is the one that the trust policies name.
      assert.equal(again.provider.arn, provider);
      if (plan.changes.length === 0) return;
      assert.equal((await undoLast(world, journals)).state, 'complete');
      assert.equal(JSON.stringify(world.server.dump()), was);
    }),
    { numRuns: 30 },
  );
});
