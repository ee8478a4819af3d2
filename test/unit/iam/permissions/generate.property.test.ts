import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readActions } from '../../../../src/iam/reference/actions';
import type { PermissionStatement } from '../../../../src/iam/policy/permissionDocument';
import { generatePermissions, type Permissions } from '../../../../src/iam/needs/generate';
import { policyHcl } from '../../../../src/iam/needs/hcl';
import { readMapping } from '../../../../src/iam/needs/mapping';
import type { Phase } from '../../../../src/iam/needs/need';
import { elsewhere } from '../../../../src/iam/needs/tables/elsewhere';
import { planWrites } from '../../../../src/iam/needs/tables/calls';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';
import type { Root } from '../../../../src/terraform/model';
import { projectOf } from '../../../support/lintFixtures';

const data = path.join(__dirname, '../../../../src/iam/data');
const mapping = readMapping(readFileSync(path.join(data, 'terraform.json.gz')));
const actions = readActions(readFileSync(path.join(data, 'actions.json.gz')));

/** One resource or data source with some of the arguments that decide what it needs. */
const block = fc
  .record({
    data: fc.boolean(),
    type: fc.nat(),
    name: fc.option(fc.stringMatching(/^[a-z][a-z0-9-]{3,12}$/)),
    tags: fc.boolean(),
    role: fc.boolean(),
    key: fc.boolean(),
    force: fc.boolean(),
  })
  .map(({ data: source, ...more }) => ({ source, ...more }));

type Block = typeof block extends fc.Arbitrary<infer T> ? T : never;

function codeOf(blocks: readonly Block[], region: string): string {
  const text = blocks.map((b, i) => {
    const types = b.source ? mapping.dataSources : mapping.types;
    const type = types[b.type % types.length] ?? '';
    const lines = [
      ...(b.name === null ? [] : [`name = "${b.name}"`, `bucket = "${b.name}"`, `function_name = "${b.name}"`]),
      ...(b.tags ? ['tags = { a = "b" }'] : []),
      ...(b.role ? ['role_arn = aws_iam_role.shared.arn', 'role = aws_iam_role.shared.name'] : []),
      ...(b.key ? ['kms_key_id = "1234abcd-12ab-34cd-56ef-1234567890ab"'] : []),
      ...(b.force ? ['force_destroy = true'] : []),
    ];
    return `${b.source ? 'data' : 'resource'} "${type}" "r${i}" {\n${lines.join('\n')}\n}`;
  });
  return [
    `provider "aws" {\n region = "${region}"\n}`,
    'resource "aws_iam_role" "shared" {\n name = "shared"\n assume_role_policy = "{}"\n}',
    ...text,
  ].join('\n');
}

const configuration = fc
  .tuple(fc.array(block, { maxLength: 6 }), fc.constantFrom('eu-central-1', 'cn-north-1'))
  .map(([blocks, region]) => codeOf(blocks, region));

async function rootOf(code: string): Promise<Root> {
  const project = await projectOf({ 'main.tf': code });
  const root = project.roots.find(r => r.dir === '/p');
  assert.ok(root);
  return root;
}

function of(root: Root, phase: Phase, partition = 'aws'): Permissions {
  return generatePermissions(root, mapping, {
    phase,
    place: { partition, region: undefined, account: '111122223333' },
  });
}

function reaches(pattern: string, resource: string): boolean {
  const source = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(resource);
}

function covers(wide: PermissionStatement, action: string, resource: string, narrow: PermissionStatement): boolean {
  if (!wide.Action.includes(action)) return false;
  if (!wide.Resource.some(r => reaches(r, resource))) return false;
  for (const [test, keys] of Object.entries(wide.Condition ?? {})) {
    for (const [key, value] of Object.entries(keys)) {
      const asked = [narrow.Condition?.[test]?.[key] ?? []].flat();
      if (asked.length === 0 || asked.some(a => ![value].flat().includes(a))) return false;
    }
  }
  return true;
}

