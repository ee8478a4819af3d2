import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  comparedWithRuns,
  compareSubject,
  comparisonLines,
  latestEvents,
  nearestTrusted,
  phaseOfSubject,
  trustedSubjects,
} from '../../../../src/binding/doctor/received';
import { evaluateText } from '../../../../src/iam/policy/webIdentity';
import type { WebIdentityEvent } from '../../../../src/iam/account/types';

const subject = (project = 'Web', workspace = 'prod', phase = 'plan'): string =>
  `organization:acme:project:${project}:workspace:${workspace}:run_phase:${phase}`;
const exact = (value: string): { value: string; wildcards: boolean } => ({ value, wildcards: false });
const like = (value: string): { value: string; wildcards: boolean } => ({ value, wildcards: true });

describe('a value of a trust policy beside the runs of the workspaces that were read', () => {
  const shop = { organization: 'acme', project: 'Web', workspace: 'prod' };
  const other = { organization: 'acme', project: 'Default Project', workspace: 'lab' };

  test('the nearest one is shown, with the wrong segment marked', () => {
    assert.deepEqual(comparedWithRuns(subject('Default Project'), [other, shop]), [
      `trusted   ${subject('Default Project')}`,
      `sent      ${subject()}`,
      `${' '.repeat(10 + 'organization:acme:project:'.length)}^^^ project: tokens carry "Web", the trust policy has "Default Project"`,
    ]);
    assert.match(
      comparedWithRuns('organization:acme:workspace:prod:run_phase:*', [shop]).at(-1) ?? '',
      /the form from before projects$/,
    );
  });

  test('nothing is shown of what fits, or is about other workspaces', () => {
    for (const fits of [subject(), 'organization:acme:project:*:workspace:prod:run_phase:*'])
      assert.deepEqual(comparedWithRuns(fits, [other, shop]), []);
    assert.deepEqual(comparedWithRuns('organization:globex:project:Web:workspace:ledger:run_phase:plan', [shop]), []);
    assert.deepEqual(comparedWithRuns(subject(), []), []);
  });
});

