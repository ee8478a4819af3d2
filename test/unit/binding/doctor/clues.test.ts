import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { consult } from '../../../../src/binding/doctor/consult';
import { errorSignatures } from '../../../../src/binding/doctor/errorSignatures';
import { readErrorText } from '../../../../src/binding/doctor/errorText';
import { onlyText } from '../../../../src/binding/facts';
import { failureModes } from '../../../../src/binding/failureModes';

/** What a text alone is told to mean: the first cause, or what else it is. */
function told(text: string): { mode: number | undefined; other: string | undefined; words: string; next: string } {
  const { diagnoses, others } = consult(onlyText(text), []);
  const [first] = diagnoses;
  const [other] = others;
  return {
    mode: first?.mode.number,
    other: other?.code,
    words: [first?.explanation, ...(first?.evidence ?? []), other?.title].join('\n'),
    next: first?.nextStep ?? other?.nextStep ?? '',
  };
}

interface Report {
  readonly name: string;
  readonly text: string;
  readonly mode?: number;
  readonly other?: string;
  readonly words?: RegExp;
  readonly next?: RegExp;
  readonly never?: RegExp;
}

const account = '123456789012';
const refusedBy = (principal: string, tail = ''): string =>
  `Error: reading SQS Queue: operation error SQS: GetQueueAttributes, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: ${principal} is not authorized to perform: sqs:getqueueattributes on resource: arn:aws:sqs:eu-west-1:${account}:jobs${tail}`;
const session = `arn:aws:sts::${account}:assumed-role/runs-apply/terraform-run-x`;
const webIdentity = (message: string): string =>
  `Error: failed to refresh cached credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 400, RequestID: 1, ${message}`;
const event = (more: Record<string, unknown>, who: Record<string, unknown>): Record<string, unknown> => ({
  eventName: 'AssumeRoleWithWebIdentity',
  eventTime: '2026-11-24T09:00:00Z',
  awsRegion: 'eu-west-1',
  requestParameters: { roleArn: `arn:aws:iam::${account}:role/runs` },
  userIdentity: { type: 'WebIdentityUser', ...who },
  ...more,
});

