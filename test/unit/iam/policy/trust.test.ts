import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compact } from '../../../../src/iam/policy/document';
import { evaluateText } from '../../../../src/iam/policy/webIdentity';
import { compilePattern, matches } from '../../../../src/iam/policy/patterns/glob';
import { prove } from '../../../../src/iam/policy/prove';
import { readPolicyText } from '../../../../src/iam/policy/node';
import { readPolicy } from '../../../../src/iam/policy/statement';
import { trustPolicy } from '../../../../src/iam/policy/trust';
import {
  audienceName,
  defaultAudience,
  deploymentName,
  hostname,
  organizationName,
  projectName,
  stackName,
  workspaceName,
} from '../../../../src/oidc/names';
import type { Phase, WorkspaceIdentity } from '../../../../src/oidc/subject';
import { workspaceSubject } from '../../../../src/oidc/subject';
import { unwrap } from '../../../../src/core/problem';

const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
const identity = fc.record({ o: word, p: word, w: word }).map(({ o, p, w }): WorkspaceIdentity => ({
  kind: 'workspace',
  organization: unwrap(organizationName(o)),
  project: unwrap(projectName(p)),
  workspace: unwrap(workspaceName(w)),
}));
const phases = fc.constantFrom<readonly Phase[]>(['plan'], ['apply'], ['plan', 'apply']);

function policyText(identities: readonly WorkspaceIdentity[], wanted: readonly Phase[]): string {
  return compact(
    unwrap(
      trustPolicy({
        hostname: unwrap(hostname('app.terraform.io')),
        partition: 'aws',
        accountId: '123456789012',
        audience: defaultAudience,
        identities,
        phases: wanted,
      }),
    ),
  );
}

const ask = (text: string, subject: string, audience = 'aws.workload.identity', host = 'app.terraform.io'): string =>
  evaluateText(text, { hostname: host, subject, audience }).decision;

test('every generated policy allows its own runs in its own phases, and no other', () => {
  fc.assert(
    fc.property(fc.array(identity, { minLength: 1, maxLength: 5 }), identity, phases, (own, other, wanted) => {
      const text = policyText(own, wanted);
      // No name can hold a wildcard today; a subject that is written out has to be compared as one all the same.
      assert.deepEqual(text.match(/"String\w+":/g), ['"StringEquals":']);
      for (const phase of ['plan', 'apply'] as const) {
        for (const one of own) {
          assert.equal(ask(text, workspaceSubject(one, phase)), wanted.includes(phase) ? 'allow' : 'deny');
        }
        const subject = workspaceSubject(other, phase);
        const isOwn = own.some(one => workspaceSubject(one, phase) === subject) && wanted.includes(phase);
        assert.equal(ask(text, subject), isOwn ? 'allow' : 'deny');
      }
    }),
    { numRuns: 100 },
  );
});

test('too many deployments for a list: the pattern is offered with what it lets in, and written only when asked for', () => {
  const stack = {
    organization: unwrap(organizationName('acme')),
    project: unwrap(projectName('web')),
    stack: unwrap(stackName('web')),
  };
  const request = {
    hostname: unwrap(hostname('app.terraform.io')),
    partition: 'aws' as const,
    accountId: '123456789012',
    audience: defaultAudience,
    phases: ['plan'] as const,
  };
  const deployments = Array.from({ length: 30 }, (_, i) => unwrap(deploymentName(`d${i}`)));
  const listed = trustPolicy({
    ...request,
    identities: deployments.map(deployment => ({ kind: 'stack', ...stack, deployment })),
  });
  assert.ok(!listed.ok);
  assert.equal(listed.problem.code, 'trust-policy-too-long');
  assert.match(listed.problem.nextStep, /:stack:web:deployment:\*:operation:plan, which lets in every deployment/);
  assert.match(listed.problem.nextStep, /no other Stack, no workspace and no module test/);

  const text = compact(unwrap(trustPolicy({ ...request, identities: [{ kind: 'stack-any-deployment', ...stack }] })));
  const subject = (name: string, deployment: string, operation: string): string =>
    `organization:acme:project:web:stack:${name}:deployment:${deployment}:operation:${operation}`;
  assert.equal(ask(text, subject('web', 'tomorrow', 'plan')), 'allow');
  assert.equal(ask(text, subject('web', 'tomorrow', 'apply')), 'deny');
  assert.equal(ask(text, subject('web2', 'd1', 'plan')), 'deny');
  assert.equal(ask(text, 'organization:acme:project:web:workspace:web:run_phase:plan'), 'deny');
});