describe('a received subject beside a trusted one', () => {
  test('the first segment that differs is found and named', () => {
    const cases: readonly (readonly [string, { value: string; wildcards: boolean }, number, string | undefined])[] = [
      [subject(), exact(subject()), -1, undefined],
      [subject(), exact(subject('Default Project')), 3, 'project'],
      [subject('Default Project'), exact(subject('')), 3, 'project'],
      [subject(), exact(subject('Web', 'Prod')), 5, 'workspace'],
      [subject(), exact(subject('Web', 'prod', 'apply')), 7, 'run_phase'],
      [subject(), exact('organization:acme:workspace:prod:run_phase:plan'), 2, 'project'],
      [subject(), exact('organization:Acme:project:Web:workspace:prod:run_phase:plan'), 1, 'organization'],
      // StringEquals takes a star as a letter; StringLike does not.
      [subject(), exact(subject('*')), 3, 'project'],
      [subject(), like(subject('*')), -1, undefined],
      [subject(), like('organization:acme:*'), -1, undefined],
      [subject(), like('organization:other:*'), 1, 'organization'],
      [subject(), like(subject('W?b', 'stag*')), 5, 'workspace'],
      [`${subject()} `, exact(subject()), 7, 'run_phase'],
      [subject(), exact(`${subject()}:more`), 8, 'more'],
    ];
    for (const [received, trusted, differsAt, segment] of cases) {
      const found = compareSubject(received, trusted);
      assert.deepEqual([found.differsAt, found.segment], [differsAt, segment], `${received} / ${trusted.value}`);
    }
  });

  test('the mark stands below the segment', () => {
    const [, received = '', mark = ''] = comparisonLines(compareSubject(subject('Shop Front'), exact(subject('Web'))));
    const at = mark.indexOf('^');
    assert.equal(received.slice(at, at + 10), 'Shop Front');
    assert.match(mark, /\^{10} project: AWS received "Shop Front", the trust policy has "Web"$/);
  });

  test('nothing of a policy breaks out of its line', () => {
    const lines = comparisonLines(compareSubject(subject(), exact(subject('a\n```\r\u2028b\u001b'))));
    assert.equal(lines.length, 3);
    assert.doesNotMatch(lines.join(''), /[\p{Cc}\u2028`]/u);
    assert.equal(lines[0]?.length, `trusted   ${subject('a12345678')}`.length);
  });

  test('of several trusted subjects the nearest is shown', () => {
    const found = nearestTrusted(subject(), [
      exact(subject('Web', 'dev')),
      exact(subject('Web', 'prod', 'apply')),
      exact('x'),
    ]);
    assert.equal(found?.trusted.join(':'), subject('Web', 'prod', 'apply'));
    assert.equal(nearestTrusted(subject(), []), undefined);
  });

  test('law: no difference is shown exactly where the evaluator lets the subject in', () => {
    const part = fc.constantFrom(
      'acme',
      'Web',
      'Default Project',
      '',
      '*',
      'W*',
      'a?me',
      'prod',
      'pr*d',
      '*:workspace:prod',
    );
    const pattern = fc
      .tuple(part, part, part, fc.constantFrom('plan', 'apply', '*'))
      .map(([o, p, w, r]) => `organization:${o}:project:${p}:workspace:${w}:run_phase:${r}`);
    const got = fc
      .tuple(
        fc.constantFrom('acme', 'Acme', 'acme-evil'),
        fc.constantFrom('Web', 'Default Project'),
        fc.constantFrom('prod', 'dev'),
      )
      .map(([o, p, w]) => `organization:${o}:project:${p}:workspace:${w}:run_phase:plan`);
    fc.assert(
      fc.property(pattern, got, fc.boolean(), (value, received, wildcards) => {
        const policy = JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/app.terraform.io' },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: { 'app.terraform.io:aud': 'aws.workload.identity' },
              [wildcards ? 'StringLike' : 'StringEquals ']: { 'app.terraform.io:sub': value },
            },
          },
        }).replace('"StringEquals ":{', '"ForAnyValue:StringEquals":{');
        const allowed =
          evaluateText(policy, { hostname: 'app.terraform.io', subject: received, audience: 'aws.workload.identity' })
            .decision === 'allow';
        const [trusted] = trustedSubjects(policy, 'app.terraform.io');
        assert.ok(trusted);
        assert.equal(compareSubject(received, trusted).differsAt < 0, allowed);
      }),
    );
  });
});

describe('events of one workspace', () => {
  const event = (part: Partial<WebIdentityEvent>): WebIdentityEvent => ({
    id: String(part.at ?? 0),
    at: 0,
    region: 'us-east-1',
    roleArn: 'arn:aws:iam::123456789012:role/r',
    subject: subject(),
    provider: undefined,
    audience: undefined,
    errorCode: undefined,
    errorMessage: undefined,
    ...part,
  });
  const own = [{ organization: 'acme', workspace: 'prod' }];

  test('the latest of each role and phase, and of no other workspace', () => {
    const found = latestEvents(
      [
        event({ at: 1, errorCode: 'AccessDenied' }),
        event({ at: 3 }),
        event({ at: 2, subject: subject('Web', 'prod', 'apply') }),
        event({ at: 4, subject: subject('Web', 'prod-evil') }),
        event({ at: 5, subject: subject().replace('acme', 'acme2') }),
      ],
      own,
      new Set(),
    );
    assert.deepEqual(
      found.map(e => e.at),
      [3, 2],
    );
  });

  test('a call without a subject counts where its role is ours', () => {
    const nameless = event({ subject: undefined, errorCode: 'InvalidIdentityToken' });
    assert.equal(latestEvents([nameless], own, new Set(['arn:aws:iam::123456789012:role/r'])).length, 1);
    assert.equal(latestEvents([nameless], own, new Set()).length, 0);
  });

  test('the phase is the end of the subject', () => {
    assert.equal(phaseOfSubject(subject('Web', 'prod', 'apply')), 'apply');
    assert.equal(phaseOfSubject('organization:acme:module:m:operation:test_run'), undefined);
    assert.equal(phaseOfSubject(undefined), undefined);
  });
});
