import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { judgeClause, type KeyValue, operatorNames, parseOperator } from '../../../../src/iam/policy/conditions';
import { readPolicyText } from '../../../../src/iam/policy/node';
import { evaluatePermissions } from '../../../../src/iam/policy/permissions';
import { type Clause, readPolicy } from '../../../../src/iam/policy/statement';
import type { Truth } from '../../../../src/iam/policy/truth';
import { evaluateText } from '../../../../src/iam/policy/webIdentity';

function clause(operator: string, values: unknown): Clause {
  const text = JSON.stringify({ Statement: { Effect: 'Allow', Condition: { [operator]: { 'x:Key': values } } } });
  const [found] = readPolicy(readPolicyText(text).root, 'permissions').statements[0]?.clauses ?? [];
  assert.ok(found);
  return found;
}

const absent: KeyValue = { kind: 'absent', why: 'absent' };
const has = (...values: readonly string[]): KeyValue => ({ kind: 'values', values });
const judge = (operator: string, written: unknown, value: KeyValue, variables = true): Truth =>
  judgeClause(clause(operator, written), value, variables).result;

test('each operator, where AWS documents the answer, and unknown where it does not', () => {
  const arn = 'arn:aws:iam::123456789012:role/ci/deploy';
  const rows: readonly [operator: string, written: unknown, value: string, wanted: Truth][] = [
    ['StringEquals', 'a*', 'ab', 'no'],
    ['StringLike', 'a*', 'ab', 'yes'],
    ['StringEqualsIgnoreCase', 'AB', 'ab', 'yes'],
    ['StringNotEqualsIgnoreCase', 'AB', 'ab', 'no'],
    ['StringNotLike', ['b*', 'c*'], 'ab', 'yes'],
    ['StringLike', 'b${aws:username}', 'ab', 'no'],
    ['StringLike', 'a${aws:username}', 'ab', 'unknown'],
    // Six parts, each by itself.
    ['ArnLike', 'arn:aws:iam::*:role/*', arn, 'yes'],
    ['ArnEquals', 'arn:aws:iam::*:role/*', arn, 'yes'],
    ['ArnLike', 'arn:*:role/ci/deploy', arn, 'unknown'],
    ['ArnLike', 'arn:aws:*:*:*:role/*', arn, 'yes'],
    ['ArnLike', 'arn:aws:i*:123456789012:*:role/*', arn, 'no'],
    ['ArnLike', 'arn:aws:sns:*:*:topic*', 'arn:aws:sns:eu-west-1:123456789012:topic:a:b', 'yes'],
    ['ArnNotLike', 'arn:aws:iam::*:user/*', arn, 'yes'],
    ['ArnNotEquals', 'arn:aws:iam::*:role/*', arn, 'no'],
    ['ArnLike', '*', arn, 'unknown'],
    ['ArnLike', arn, 'no arn', 'unknown'],
    ['Bool', 'true', 'true', 'yes'],
    ['Bool', true, 'true', 'yes'],
    ['Bool', 'false', 'true', 'no'],
    ['Bool', 'True', 'true', 'unknown'],
    ['NumericLessThanEquals', '10', '10', 'yes'],
    ['NumericLessThan', 10, '9.5', 'yes'],
    ['NumericGreaterThan', '10', '9', 'no'],
    ['NumericNotEquals', '10', '10.0', 'no'],
    ['NumericEquals', '0x10', '16', 'unknown'],
    ['NumericEquals', '${aws:x}', '16', 'unknown'],
    ['DateLessThan', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z', 'yes'],
    ['DateGreaterThan', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00+01:00', 'no'],
    ['DateEquals', '2026-01-01', '2026-01-01T00:00:00Z', 'unknown'],
    ['DateLessThan', '1767225600', '2025-12-31T23:59:59Z', 'unknown'],
    ['IpAddress', '203.0.113.0/24', '203.0.113.9', 'yes'],
    ['IpAddress', '203.0.113.9', '203.0.113.8', 'no'],
    ['NotIpAddress', ['203.0.113.0/24', '198.51.100.0/25'], '198.51.100.200', 'yes'],
    ['IpAddress', '0.0.0.0/0', '198.51.100.200', 'yes'],
    ['IpAddress', '2001:db8::/32', '198.51.100.200', 'unknown'],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', 'yes'],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ6', 'unknown'],
    ['Null', 'false', 'x', 'yes'],
    ['Null', true, 'x', 'no'],
    ['StringMatches', 'x', 'x', 'unknown'],
  ];
  for (const [operator, written, value, wanted] of rows)
    assert.equal(judge(operator, written, has(value)), wanted, `${operator} ${JSON.stringify(written)} ~ ${value}`);
});

test('a key without a value: true for negated operators, IfExists and ForAllValues, false for the rest', () => {
  for (const name of operatorNames.filter(n => n !== 'Null')) {
    const negated = parseOperator(name).operator?.negated === true;
    assert.equal(/Not/.test(name), negated, name);
    assert.equal(judge(name, 'x', absent), negated ? 'yes' : 'no', name);
    assert.equal(judge(`${name}IfExists`, 'x', absent), 'yes', name);
    assert.equal(judge(`ForAllValues:${name}`, 'x', absent), 'yes', name);
    assert.equal(judge(`ForAnyValue:${name}`, 'x', absent), 'no', name);
  }
  assert.equal(judge('Null', 'true', absent), 'yes');
});

test('several values of a key: with a set operator by its rule, without one unknown; values that may be missing leave it open', () => {
  assert.equal(judge('ForAnyValue:StringEquals', ['a', 'b'], has('c', 'b')), 'yes');
  assert.equal(judge('ForAllValues:StringEquals', ['a', 'b'], has('c', 'b')), 'no');
  assert.equal(judge('ForAllValues:StringEquals', ['a', 'b'], has('a', 'b')), 'yes');
  assert.equal(judge('ForAnyValue:StringNotEquals', ['a'], has('a', 'b')), 'yes');
  assert.equal(judge('ForAllValues:StringNotEquals', ['a'], has('a', 'b')), 'no');
  assert.equal(judge('StringEquals', ['a', 'b'], has('a', 'b')), 'unknown');
  const some: KeyValue = { kind: 'values', values: ['a'], more: true };
  assert.equal(judge('ForAllValues:StringEquals', ['a'], some), 'unknown');
  assert.equal(judge('ForAllValues:StringEquals', ['b'], some), 'no');
  assert.equal(judge('ForAnyValue:StringEquals', ['a'], some), 'yes');
  assert.equal(judge('ForAnyValue:StringEquals', ['b'], some), 'unknown');
});

/** "Each of the six colon-delimited components of the ARN is checked separately", word for word. */
function arnReference(pattern: string, arn: string): boolean {
  const glob = (p: string, t: string): boolean => {
    if (p === '') return t === '';
    if (p.startsWith('*')) return glob(p.slice(1), t) || (t !== '' && glob(p, t.slice(1)));
    return t !== '' && (p[0] === '?' || p[0] === t[0]) && glob(p.slice(1), t.slice(1));
  };
  const six = (text: string): readonly string[] =>
    /^([^:]*):([^:]*):([^:]*):([^:]*):([^:]*):(.*)$/.exec(text)?.slice(1) ?? [];
  const [a, b] = [six(pattern), six(arn)];
  return a.every((part, i) => glob(part, b[i] ?? ''));
}

test('the operators for ARNs equal their definition, and each other', () => {
  const part = (max: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: max });
  const arn = (rest: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.tuple(part(2), part(2), part(2), part(2), rest).map(parts => ['arn', ...parts].join(':'));
  const rest = fc.string({ unit: fc.constantFrom('a', '*', '?', ':', '/'), maxLength: 4 });
  fc.assert(
    fc.property(arn(rest), arn(fc.string({ unit: fc.constantFrom('a', ':', '/'), maxLength: 4 })), (pattern, value) => {
      const wanted = arnReference(pattern, value) ? 'yes' : 'no';
      for (const name of ['ArnLike', 'ArnEquals']) assert.equal(judge(name, pattern, has(value)), wanted);
      for (const name of ['ArnNotLike', 'ArnNotEquals'])
        assert.equal(judge(name, pattern, has(value)), wanted === 'yes' ? 'no' : 'yes');
    }),
    { numRuns: 2000 },
  );
});

test('trust and permission policies answer one condition alike', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?', '$'), maxLength: 6 });
  // Set operators have a test of their own: a message need not tell all values of a key.
  const operator = fc
    .tuple(fc.constantFrom(...operatorNames), fc.constantFrom('', 'IfExists'))
    .map(parts => parts.join(''));
  fc.assert(
    fc.property(operator, fc.array(text, { maxLength: 3 }), text, fc.boolean(), (name, written, value, newer) => {
      const Version = newer ? '2012-10-17' : '2008-10-17';
      const condition = (key: string): object => ({ [name]: { [key]: written } });
      const trust = JSON.stringify({
        Version,
        Statement: {
          Effect: 'Allow',
          Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: condition('app.terraform.io:sub'),
        },
      });
      const permissions = JSON.stringify({
        Version,
        Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Condition: condition('x:sub') },
      });
      const asked = { hostname: 'app.terraform.io', subject: value, audience: 'aws.workload.identity' };
      const context = new Map([['x:sub', [value]]]);
      assert.equal(
        evaluatePermissions([{ name: 'p', text: permissions }], { action: 's3:GetObject', resource: 'x', context })
          .decision,
        evaluateText(trust, asked).decision,
      );
    }),
    { numRuns: 2000 },
  );
});

test('a policy variable may be any text; what stands around it has to fit', () => {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/${aws:username}/*' },
  });
  const asked = (resource: string): string =>
    evaluatePermissions([{ name: 'p', text }], { action: 's3:GetObject', resource }).decision;
  assert.equal(asked('arn:aws:s3:::b/ann/x'), 'undecided');
  assert.equal(asked('arn:aws:s3:::c/ann/x'), 'deny');
});
