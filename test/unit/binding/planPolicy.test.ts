import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { noLongerTrusted, prettyPolicy, samePolicy } from '../../../src/binding/plan/policy';

const statement = {
  Effect: 'Allow',
  Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: {
    StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity', 'app.terraform.io:sub': ['a', 'b'] },
  },
};
const policy = (...statements: unknown[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements });

test('spelling does not count', () => {
  const other = {
    Condition: {
      StringEquals: { 'App.Terraform.IO:sub': ['b', 'a', 'b'], 'app.terraform.io:aud': ['aws.workload.identity'] },
    },
    Action: ['sts:assumerolewithwebidentity'],
    Principal: { Federated: ['arn:aws:iam::123456789012:oidc-provider/app.terraform.io'] },
    Effect: 'Allow',
    Sid: 'Tfc',
  };
  assert.ok(
    samePolicy(policy(statement), JSON.stringify({ Statement: other, Version: '2012-10-17', Id: 'x' }, null, 3)),
  );
  assert.ok(samePolicy(policy({ Principal: '*' }), policy({ Principal: { AWS: '*' } })));
  assert.ok(
    samePolicy(
      policy({ Principal: { AWS: '123456789012' } }),
      policy({ Principal: { AWS: 'arn:aws-cn:iam::123456789012:root' } }),
    ),
  );
  assert.ok(
    samePolicy(
      policy(statement, { ...statement, Effect: 'Deny' }),
      policy({ ...statement, Effect: 'Deny' }, statement, statement),
    ),
  );
  assert.ok(
    samePolicy(
      policy({ ...statement, Condition: { Bool: { k: true } } }),
      policy({ ...statement, Condition: { Bool: { k: 'true' } } }),
    ),
  );
});

test('meaning does', () => {
  const changed = [
    { ...statement, Effect: 'Deny' },
    { ...statement, Action: 'sts:AssumeRole' },
    { ...statement, Principal: { AWS: statement.Principal.Federated } },
    { ...statement, Condition: { StringLike: statement.Condition.StringEquals } },
    {
      ...statement,
      Condition: { StringEquals: { ...statement.Condition.StringEquals, 'app.terraform.io:sub': ['a', 'B'] } },
    },
    { ...statement, Condition: undefined },
  ];
  for (const other of changed) assert.ok(!samePolicy(policy(statement), policy(other)), JSON.stringify(other));
  assert.ok(!samePolicy(policy(statement), policy(statement).replace('2012-10-17', '2008-10-17')));
  assert.ok(!samePolicy(policy(statement), policy(statement, { ...statement, Action: 'sts:TagSession' })));
  assert.ok(!samePolicy('no policy', 'no policy either'));
  assert.ok(samePolicy('no policy', 'no policy'));
});

test('reordering a random policy in every place never changes its meaning', () => {
  const word = fc.stringMatching(/^[a-z]{1,4}$/);
  const values = fc.uniqueArray(word, { minLength: 1, maxLength: 4 });
  const statements = fc.uniqueArray(
    fc.record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Action: values.map(v => v.map(a => `s3:${a}`)),
      Resource: values,
      Condition: fc.dictionary(
        fc.constantFrom('StringEquals', 'StringLike'),
        fc.dictionary(
          word.map(w => `aws:${w}`),
          values,
          { minKeys: 1 },
        ),
      ),
    }),
    { minLength: 1, maxLength: 4, selector: s => JSON.stringify(s) },
  );
  const reversed = (v: unknown): unknown => {
    if (Array.isArray(v)) return v.length === 1 && typeof v[0] === 'string' ? v[0] : v.map(reversed).reverse();
    if (typeof v !== 'object' || v === null) return v;
    return Object.fromEntries(
      Object.entries(v)
        .reverse()
        .map(([k, x]) => [k, reversed(x)]),
    );
  };
  fc.assert(
    fc.property(statements, s => {
      const text = JSON.stringify({ Version: '2012-10-17', Statement: s });
      assert.ok(samePolicy(text, JSON.stringify(reversed(JSON.parse(text)), null, 1)));
      const flipped = [{ ...s[0], Effect: s[0]?.Effect === 'Allow' ? 'Deny' : 'Allow' }, ...s.slice(1)];
      const same = s.some(
        x => JSON.stringify({ ...x, Effect: 0 }) === JSON.stringify({ ...flipped[0], Effect: 0 }) && x !== s[0],
      );
      if (!same) assert.ok(!samePolicy(text, JSON.stringify({ Version: '2012-10-17', Statement: flipped })));
    }),
  );
});

test('a policy is printed for reading, anything else as it is', () => {
  assert.equal(prettyPolicy('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(prettyPolicy('no json'), 'no json');
});

test('whom a new trust policy leaves out is named', () => {
  const ec2 = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const root = { Effect: 'Allow', Principal: { AWS: ['123456789012', 'arn:aws:iam::123456789012:role/x'] } };
  assert.deepEqual(noLongerTrusted(policy(ec2, root, statement), policy(statement)), [
    'ec2.amazonaws.com',
    '123456789012',
    'arn:aws:iam::123456789012:role/x',
  ]);
  const onlyA = { ...statement, Condition: { StringEquals: { 'app.terraform.io:sub': 'a' } } };
  assert.deepEqual(noLongerTrusted(policy(statement), policy(onlyA)), ['b']);
  assert.deepEqual(noLongerTrusted(policy(onlyA), policy(statement)), []);
  assert.deepEqual(noLongerTrusted(policy({ Effect: 'Allow', Principal: '*' }), policy(statement)), ['*']);
  assert.deepEqual(noLongerTrusted('no policy', policy(statement)), []);
});
