import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { explainAt } from '../../../src/oidc/explain';

const titleAt = (line: string, text: string): string | undefined => explainAt(line, line.indexOf(text) + 1)?.title;

test('roles, providers, subjects and variables are explained where they stand', () => {
  const line = 'role_arn = "arn:aws-us-gov:iam::123456789012:role/tfc/deploy-plan"';
  assert.deepEqual(explainAt(line, line.indexOf('arn:')), {
    start: 12,
    end: 65,
    title: 'Role deploy-plan',
    text: 'An IAM role of account 123456789012 in partition aws-us-gov. Its trust policy decides which runs may assume it, its permission policies what they may do.',
    page: 'docs/doctor.md#role-exists',
  });
  assert.equal(
    titleAt('"arn:aws:iam::123456789012:oidc-provider/app.terraform.io"', 'oidc'),
    'OIDC provider app.terraform.io',
  );
  const subject = '"organization:acme:project:Default Project:workspace:shop:run_phase:plan"';
  assert.equal(titleAt(subject, 'Default'), 'Subject: plans of acme/shop');
  assert.equal(explainAt(subject, 4)?.isSubject, true);
  assert.match(explainAt(subject.replace('Default Project', ''), 4)?.text ?? '', /^The project is empty/);
  assert.match(explainAt(subject.replace('project:Default Project:', ''), 4)?.text ?? '', /^The project is missing/);
  assert.equal(
    titleAt('key = "TFC_AWS_PLAN_ROLE_ARN_ARCHIVE"', 'PLAN'),
    'TFC_AWS_PLAN_ROLE_ARN_ARCHIVE (configuration "ARCHIVE")',
  );
  assert.equal(titleAt('var.tfc_aws_dynamic_credentials.default', 'tfc_aws'), 'tfc_aws_dynamic_credentials');
});

test('nothing else is explained', () => {
  for (const line of [
    'provider "aws" {',
    'TFC_AWS_ROLE',
    'TFC_VAULT_BACKED_AWS_RUN_ROLE_ARN',
    'arn:aws:s3:::bucket',
    'x'.repeat(5000),
  ])
    for (let i = 0; i < Math.min(line.length, 60); i++) assert.equal(explainAt(line, i), undefined, line);
});

test('the explained range holds the place that was asked for, whatever the line', () => {
  const piece = fc.constantFrom(
    'arn:aws:iam::123456789012:role/a/b',
    'organization:a:project:b:workspace:c:run_phase:*',
    'TFC_AWS_PROVIDER_AUTH',
    ' = "',
    '"',
    ':',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 6 })), { maxLength: 8 }), fc.nat(200), (parts, at) => {
      const line = parts.join('');
      const found = explainAt(line, at);
      if (found === undefined) return;
      assert.ok(found.start <= at && at <= found.end && found.end <= line.length);
      assert.ok(found.text.split('. ').length <= 2, found.text);
    }),
  );
});