const property = (name: string, law: (code: string) => Promise<void>): void => {
  test(name, () => fc.assert(fc.asyncProperty(configuration, law), { numRuns: 60 }));
};

property('apply holds what plan holds, on the same resources', async code => {
  const root = await rootOf(code);
  const apply = of(root, 'apply').policy.Statement;
  for (const statement of of(root, 'plan').policy.Statement) {
    for (const action of statement.Action) {
      for (const resource of statement.Resource)
        assert.ok(
          apply.some(wide => covers(wide, action, resource, statement)),
          `${action} on ${resource}`,
        );
    }
  }
});

property('each action exists; a plan only reads', async code => {
  const root = await rootOf(code);
  for (const phase of ['plan', 'apply'] as const) {
    for (const action of of(root, phase).policy.Statement.flatMap(s => s.Action)) {
      assert.equal(actions.find(action)?.name, action);
      if (phase === 'plan' && !planWrites.has(action))
        assert.match(actions.find(action)?.level ?? '', /^(?:Read|List)(?:, (?:Read|List))*$/);
    }
  }
});

property('the same code gives the same policy, whatever the order of its blocks', async code => {
  const blocks = code.split(/\n(?=resource|data)/);
  const turned = [...blocks.slice(1).reverse(), ...blocks.slice(0, 1)].join('\n');
  for (const phase of ['plan', 'apply'] as const) {
    assert.deepEqual(of(await rootOf(turned), phase).policy, of(await rootOf(code), phase).policy);
  }
});

property('no partition but that of the region in the code, whatever was asked for', async code => {
  const wanted = code.includes('"cn-north-1"') ? 'aws-cn' : 'aws';
  for (const asked of ['aws', 'aws-cn']) {
    const text = JSON.stringify(of(await rootOf(code), 'apply', asked).policy);
    assert.deepEqual(
      [...text.matchAll(/"arn:([^:]*):/g)].map(m => m[1]).filter(p => p !== wanted),
      [],
    );
  }
});

/** What AWS answers for `*` only, by its prose and not by its list of resource types: each with its source in the table. */
const unscoped = new Set(
  Object.values(elsewhere).flatMap(rows => rows.filter(r => r.arguments.length === 0).flatMap(r => r.actions)),
);

property('"*" only where an action may come without a resource', async code => {
  for (const statement of of(await rootOf(code), 'apply').policy.Statement) {
    if (!statement.Resource.includes('*')) continue;
    for (const action of statement.Action)
      assert.ok(unscoped.has(action) || mapping.formats(action).every(f => !f.required), action);
  }
});

property('the policy as Terraform code is Terraform code', async code => {
  const { fit } = of(await rootOf(code), 'apply');
  const parsed = parseHcl(policyHcl(fit.policies, 'apply'));
  assert.deepEqual(parsed.problems, []);
  assert.equal(parsed.body.blocks.length, fit.policies.length);
});

test('all types and data sources at once: valid ARNs and Sids, in every limit that IAM has', async () => {
  const code = [
    'provider "aws" {\n region = "eu-west-1"\n}',
    ...mapping.types.map(t => `resource "${t}" "x" {\n name = "my-name"\n}`),
    ...mapping.dataSources.map(t => `data "${t}" "x" {\n name = "my-name"\n}`),
  ].join('\n');
  const root = await rootOf(code);
  for (const phase of ['plan', 'apply'] as const) {
    const { policy, unmapped } = of(root, phase);
    assert.ok(unmapped.length < 10);
    for (const statement of policy.Statement) {
      assert.match(statement.Sid, /^[A-Za-z0-9]{1,128}$/);
      assert.ok(statement.Action.length > 0 && statement.Resource.length > 0);
      for (const resource of statement.Resource)
        assert.match(resource, /^(?:\*|arn:aws:[a-z0-9-]+:(?:[a-z0-9-]*|\*):(?:\d{12}|\*|aws)?:.+)$/);
    }
  }
});
