import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePattern, matches } from '../../../../src/iam/policy/patterns/glob';
import { reachOf } from '../../../../src/iam/policy/patterns/subjects';
import { lintTrustText } from '../../../../src/iam/lint/trust/lintTrust';
import { parseSubject, type SubjectKind, subjectText } from '../../../../src/oidc/subject';

const word = fc.stringMatching(/^[a-c_-]{1,3}$/);
const project = fc.stringMatching(/^[ab]([ab ]{0,2}[ab])?$/);
const phase = fc.constantFrom('plan', 'apply');
const kinds: readonly SubjectKind[] = ['workspace', 'stack', 'module-test'];
const token = fc
  .record({ kind: fc.constantFrom(...kinds), organization: word, project, workspace: word, stack: project })
  .chain(one =>
    fc.record({ deployment: word, module: word, run_phase: phase, operation: phase }).map(more => {
      const { kind, ...names } = one;
      return { kind, text: subjectText(kind, { ...names, ...more }) };
    }),
  );

/** A subject in which some runs of letters became wildcards: it fits at least the subject. */
const pattern = token.chain(({ text }) =>
  fc
    .array(fc.tuple(fc.nat(Math.max(0, text.length - 40)), fc.nat(12), fc.constantFrom('*', '?')), { maxLength: 3 })
    .map(cuts =>
      cuts.reduce((p, [at, length, sign]) => p.slice(0, at) + (sign === '*' ? '*' : '?'.repeat(Math.max(0, Math.min(length, p.length - at)))) + p.slice(at + length), text),
    ),
); // prettier-ignore

const fits = (value: string, text: string): boolean => {
  const compiled = compilePattern(value, true, true);
  return compiled.kind === 'pattern' && matches(compiled.parts, text);
};

test('every subject that a pattern fits is of a kind that is told, and each example is a subject that it fits', () => {
  fc.assert(
    fc.property(pattern, token, (value, other) => {
      const reach = reachOf(value, true, 'a name') ?? [];
      if (fits(value, other.text)) assert.ok(reach.some(r => r.kind === other.kind), `${value} fits ${other.text}`);
      for (const { kind, example } of reach) {
        const text = subjectText(kind, example);
        assert.ok(fits(value, text), `${value} does not fit ${text}`);
        assert.equal(parseSubject(text)?.kind, kind);
      }
    }),
    { numRuns: 2000 },
  ); // prettier-ignore
});

test('a segment is free exactly if two subjects that the pattern fits differ in it', () => {
  fc.assert(
    fc.property(pattern, fc.array(token, { minLength: 2, maxLength: 30 }), (value, others) => {
      for (const { kind, free } of reachOf(value, true, 'a name') ?? []) {
        const fitting = others.filter(o => o.kind === kind && fits(value, o.text)).map(o => parseSubject(o.text)?.segments);
        for (const name of ['organization', 'project', 'workspace', 'stack', 'deployment', 'module'])
          if (new Set(fitting.map(s => s?.[name])).size > 1) assert.ok(free.has(name), `${value}: ${name}`);
      }
    }),
    { numRuns: 500 },
  ); // prettier-ignore
});

test('no project has more than 40 letters, however a pattern asks for them', () => {
  const long = (n: number): string => `organization:acme:project:${'*a'.repeat(n)}:workspace:w:run_phase:*`;
  for (const n of [10, 400]) assert.equal(reachOf(long(n), true, 'a name')?.length, n === 10 ? 1 : 0);
});