/** Kinds of reports that people post in public; written anew, with AWS's documented account number. */
const reports: readonly Report[] = [
  {
    name: 'root user',
    text: refusedBy(`arn:aws:iam::${account}:root`),
    mode: 11,
    words: /root user/,
    never: /trust works/,
  },
  {
    name: 'IAM user in GovCloud',
    text: refusedBy(`arn:aws-us-gov:iam::${account}:user/ops/ci`),
    mode: 11,
    words: /ops\/ci/,
    never: /trust works/,
  },
  {
    name: 'SSO person, refused service call',
    text: refusedBy(`arn:aws:sts::${account}:assumed-role/AWSReservedSSO_ReadOnly_0123456789abcdef/a.b@example.org`),
    mode: 10,
    words: /permission set ReadOnly/,
    never: /trust works/,
  },
  {
    name: 'GitHub Actions',
    text: refusedBy(`arn:aws:sts::${account}:assumed-role/deploy/GitHubActions`),
    mode: 10,
    words: /GitHub Actions job/,
  },
  {
    name: 'instance role of an agent',
    text: refusedBy(`arn:aws:sts::${account}:assumed-role/agents/i-0123456789abcdef0`),
    mode: 9,
    words: /EC2 instance/,
  },
  {
    name: 'the role itself',
    text: refusedBy(session),
    mode: 16,
    words: /role runs-apply: it was assumed, so trust works/,
    next: /Allow sqs:getqueueattributes on .* in the permission policy of the role runs-apply/,
  },
  {
    name: 'resource control policy',
    text: refusedBy(session, ' with an explicit deny in a resource control policy'),
    mode: 16,
    next: /Deny always wins.*resource control policy/,
    never: /^Allow /,
  },
  {
    name: 'session policy',
    text: refusedBy(session, ' because no session policy allows the sqs:GetQueueAttributes action'),
    mode: 16,
    next: /session/,
  },
  {
    name: 'VPC endpoint policy',
    text: refusedBy(session, ' because no VPC endpoint policy allows the sqs:GetQueueAttributes action'),
    mode: 16,
    next: /VPC endpoint/,
  },
  {
    name: 'chained role',
    text: `Error: Cannot assume IAM Role\n\noperation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: User: ${session} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::210987654321:role/target`,
    mode: 16,
    next: /both have to allow it/,
  },
  {
    name: 'no JWT',
    text: webIdentity(
      'InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    ),
    mode: 23,
  },
  {
    name: 'missing claim',
    text: webIdentity('InvalidIdentityToken: Missing a required claim: sub'),
    mode: 23,
    never: /Create the OIDC provider/,
  },
  { name: 'issuer is no URL', text: webIdentity('InvalidIdentityToken: Issuer must be a valid URL'), mode: 23 },
  {
    name: 'words of tomorrow',
    text: webIdentity('InvalidIdentityToken: The moon is not in phase with this token'),
    other: 'InvalidIdentityTokenUnlisted',
    words: /not known here/,
    next: /before it looks at any trust policy/,
  },
  {
    name: 'policy words of tomorrow',
    text: 'Error: updating IAM Role (x) assume role policy: MalformedPolicyDocument: The document is too blue',
    other: 'TrustPolicyUnlisted',
    next: /nothing was written/,
  },
  {
    name: 'empty statement',
    text: 'Error: creating IAM Role (x): MalformedPolicyDocument: Could not parse the policy: Statement is empty!',
    other: 'TrustPolicyEmpty',
    never: /condition on the subject/,
  },
  {
    name: 'resource in a trust policy',
    text: 'An error occurred (MalformedPolicyDocument) when calling the CreateRole operation: Has prohibited field Resource',
    other: 'TrustPolicyElements',
    next: /lint-trust/,
  },
  {
    name: 'session tags',
    text: 'api error PackedPolicyTooLarge: Packed size of session tags consumes 120% of allotted space.',
    other: 'PackedPolicyTooLarge',
  },
  {
    name: 'stored session token',
    text: 'Error: reading S3 Bucket: api error InvalidToken: The provided token is malformed or otherwise invalid.',
    mode: 11,
  },
  {
    name: 'helm and eks',
    text: 'Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials: getting credentials: exec: executable aws failed with exit code 255',
    other: 'ExecPlugin',
    never: /TFC_AWS_PROVIDER_AUTH/,
  },
  {
    name: 'external program',
    text: 'Error: External Program Execution Failed\n\n  with data.external.login,\n\nError Message: Unable to locate credentials. You can configure credentials by running "aws login".',
    other: 'ExternalProgram',
    never: /TFC_AWS_PROVIDER_AUTH/,
  },
  {
    name: 'Vault role',
    text: 'Error making API request.\n\nURL: GET https://vault.example.test/v1/aws/creds/reader\nCode: 403. Errors:\n\n* permission denied',
    mode: 24,
  },
  {
    name: 'module test in JSON',
    text: 'Error: Cannot assume IAM Role with web identity\n\n  on tests/unit.tftest.json line 4, in provider "aws":\n\nError: operation error STS: AssumeRoleWithWebIdentity, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    mode: 1,
    words: /operation:test_run/,
  },
  {
    name: 'deployment of a Stack',
    text: 'Error: Cannot assume IAM Role with web identity\n\n  on prod.tfdeploy.hcl line 9:\n\nError: operation error STS: AssumeRoleWithWebIdentity, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    mode: 1,
    words: /stack:STACK:deployment/,
  },
  {
    name: 'long apply',
    text: 'aws_db_instance.a: Still creating... [1h4m10s elapsed]\nError: waiting for RDS: ExpiredToken: The security token included in the request is expired',
    mode: 17,
    words: /64 minutes/,
  },
  {
    name: 'event of a GitHub job, with words around it',
    text: `here is what I see:\n${JSON.stringify(event({ errorCode: 'AccessDenied' }, { userName: 'repo:acme/infra:ref:refs/heads/main', identityProvider: `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com` }), null, 2)}\nthanks`,
    mode: 23,
    words: /token\.actions\.githubusercontent\.com/,
  },
  {
    name: 'lookup-events, the subject of a workspace',
    text: JSON.stringify({
      Events: [
        {
          EventId: 'e',
          CloudTrailEvent: JSON.stringify(
            event(
              { errorCode: 'AccessDenied' },
              {
                userName: 'organization:acme:project:Web:workspace:prod:run_phase:plan',
                identityProvider: `arn:aws:iam::${account}:oidc-provider/app.terraform.io`,
              },
            ),
          ),
        },
      ],
    }),
    mode: 1,
    words: /AWS received the subject "organization:acme:project:Web:workspace:prod:run_phase:plan"/,
  },
];

describe('what a report alone tells', () => {
  for (const { name, text, mode, other, words, next, never } of reports)
    test(name, () => {
      const found = told(text);
      assert.deepEqual([found.mode, mode === undefined ? found.other : undefined], [mode, other]);
      if (words !== undefined) assert.match(found.words, words);
      if (next !== undefined) assert.match(found.next, next);
      if (never !== undefined) assert.doesNotMatch(`${found.words}\n${found.next}`, never);
    });

  test('a text in which nothing is known is no all-clear', () => {
    for (const text of ['Error: the frobnicator is out of cheese', 'Apply complete! Resources: 1 added.', 'hello'])
      assert.equal(consult(onlyText(text), []).outcome, 'cannot-tell', text);
  });

  test('every message that is known stands in docs/doctor.md', () => {
    const page = readFileSync(path.resolve(__dirname, '../../../../docs/doctor.md'), 'utf8');
    const codes = [...new Set(errorSignatures.map(s => s.code))];
    assert.deepEqual(
      codes.filter(code => !page.includes(`| ${code} |`)),
      [],
    );
  });

  test('every symptom of docs/doctor.md is read as what the page says of it, and the symptoms lead to every failure mode', () => {
    const page = readFileSync(path.resolve(__dirname, '../../../../docs/doctor.md'), 'utf8');
    const part = page.slice(page.indexOf('## The run says …'), page.indexOf('## Failure modes'));
    const linked = (text: string): ReadonlySet<string> =>
      new Set([...text.matchAll(/\]\(#([\w-]+)\)/g)].map(m => m[1] ?? ''));
    for (const symptom of part.split('\n### ').slice(1)) {
      const [heading = ''] = symptom.split('\n');
      const said = [...heading.matchAll(/`([^`]+)`/g)].map(m => m[1] ?? '').join(' for ');
      const [reading] = readErrorText(`Error: ${said}`);
      assert.equal(reading === undefined, said === '', heading);
      const led = linked(symptom);
      assert.ok(led.size > 0, heading);
      if (reading !== undefined)
        assert.ok(
          reading.modes.some(mode => led.has(mode)),
          `${heading}: ${reading.modes.join()}`,
        );
    }
    const all = linked(part);
    assert.deepEqual(
      failureModes.map(m => m.id).filter(id => !all.has(id)),
      [],
    );
  });
});
