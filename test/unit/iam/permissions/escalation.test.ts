import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceReference } from '../../../../src/cli/permissionData';
import { lintPermissionsInCode, lintPermissionText } from '../../../../src/iam/lint/permissions/lintPermissions';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

const reference = resourceReference();
const iam = (name: string): string => `arn:aws:iam::123456789012:${name}`;
const allow = (
  action: string | readonly string[],
  resource: string | readonly string[],
  condition?: object,
): object => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...(condition && { Condition: condition }),
});

/** The published names, or the sentence where a finding has none. */
function found(...Statement: readonly object[]): readonly string[] {
  const text = JSON.stringify({ Version: '2012-10-17', Statement });
  return lintPermissionText(text, reference)
    .findings.filter(f => f.code === 'escalation')
    .flatMap(f =>
      [...f.message.matchAll(/"(\w+)"/g)]
        .map(([, name = '']) => name)
        .concat(/if the caller has/.test(f.message) ? ['itself'] : []),
    );
}

test('actions by pattern', () => {
  assert.ok(found(allow('iam:Create*', '*')).includes('CreateAccessKey'));
  assert.ok(found(allow('iam:*Policy*', '*')).length > 0);
  assert.ok(found(allow('iam:Put?serPolicy', '*')).includes('PutUserPolicy'));
  assert.deepEqual(found(allow('iam:Get*', '*')), []);
});

test('what the caller makes itself: a part of a name is enough, if all actions reach one resource', () => {
  const both = ['iam:CreateRole', 'iam:AttachRolePolicy'];
  assert.deepEqual(found(allow(both, iam('role/app-*'))), ['CreateRoleAndAttachPolicy']);
  assert.deepEqual(found(allow(both, iam('role/team/*'))), ['CreateRoleAndAttachPolicy']);
  assert.deepEqual(found(allow(both[0] ?? '', iam('role/app-*')), allow(both[1] ?? '', iam('role/app-web-*'))), [
    'CreateRoleAndAttachPolicy',
  ]);
  assert.deepEqual(found(allow(both[0] ?? '', iam('role/app-*')), allow(both[1] ?? '', iam('role/ops-*'))), []);
  // A role of one name is the one that the code manages.
  assert.deepEqual(found(allow(both, iam('role/app'))), []);
  const boundary = { StringEquals: { 'iam:PermissionsBoundary': iam('policy/edge') } };
  assert.deepEqual(found(allow(both, iam('role/app-*'), boundary)), []);
  assert.deepEqual(found(allow(both, iam('role/app-*'), { ArnEquals: { 'iam:PolicyARN': iam('policy/app') } })), []);
  // These hold for a request without a boundary.
  for (const operator of ['StringEqualsIfExists', 'StringNotEquals', 'ForAllValues:StringEquals'])
    assert.deepEqual(
      found(allow(both, iam('role/app-*'), { [operator]: { 'iam:PermissionsBoundary': 'x' } })),
      ['CreateRoleAndAttachPolicy'],
      operator,
    );
});