const policy = (subjects: unknown, host = 'app.terraform.io', aud = 'aws.workload.identity'): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${host}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${host}:aud`]: aud }, StringLike: { [`${host}:sub`]: subjects } },
      },
    ],
  });
const verdict = (subjects: unknown, host?: string, aud?: string): unknown => {
  const report = lintTrustText(policy(subjects, host, aud), {});
  return [report.verdict, ...new Set(report.findings.map(f => f.code))];
};
const workspace = (o: string, p: string, w: string): string =>
  `organization:${o}:project:${p}:workspace:${w}:run_phase:*`;

test('names that no token can carry', () => {
  for (const [o, p, w] of [
    ['acme', '[Leave black]', 'web'],
    ['<ORG>', 'web', 'web'],
    ['acme', 'web', 'acme/web'],
    ['acme', 'Default%20Project', 'web'],
    ['acme', 'x'.repeat(60), 'web'],
    ['acme', 'web', 'my web'],
    ['{{org}}', 'web', 'web'],
    ['acme.com', 'web', 'web'],
  ] as const)
    assert.deepEqual(verdict(workspace(o, p, w)), ['broken', 'impossible-name'], `${o} ${p} ${w}`);
  assert.deepEqual(verdict(workspace('acme', 'prj-1aBcDeFgHiJkLmNo', 'web')), ['broken', 'id-for-name']);
  assert.deepEqual(verdict(workspace('acme', 'Default-Project', 'web')), ['correct', 'default-project']);
});

test('no name holds a colon: what a pattern lets in is told by kind', () => {
  const stack = 'organization:acme:project:web:stack:api';
  const all: readonly (readonly [string, ...string[]])[] = [
    [`${stack}:*`, 'correct', 'any-deployment'],
    [`${stack}:deployment:*:operation:plan`, 'correct', 'any-deployment'],
    [`${stack}:deployment:prod:*`, 'correct'],
    ['organization:acme:module:vpc:*', 'correct'],
    ['organization:acme:*:workspace:web:*', 'correct'],
    ['organization:acme:project:web:stack:*', 'too-broad', 'stack-pattern'],
    ['organization:acme:project:*:stack:api:*', 'too-broad', 'stack-pattern'],
    ['organization:acme:module:*', 'too-broad', 'module-pattern'],
    ['organization:acme:workspace:*', 'broken', 'malformed-subject'],
    [`${stack}:deployment:prod:run_phase:*`, 'broken', 'malformed-subject'],
    [`${stack}:component:x:operation:*`, 'broken', 'malformed-subject'],
    ['organization:acme:project:web:workspace:a:operation:*', 'broken', 'malformed-subject'],
    [`${stack}:deployment:pro d:operation:plan`, 'broken', 'impossible-name'],
    ['*:workspace:web:run_phase:plan', 'too-broad', 'any-organization'],
  ];
  for (const [value, ...expected] of all) assert.deepEqual(verdict(value), expected, value);
});

test('a dead value beside a living one is information; alone it breaks the policy', () => {
  const legacy = 'organization:acme:workspace:web:run_phase:*';
  assert.deepEqual(verdict([legacy, workspace('acme', 'web', 'web')]), ['correct', 'missing-project']);
  assert.deepEqual(verdict([legacy, 'organization:acme:workspace:api:run_phase:*']), ['broken', 'missing-project']);
});

test('strangers that get in outrank what is broken besides', () => {
  const open = JSON.parse(policy(workspace('acme', 'web', 'web'))) as { Statement: { Condition: object }[] };
  const [first] = open.Statement;
  assert.ok(first);
  first.Condition = { StringEquals: { 'app.terraform.io:aud': 'sts.amazonaws.com' } };
  const report = lintTrustText(JSON.stringify(open), {});
  assert.equal(report.verdict, 'too-broad');
  assert.deepEqual(new Set(report.findings.map(f => f.code)), new Set(['missing-subject', 'wrong-audience']));
});

test('another program is not judged by the grammar of HCP Terraform', () => {
  const otf = 'organization:acme:workspace:web:run_phase:plan';
  assert.deepEqual(verdict(otf, 'iac.example.org'), ['depends', 'unknown-issuer']);
  assert.deepEqual(verdict(otf, 'otf.example.org'), ['not-judged', 'no-statement']);
  assert.deepEqual(verdict('project_path:infra/*:ref_type:branch', 'gitlab.terraform.example.org', 'x'), [
    'not-judged',
    'no-statement',
  ]);
  assert.deepEqual(verdict(otf, 'tfe.example.org'), ['broken', 'missing-project']);
});