test('the proof holds for every generated policy: own runs pass, each stranger is denied', () => {
  fc.assert(
    fc.property(identity, phases, (own, wanted) => {
      const read = readPolicy(readPolicyText(policyText([own], wanted)).root);
      const rows = prove(read, {
        hostname: unwrap(hostname('app.terraform.io')),
        audience: defaultAudience,
        identity: own,
        phases: wanted,
      });
      assert.ok(rows.length >= 9);
      assert.deepEqual(
        rows.filter(row => !row.holds).map(row => row.who),
        [],
      );
    }),
    { numRuns: 50 },
  );
});

test('a policy that is too long for exact subjects still lets no stranger in; beyond the quota it is refused', () => {
  const make = (n: number): WorkspaceIdentity[] =>
    Array.from({ length: n }, (_, i) => ({
      kind: 'workspace',
      organization: unwrap(organizationName('acme')),
      project: unwrap(projectName('Default Project')),
      workspace: unwrap(workspaceName(`workspace-${i}`)),
    }));
  const text = policyText(make(18), ['plan', 'apply']);
  assert.ok(text.includes('StringLike') && text.includes(':run_phase:*'));
  assert.equal(ask(text, 'organization:acme:project:Default Project:workspace:workspace-17:run_phase:apply'), 'allow');
  assert.equal(ask(text, 'organization:acme:project:Default Project:workspace:workspace-18:run_phase:apply'), 'deny');
  const tooMany = trustPolicy({
    hostname: unwrap(hostname('app.terraform.io')),
    partition: 'aws',
    accountId: '123456789012',
    audience: unwrap(audienceName('aws.workload.identity')),
    identities: make(60),
    phases: ['plan'],
  });
  assert.ok(!tooMany.ok);
  assert.equal(tooMany.problem.code, 'trust-policy-too-long');
});

/** The definition, word for word: exponential, so for short inputs only. */
function reference(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*'))
    return reference(pattern.slice(1), text) || (text !== '' && reference(pattern, text.slice(1)));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && reference(pattern.slice(1), text.slice(1));
}

function glob(pattern: string, text: string, count?: () => void): boolean {
  const compiled = compilePattern(pattern, false, true);
  return compiled.kind === 'pattern' && matches(compiled.parts, text, count);
}

test('the glob equals its definition', () => {
  const short = (letters: string, max: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...letters), maxLength: max });
  fc.assert(
    fc.property(
      short('ab*?:', 8),
      short('ab:', 10),
      (pattern, text) => glob(pattern, text) === reference(pattern, text),
    ),
    { numRuns: 3000 },
  );
});

test('hostile patterns cost no more steps than pattern length times text length', () => {
  for (const pattern of [
    '*a'.repeat(200) + 'b',
    '*'.repeat(500) + 'b',
    '*' + 'a'.repeat(200) + 'b*',
    '?*'.repeat(200) + 'b',
  ]) {
    let steps = 0;
    const text = 'a'.repeat(1000);
    assert.equal(
      glob(pattern, text, () => steps++),
      false,
    );
    assert.ok(steps <= pattern.length * text.length, `${steps} steps for ${pattern.slice(0, 10)}…`);
  }
});

const sub = 'organization:acme:project:web:workspace:prod:run_phase:plan';
const withCondition = (condition: object, more: object = {}): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: condition,
      ...more,
    },
  });