test('roles that are passed: to the service that is asked, on resources that the actions share', () => {
  const pass = (condition?: object): object => allow('iam:PassRole', '*', condition);
  const lambda = (name: string): string => `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;
  const create = allow('lambda:CreateFunction', lambda('app-*'));
  const invoke = (name: string): object => allow('lambda:InvokeFunction', lambda(name));
  const name = 'PassExistingRoleToNewLambdaThenInvoke';
  assert.deepEqual(found(pass(), create, invoke('app-*')), [name]);
  assert.deepEqual(found(pass(), create, invoke('other-*')), []);
  const to = (operator: string, ...services: readonly string[]): object => ({
    [operator]: { 'iam:PassedToService': services },
  });
  assert.deepEqual(found(pass(to('StringLike', 'lambda.*')), create, invoke('*')), [name]);
  assert.deepEqual(found(pass(to('StringLike', 'ecs*')), create, invoke('*')), []);
  assert.deepEqual(found(pass(to('StringNotEquals', 'ec2.amazonaws.com')), create, invoke('*')), [name]);
  assert.deepEqual(found(pass(to('StringNotEquals', 'lambda.amazonaws.com')), create, invoke('*')), []);
  // Passed to one service in one statement, and a role of one name in another: no pair.
  assert.deepEqual(
    found(pass(to('StringEquals', 'ec2.amazonaws.com')), allow('iam:PassRole', iam('role/app')), create, invoke('*')),
    [],
  );
  assert.deepEqual(found(pass({ ArnLike: { 'iam:AssociatedResourceARN': lambda('app') } }), create, invoke('*')), []);
  assert.deepEqual(found(allow('iam:PassRole', iam('role/app-*')), create, invoke('*')), []);
});

test('a policy that may be changed by who has it', () => {
  for (const action of ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion', 'iam:Create*Version'])
    assert.deepEqual(found(allow(action, iam('policy/team/deploy'))), ['itself'], action);
  assert.deepEqual(found(allow('iam:GetPolicyVersion', iam('policy/team/deploy'))), []);
  assert.deepEqual(found(allow('iam:CreatePolicyVersion', iam('policy/*'))), ['CreateNewPolicyVersion']);
  const generated = JSON.stringify({
    Version: '2012-10-17',
    Statement: allow('iam:CreatePolicyVersion', iam('policy/app')),
  });
  assert.deepEqual(
    lintPermissionText(generated, reference, undefined, { generated: true }).findings.filter(
      f => f.code === 'escalation',
    ),
    [],
  );
});

test('a policy that is generated for a role: what reaches every role reaches that one, and says so once', () => {
  const messages = (Statement: unknown): readonly string[] =>
    lintPermissionText(JSON.stringify({ Version: '2012-10-17', Statement }), reference, undefined, {
      generated: true,
    }).findings.flatMap(f => (f.code === 'escalation' ? [f.message] : []));
  for (const action of ['iam:PutRolePolicy', 'iam:AttachRolePolicy']) {
    const [told, ...more] = messages(allow(action, iam('role/*')));
    assert.match(told ?? '', new RegExp(`${action} on every role, the one that has this policy too`));
    assert.deepEqual(more, []);
    assert.deepEqual(messages(allow(action, iam('role/app'))), [], 'a role by its name is another one');
    assert.deepEqual(found(allow(action, iam('role/*'))), [], 'who has a policy that somebody wrote may be no role');
  }
  const [known, ...more] = messages(allow(['iam:PutRolePolicy', 'sts:AssumeRole'], '*'));
  assert.match(known ?? '', /"PutRolePolicy"/);
  assert.deepEqual(more, []);
});

test('in code, who has the policy is known: itself, the role that it is written for, and others', () => {
  const codes = (text: string): readonly string[] =>
    lintPermissionsInCode(parseHcl(text), text, reference)
      .findings.filter(f => f.code === 'escalation')
      .map(f => f.message.replace(/^Privilege escalation[:,] /, '').slice(0, 30));
  const document = (action: string, resource: string): string =>
    `data "aws_iam_policy_document" "x" {\n  statement {\n    actions   = ["${action}"]\n    resources = [${resource}]\n  }\n}\n`;
  const managed = (name: string): string =>
    `resource "aws_iam_policy" "x" {\n  name   = "${name}"\n  policy = data.aws_iam_policy_document.x.json\n}\n`;
  const policy = '"arn:aws:iam::${var.account}:policy/deploy"';
  assert.deepEqual(codes(document('iam:CreatePolicyVersion', policy) + managed('deploy')), [
    'the policy allows iam:CreatePo',
  ]);
  assert.deepEqual(codes(document('iam:CreatePolicyVersion', policy) + managed('other')), []);
  const inline = `resource "aws_iam_role" "deploy" {\n  name = "deploy"\n}\nresource "aws_iam_role_policy" "x" {\n  role   = aws_iam_role.deploy.id\n  policy = data.aws_iam_policy_document.x.json\n}\n`;
  assert.deepEqual(codes(document('iam:PutRolePolicy', 'aws_iam_role.deploy.arn') + inline), [
    'iam:PutRolePolicy on who has t',
  ]);
  assert.deepEqual(codes(document('iam:AttachRolePolicy', '"arn:aws:iam::123456789012:role/deploy"') + inline), [
    'iam:AttachRolePolicy on who ha',
  ]);
  assert.deepEqual(codes(document('iam:PutRolePolicy', 'aws_iam_role.app.arn') + inline), []);
});

test('a trust policy that may be rewritten is enough: on every role, not on some', () => {
  assert.deepEqual(found(allow('iam:UpdateAssumeRolePolicy', '*')), ['UpdateRolePolicyToAssumeIt']);
  assert.deepEqual(found(allow('iam:UpdateAssumeRolePolicy', iam('role/*'))), ['UpdateRolePolicyToAssumeIt']);
  assert.deepEqual(found(allow('iam:UpdateAssumeRolePolicy', iam('role/app-*'))), []);
});
