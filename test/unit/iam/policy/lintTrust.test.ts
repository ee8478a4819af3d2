import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintTrustText } from '../../../../src/iam/lint/trust/lintTrust';

const host = 'app.terraform.io';
const policy = (
  operator: string,
  subject: string | undefined,
  audience = 'aws.workload.identity',
  provider = host,
): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${provider}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: { [`${host}:aud`]: audience },
          ...(subject !== undefined && {
            [operator === 'StringEquals' ? 'StringEqualsIgnoreCase' : operator]: { [`${host}:sub`]: subject },
          }),
        },
      },
    ],
  });

const lint = (text: string, more: Parameters<typeof lintTrustText>[1] = {}): { verdict: string; codes: string[] } => {
  const report = lintTrustText(text, more);
  return { verdict: report.verdict, codes: report.findings.map(f => f.code) };
};

const head = 'organization:acme:project:web:workspace:prod';

test('patterns that let in one workspace only get no warning', () => {
  for (const subject of [
    `${head}:run_phase:*`,
    `${head}:run_phase:plan`,
    `${head}:*`,
    'organization:acme:project:*:workspace:prod:run_phase:*',
    'organization:acme:project:*:workspace:prod:run_phase:apply',
  ]) {
    assert.deepEqual(lint(policy('StringLike', subject)), { verdict: 'correct', codes: [] }, subject);
  }
});

test('broken and too broad subjects have a code each', () => {
  const cases: readonly (readonly [string | undefined, string, string])[] = [
    ['organization:acme:project::workspace:prod:run_phase:*', 'broken', 'blank-project'],
    ['organization:acme:project::workspace:prod:*', 'broken', 'blank-project'],
    ['organization:acme:workspace:prod:run_phase:*', 'broken', 'missing-project'],
    ['organization:acme:workspace:prod:*', 'broken', 'missing-project'],
    [undefined, 'too-broad', 'missing-subject'],
    ['*', 'too-broad', 'any-subject'],
    ['organization:*', 'too-broad', 'any-organization'],
    ['organization:acme*', 'too-broad', 'any-organization'],
    ['organization:acme:*', 'too-broad', 'whole-organization'],
    ['organization:acme:project:web:workspace:prod*:run_phase:*', 'too-broad', 'workspace-pattern'],
    ['organization:acme:project:web:*', 'too-broad', 'whole-project'],
  ];
  for (const [subject, verdict, code] of cases) {
    const got = lint(policy('StringLike', subject));
    assert.equal(got.verdict, verdict, subject);
    assert.ok(got.codes.includes(code), `${subject}: ${got.codes.join(', ')}`);
  }
});

test('operators, host, audience and comments', () => {
  assert.ok(lint(policy('StringEquals', `${head}:run_phase:*`)).codes.includes('wildcard-in-string-equals'));
  assert.ok(lint(policy('ForAllValues:StringLike', `${head}:run_phase:*`)).codes.includes('for-all-values'));
  assert.ok(lint(policy('StringLike', `${head}:run_phase:*`, 'sts.amazonaws.com')).codes.includes('wrong-audience'));
  assert.ok(lint(policy('StringLike', `${head}:run_phase:*`, undefined, 'tfe.acme.com')).codes.includes('wrong-host'));
  assert.ok(lint(`// role\n${policy('StringLike', `${head}:run_phase:*`)}`).codes.includes('json-comment'));
});

test('with names given, the runs of that workspace must get in', () => {
  const names = { organization: 'acme', project: 'web', workspace: 'prod' };
  const text = policy('StringLike', `${head}:run_phase:*`);
  assert.deepEqual(lint(text, names), { verdict: 'correct', codes: [] });
  assert.ok(lint(text, { ...names, workspace: 'Prod' }).codes.includes('workspace-refused'));
  assert.equal(lint(text, { ...names, project: 'api' }).verdict, 'broken');
});

test('with a Stack or a module given, its runs must get in, whatever stands open in the pattern', () => {
  const stackHead = 'organization:acme:project:web:stack:web';
  const cases: readonly (readonly [string, Parameters<typeof lint>[1], string, string?])[] = [
    [`${stackHead}:*`, { stack: 'web' }, 'correct'],
    [`${stackHead}:*`, { stack: 'Web' }, 'broken', 'stack-refused'],
    [`${stackHead}:*`, { organization: 'acme', project: 'other', stack: 'web' }, 'broken', 'stack-refused'],
    [`${stackHead}:deployment:prod:*`, { stack: 'web', deployments: ['prod'] }, 'correct'],
    [`${stackHead}:deployment:prod:*`, { stack: 'web', deployments: ['prod', 'dev'] }, 'broken', 'stack-refused'],
    [`${stackHead}:deployment:*:operation:plan`, { stack: 'web', deployments: ['x'] }, 'correct', 'one-phase'],
    ['organization:acme:module:vpc:*', { module: 'vpc' }, 'correct'],
    ['organization:acme:module:vpc:*', { module: 'vpc2' }, 'broken', 'module-refused'],
    ['organization:acme:module:vpc:*', { organization: 'other', module: 'vpc' }, 'broken', 'module-refused'],
    ['organization:acme:project:web:workspace:w:run_phase:*', { stack: 'w' }, 'broken', 'stack-refused'],
    ['organization:*', { stack: 'web' }, 'too-broad', 'any-organization'],
  ];
  for (const [subject, names, verdict, code] of cases) {
    const got = lint(policy('StringLike', subject), names);
    const what = `${subject} ${JSON.stringify(names)}: ${got.codes.join(', ')}`;
    assert.equal(got.verdict, verdict, what);
    if (code !== undefined) assert.ok(got.codes.includes(code), what);
  }
});