test('operators answer as IAM does, also for absent keys and variables', () => {
  const key = 'app.terraform.io:sub';
  const cases: readonly (readonly [object, string])[] = [
    [{ StringEquals: { [key]: sub } }, 'allow'],
    [{ StringEquals: { 'APP.TERRAFORM.IO:SUB': [sub] } }, 'allow'],
    [{ StringEquals: { [key]: 'organization:acme:*' } }, 'deny'],
    [{ StringEqualsIgnoreCase: { [key]: sub.toUpperCase() } }, 'allow'],
    [{ StringNotEquals: { [key]: sub } }, 'deny'],
    [{ StringNotLike: { [key]: 'organization:other:*' } }, 'allow'],
    [{ StringLike: { [key]: 'organization:acme:project::workspace:prod:run_phase:*' } }, 'deny'],
    [{ StringLike: { [key]: 'organization:acme:project:*:workspace:prod:run_phase:*' } }, 'allow'],
    [{ 'ForAnyValue:StringLike': { [key]: 'organization:acme:*' } }, 'allow'],
    [{ 'ForAllValues:StringEquals': { 'app.terraform.io:amr': 'x' } }, 'allow'],
    [{ 'ForAnyValue:StringEquals': { 'app.terraform.io:amr': 'x' } }, 'deny'],
    [{ StringEqualsIfExists: { 'app.terraform.io:amr': 'x' } }, 'allow'],
    [{ StringNotEquals: { 'app.terraform.io:amr': 'x' } }, 'allow'],
    [{ Null: { [key]: 'false' } }, 'allow'],
    [{ Null: { [key]: true } }, 'deny'],
    [{ StringEquals: { [key]: '${aws:username}' } }, 'undecided'],
    [{ StringLike: { [key]: sub.replace('prod', 'p${*}d') } }, 'deny'],
    [{ ArnLike: { [key]: 'arn:x' } }, 'undecided'],
  ];
  for (const [condition, expected] of cases) {
    assert.equal(ask(withCondition(condition), sub), expected, JSON.stringify(condition));
  }
});

test('principal, action, Deny and the wrappers of the AWS CLI', () => {
  const equal = { StringEquals: { 'app.terraform.io:sub': sub } };
  assert.equal(ask(withCondition(equal, { Action: ['sts:assumerolewith*'] }), sub), 'allow');
  assert.equal(ask(withCondition(equal, { Action: 'sts:AssumeRole' }), sub), 'deny');
  assert.equal(ask(withCondition(equal, { Action: undefined, NotAction: 'sts:AssumeRole' }), sub), 'allow');
  assert.equal(ask(withCondition(equal, { Effect: 'Deny' }), sub), 'deny');
  assert.equal(ask(withCondition(equal), sub, 'aws.workload.identity', 'app.eu.terraform.io'), 'deny');
  assert.equal(ask(encodeURIComponent(withCondition(equal)), sub), 'allow');
  const wrapped = { Role: { AssumeRolePolicyDocument: JSON.parse(withCondition(equal)) as unknown } };
  assert.equal(ask(JSON.stringify(wrapped), sub), 'allow');
});

test('what IAM would not keep is refused: elements twice, two of one Sid, both of a pair', () => {
  const condition = { StringEquals: { 'app.terraform.io:sub': sub } };
  const text = withCondition(condition, { Sid: 'A' });
  const one = JSON.stringify((JSON.parse(text) as { Statement: object }).Statement);
  assert.equal(ask(text, sub), 'allow');
  const refused = [
    text.replace('"Effect":"Allow"', '"Effect":"Deny","Effect":"Allow"'),
    text.replace('"StringEquals":', '"StringEquals":{"aws:x":"y"},"StringEquals":'),
    text.replace('"Version":', '"Version":"2012-10-17","Version":'),
    `{"Version":"2012-10-17","Statement":[${one},${one}]}`,
    withCondition(condition, { NotAction: 's3:*' }),
    withCondition(condition, { NotPrincipal: { AWS: '*' } }),
  ];
  for (const policy of refused) assert.equal(ask(policy, sub), 'deny', policy);
  assert.equal(ask(`{"Version":"2012-10-17","Statement":[${one},${one.replace('"A"', '"B"')}]}`, sub), 'allow');
});
