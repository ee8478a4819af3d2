import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roleNameAt, rolesMade } from '../../../src/lint/madeRoles';
import { rootOf } from '../../support/root';

test('a role is named by its ARN, also where an expression gives the account, and by its name in an argument for it', () => {
  const at = (line: string): string | undefined => roleNameAt(line, line.indexOf('role/') + 6)?.name;
  assert.equal(at('  role_arn = "arn:aws:iam::123456789012:role/ci/tfc-web-plan"'), 'tfc-web-plan');
  assert.equal(at('  value = "arn:aws:iam::${var.account}:role/deploy"'), 'deploy');
  assert.equal(at('  value = "arn:${data.aws_partition.p.partition}:iam::${local.a}:role/deploy"'), 'deploy');
  const named = '  role = "deploy"';
  assert.deepEqual(roleNameAt(named, 12), { start: 10, end: 16, name: 'deploy' });
  assert.deepEqual(roleNameAt('"role_name": "deploy"', 15)?.name, 'deploy');
  for (const line of [
    '  role_arn = "arn:aws:iam::123456789012:role/tfc-${var.name}"',
    '  role_arn = "arn:aws:iam::123456789012:role/tfc-*"',
    '  arn = "arn:aws:iam::123456789012:user/role/x"',
  ])
    assert.equal(at(line), undefined, line);
  // The cursor is elsewhere.
  assert.equal(roleNameAt('  role_arn = "arn:aws:iam::123456789012:role/x"', 3), undefined);
});

test('the resource that makes it is found by what the code gives as its name', async () => {
  const root = await rootOf({
    'main.tf': [
      'locals {\n  prefix = "tfc"\n}',
      'resource "aws_iam_role" "each" {',
      '  for_each = toset(["plan", "apply"])',
      '  name     = "${local.prefix}-${each.key}"',
      '}',
      'data "aws_iam_role" "read" {\n  name = "deploy"\n}',
    ].join('\n'),
    'roles.tf': 'resource "aws_iam_role" "deploy" {\n  name = "Deploy"\n}\n',
  });
  const found = (name: string): readonly string[] =>
    rolesMade(root, name).map(({ file, span }) => `${file.split('/').at(-1) ?? ''}:${span.start}`);
  assert.deepEqual(
    found('tfc-apply').map(f => f.split(':')[0]),
    ['main.tf'],
  );
  assert.deepEqual(found('deploy'), ['roles.tf:0']);
  assert.deepEqual(found('tfc-destroy'), []);
});