test('a provider with a scheme is one finding, and no fix spoils the keys; a subject without phase is malformed', () => {
  const text = policy('StringLike', `${head}:run_phase:*`, undefined, `https://${host}`);
  assert.deepEqual(lint(text), { verdict: 'broken', codes: ['malformed-provider'] });
  assert.deepEqual(lint(policy('StringLike', 'organization:acme:project:*:workspace:prod')).codes, [
    'malformed-subject',
  ]);
});

test('a condition that says nothing of the subject is none; one exact condition makes a wide one harmless', () => {
  const with_ = (conditions: object): string => {
    const document = JSON.parse(policy('StringLike', `${head}:run_phase:*`)) as { Statement: { Condition: object }[] };
    for (const statement of document.Statement) statement.Condition = conditions;
    return JSON.stringify(document);
  };
  const aud = { [`${host}:aud`]: 'aws.workload.identity' };
  const sub = (value: string): object => ({ [`${host}:sub`]: value });
  const all = [
    [{ StringEquals: aud, Null: sub('false') }, 'too-broad', ['missing-subject']],
    [{ StringEquals: aud, ArnLike: sub(`${head}:run_phase:*`) }, 'broken', ['wrong-operator']],
    [{ StringNotEquals: aud, StringLike: sub(`${head}:run_phase:*`) }, 'correct', ['negated-audience']],
    [{ StringEquals: { ...aud, ...sub(`${head}:run_phase:plan`) }, StringLike: sub('organization:acme:*') }, 'correct', []],
    [{ StringEquals: aud, StringEqualsIfExists: sub(`${head}:run_phase:plan`), StringLike: sub('organization:acme:*') }, 'too-broad', ['if-exists', 'whole-organization']],
  ] as const; // prettier-ignore
  for (const [conditions, verdict, codes] of all)
    assert.deepEqual(lint(with_(conditions)), { verdict, codes: [...codes] }, JSON.stringify(conditions));
});

test('a Deny that keeps strangers out: wide where the rest is open, and no more where one workspace is named', () => {
  const guarded = (subject: string): string => {
    const { Statement } = JSON.parse(policy('StringLike', subject)) as {
      Statement: readonly Record<string, unknown>[];
    };
    const deny = {
      ...Statement[0],
      Effect: 'Deny',
      Condition: { StringNotLike: { [`${host}:sub`]: 'organization:acme:*' } },
    };
    return JSON.stringify({ Version: '2012-10-17', Statement: [...Statement, deny] });
  };
  const exact = guarded('organization:acme*:project:Web shop:workspace:prod:run_phase:*');
  assert.deepEqual(lint(exact), { verdict: 'correct', codes: ['any-organization'] });
  assert.match(lintTrustText(exact, {}).findings[0]?.message ?? '', /statement 2, a Deny, keeps strangers out\.$/);
  for (const subject of ['*', 'organization:*', 'organization:acme*']) {
    const { verdict, findings } = lintTrustText(guarded(subject), {});
    assert.equal(verdict, 'too-broad', subject);
    assert.match(findings.map(f => f.message).join(), /whatever it does not deny may assume the role/, subject);
  }
});

test('a key with a scheme is told as that, and its subject is judged', () => {
  const text = policy('StringLike', 'organization:acme:project::workspace:prod:run_phase:*').replaceAll(
    `"${host}:sub"`,
    `"https://${host}:sub"`,
  );
  assert.deepEqual(lint(text), { verdict: 'broken', codes: ['wrong-host', 'blank-project'] });
  assert.match(lintTrustText(text, {}).findings[0]?.message ?? '', /names the host alone, without "https:\/\/"/);
});

test('letters that look like others, or like nothing, are told by their numbers', () => {
  const message = (organization: string): string =>
    lintTrustText(policy('StringLike', `${head}:run_phase:*`.replace('acme', organization)), {}).findings[0]?.message ??
    '';
  assert.match(message('\u0430cme'), /not \u0430 \(U\+0430\)\.$/);
  assert.match(message('acme\u200b'), /not U\+200B\.$/);
  assert.match(message('acme.io'), /not "\."\.$/);
});

test('without a condition on the subject nobody is said to get in past one that never holds', () => {
  const text = policy('StringEquals', undefined).replace(
    `"${host}:aud"`,
    `"${host}:terraform_organization_name":"acme","${host}:aud"`,
  );
  const { verdict, findings } = lintTrustText(text, {});
  assert.equal(verdict, 'broken');
  assert.match(
    findings.find(f => f.code === 'missing-subject')?.message ?? '',
    /once the condition on .*organization_name is gone/,
  );
});
