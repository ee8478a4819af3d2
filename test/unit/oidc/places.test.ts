import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { roleLinks } from '../../../src/oidc/console';
import { dynamicVariables, nameAt } from '../../../src/oidc/nameAt';
import { explainAt } from '../../../src/oidc/explain';

describe('role ARNs lead to the console of their partition', () => {
  const account = '123456789012';
  test('by the role’s name, without its path', () => {
    for (const [partition, host] of [
      ['aws', 'console.aws.amazon.com'],
      ['aws-us-gov', 'console.amazonaws-us-gov.com'],
      ['aws-cn', 'console.amazonaws.cn'],
    ]) {
      const arn = `arn:${partition ?? ''}:iam::${account}:role/team/a/tfc-web-plan`;
      const text = `  role = "${arn}"\n`;
      const [link, ...more] = roleLinks(text);
      assert.equal(link?.url, `https://${host ?? ''}/iam/home#/roles/details/tfc-web-plan`);
      assert.equal(text.slice(link?.start, link?.end), arn);
      assert.equal(more.length, 0);
    }
  });

  test('names with signs are no part of the address', () => {
    const [link] = roleLinks(`arn:aws:iam::${account}:role/a+b=c,d@e`);
    assert.equal(link?.url, 'https://console.aws.amazon.com/iam/home#/roles/details/a%2Bb%3Dc%2Cd%40e');
  });

  test('wildcards, expressions, other resources and partitions without a public console lead nowhere', () => {
    for (const text of [
      `arn:aws:iam::${account}:role/tfc-*`,
      `arn:aws:iam::${account}:role/tfc-\${var.x}`,
      `arn:aws:iam::${account}:user/a`,
      `arn:aws:iam::12:role/a`,
      `arn:aws-iso:iam::${account}:role/a`,
      'arn:aws:iam::${var.account}:role/a',
    ])
      assert.deepEqual(roleLinks(text), [], text);
  });
});

describe('the name that is being typed', () => {
  const cloud = 'terraform {\n  cloud {\n    organization = "acme"\n    # } a brace in a comment\n    workspaces {\n';
  test('is told by its argument and its blocks', () => {
    assert.deepEqual(nameAt('terraform {\n  cloud {\n    organization = "ac'), { wanted: 'organization', typed: 'ac' });
    assert.deepEqual(nameAt(`${cloud}      name = "we`), { wanted: 'workspace', typed: 'we' });
    assert.deepEqual(nameAt(`/* a */ ${cloud}      project = "`), { wanted: 'project', typed: '' });
    assert.deepEqual(nameAt(`${cloud}      project = "`), { wanted: 'project', typed: '' });
    assert.deepEqual(nameAt('terraform {\n  backend "remote" {\n    workspaces {\n      name = "'), {
      wanted: 'workspace',
      typed: '',
    });
    assert.deepEqual(nameAt('resource "tfe_variable" "x" {\n  key = "TFC_AWS_R'), {
      wanted: 'variable',
      typed: 'TFC_AWS_R',
    });
    assert.deepEqual(nameAt('data "tfe_workspace" "x" {\n  organization = "'), { wanted: 'organization', typed: '' });
  });

  test('is nothing elsewhere', () => {
    for (const text of [
      'resource "aws_s3_bucket" "x" {\n  name = "we',
      `${cloud}      name = "web"`,
      `${cloud}    }\n  }\n}\nresource "x" "y" {\n  name = "`,
      `${cloud}      name = "\${var.`,
      'resource "tfe_variable" "x" {\n  key = "AWS_',
      'organization',
    ])
      assert.equal(nameAt(text), undefined, text);
  });

  test('each variable that is offered is one that a hover explains', () => {
    for (const name of dynamicVariables) assert.equal(explainAt(name, 3)?.title, name);
  });
});
