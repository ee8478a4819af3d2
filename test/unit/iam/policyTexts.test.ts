import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceReference } from '../../../src/cli/permissionData';
import { applyEdits } from '../../../src/core/text';
import { lintPermissionsInCode, lintPermissionText } from '../../../src/iam/lint/permissions/lintPermissions';
import { evaluateText } from '../../../src/iam/policy/webIdentity';
import { lintTrustText } from '../../../src/iam/lint/trust/lintTrust';
import { parseHcl } from '../../../src/terraform/syntax/hcl';

const reference = resourceReference();
const found = (text: string): readonly string[] =>
  lintPermissionText(text, reference).findings.map(f => `${f.code}: ${f.message}`);
const codes = (text: string): readonly string[] => lintPermissionText(text, reference).findings.map(f => f.code);
const get = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const policy = (...Statement: readonly unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement });

test('broken JSON is told once, with what may be behind it, and nothing that follows from it', () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    [policy(get).replaceAll('"', "'"), /double quotes only/],
    ['{“Version”: “2012-10-17”, "Statement": []}', /Typographic quotes/],
    ['Version: "2012-10-17"\nStatement:\n  - Effect: Allow\n', /YAML/],
    [policy(get).replace(',"Statement"', ' "Statement"'), /from here on/],
    [policy(get).slice(0, -30), /from here on/],
    ['{ Version: "2012-10-17", "Statement": [] }', /names in double quotes/],
    [`${policy(get)}\n${policy(get)}`, /from here on/],
  ];
  for (const [text, message] of rows) {
    assert.deepEqual(codes(text), ['syntax'], text);
    assert.match(found(text)[0] ?? '', message);
  }
});

test('a policy as a JSON text, and in the letters of another language', () => {
  assert.deepEqual(codes(JSON.stringify(policy(get))), []);
  assert.deepEqual(codes(JSON.stringify(policy({ ...get, Action: 's3:GetObjct' }))), ['unknown-action']);
  assert.deepEqual(codes(policy({ ...get, Resource: 'arn:aws:s3:::b/→*' })), ['syntax']);
  assert.deepEqual(codes(policy({ ...get, Resource: 'arn:aws:s3:::b/Größe*' })), []);
});

test('values of another kind than IAM takes', () => {
  assert.deepEqual(codes(policy({ ...get, Action: ['s3:GetObject', 5] })), ['unknown-action']);
  assert.deepEqual(codes(policy({ ...get, Effect: true })), ['invalid-effect']);
  assert.deepEqual(codes(policy({ ...get, Sid: 5 })), ['invalid-sid']);
  assert.deepEqual(codes(JSON.stringify({ Version: 20121017, Statement: [get] })), ['invalid-version']);
  assert.deepEqual(codes(policy({ ...get, Action: 's3:GetObject:x' })), ['unknown-action']);
});

test('a policy in small letters is led to the right ones, step by step', () => {
  let text =
    '{"version":"2012-10-17","statement":[{"effect":"allow","action":"s3:GetObject","resource":"arn:aws:s3:::b/*"}]}';
  for (let round = 0; round < 10; round++) {
    const fix = lintPermissionText(text, reference).findings.find(f => f.fix !== undefined)?.fix;
    if (fix === undefined) break;
    text = applyEdits(text, fix.edits);
  }
  assert.deepEqual(JSON.parse(text), JSON.parse(policy(get)));
});

test('Terraform code that breaks off says so, and not what is missing behind', () => {
  const text = 'resource "aws_iam_policy" "x" {\n  policy = jsonencode({ Statement = [ ';
  assert.deepEqual(
    lintPermissionsInCode(parseHcl(text), text, reference).findings.map(f => f.code),
    ['syntax'],
  );
});

const subject = 'organization:acme:project:web:workspace:prod:run_phase:plan';
const statement = (more: object = {}, sub: unknown = subject): object => ({
  Effect: 'Allow',
  Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: {
    StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity', 'app.terraform.io:sub': sub },
  },
  ...more,
});
const trust = (text: string): readonly string[] => {
  const { verdict, findings } = lintTrustText(text, {});
  return [verdict, ...findings.map(f => f.code)];
};
const allows = (text: string): string =>
  evaluateText(text, { hostname: 'app.terraform.io', subject, audience: 'aws.workload.identity' }).decision;

test('a trust policy that lets nobody in is broken, as "prove" says', () => {
  const rows: readonly (readonly [string, string])[] = [
    [policy(statement({ Action: 'sts:AssumeRole' })), 'wrong-action'],
    [policy(statement({ Action: 'sts:AssumeRoleWithSAML' })), 'wrong-action'],
    [policy(statement(), statement({ Effect: 'Deny' })), 'denied'],
    [policy(statement({}, [])), 'no-value'],
  ];
  for (const [text, code] of rows) {
    assert.deepEqual(trust(text), ['broken', code]);
    assert.equal(allows(text), 'deny');
  }
  for (const Action of ['sts:AssumeRole*', 'sts:AssumeRoleWithWebIdentit?', 'STS:*']) {
    const text = policy(statement({ Action }));
    assert.deepEqual(trust(text), ['correct', 'wide-action'], Action);
    assert.equal(allows(text), 'allow');
  }
  // A Deny of others is none of ours.
  const others = statement({ Effect: 'Deny' }, 'organization:acme:project:web:workspace:old:run_phase:plan');
  assert.deepEqual(trust(policy(statement(), others)), ['correct']);
});

test('a comma behind the last item of a trust policy can be removed; comments are told beside the answer', () => {
  const text = policy(statement()).replace(/\]\}$/, ',]}');
  const { findings } = lintTrustText(text, {});
  assert.deepEqual(trust(text), ['broken', 'json-syntax']);
  assert.deepEqual(trust(applyEdits(text, findings[0]?.fix?.edits ?? [])), ['correct']);
  const told = evaluateText(`// mine\n${policy(statement())}`, {
    hostname: 'app.terraform.io',
    subject,
    audience: 'aws.workload.identity',
  });
  assert.equal(told.decision, 'allow');
  assert.match(told.why.join('\n'), /comments; IAM takes none/);
  assert.deepEqual(trust(JSON.stringify(policy(statement()))), ['correct']);
});
