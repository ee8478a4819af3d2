import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { failureMode } from '../../../../src/binding/failureModes';
import { readErrorText } from '../../../../src/binding/doctor/errorText';

const first = (text: string): number | undefined => {
  const mode = readErrorText(text)[0]?.modes[0];
  return mode === undefined ? undefined : failureMode(mode).number;
};

/** Texts as the AWS provider, STS, IAM and Terraform print them. */
const samples: readonly (readonly [number, string])[] = [
  [
    1,
    `│ Error: Cannot assume IAM Role with web identity
│
│ IAM Role (arn:aws:iam::123456789012:role/tfc) cannot be assumed with web identity token.
│ operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 8f1b2c3d-1111-2222-3333-444455556666, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity`,
  ],
  [5, 'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://app.terraform.io'],
  [6, 'api error InvalidIdentityToken: Incorrect token audience'],
  [
    7,
    "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation",
  ],
  [8, "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"],
  [
    9,
    'Error: No valid credential sources found\n\nPlease see https://registry.terraform.io/providers/hashicorp/aws\nError: failed to refresh cached credentials, no EC2 IMDS role found',
  ],
  [11, 'Error: failed to get shared config profile, acme-prod'],
  [11, 'api error InvalidClientTokenId: The security token included in the request is invalid.'],
  [
    12,
    'Error: Invalid index\n\n  on main.tf line 31, in provider "aws":\n  31:   shared_config_files = [var.tfc_aws_dynamic_credentials.aliases["ARCHIVE"].shared_config_file]\n\nThe given key does not identify an element in this collection value.',
  ],
  [
    13,
    'Error: No value for required variable\n\n  on main.tf line 11:\n  11: variable "tfc_aws_dynamic_credentials" {\n',
  ],
  [14, 'MalformedPolicyDocument: Federated principals must be valid domain names or SAML metadata ARNs'],
  [15, 'LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048'],
  [
    16,
    'AccessDenied: User: arn:aws:sts::123456789012:assumed-role/tfc-plan/terraform-run-1 is not authorized to perform: s3:GetBucketPolicy on resource: "arn:aws:s3:::acme" because no identity-based policy allows it',
  ],
  [17, 'ExpiredToken: The security token included in the request is expired'],
  [19, 'Error: dial tcp: lookup sts.eu-central-1.amazonaws.com: i/o timeout'],
  [21, 'RegionDisabledException: STS is not activated in this region for account'],
  [22, 'Error: failed to load shared config file, /tmp/tfc-aws-shared-config'],
];

for (const [mode, text] of samples) {
  test(`failure mode ${mode} is read from: ${text.slice(0, 60).replace(/\s+/g, ' ')}`, () => {
    assert.equal(first(text), mode);
  });
}

test('a wrapper stands behind the error that it wraps', () => {
  const text = 'Error: No valid credential sources found\n\nError: InvalidIdentityToken: Incorrect token audience';
  assert.deepEqual(
    readErrorText(text).map(r => r.code),
    ['IncorrectTokenAudience', 'NoCredentials'],
  );
});

test('facts are taken from the lines around the one recognised', () => {
  const [reading] = readErrorText(samples[0]?.[1] ?? '');
  assert.equal(reading?.roleArn, 'arn:aws:iam::123456789012:role/tfc');
  assert.equal(reading?.requestId, '8f1b2c3d-1111-2222-3333-444455556666');
});

test('a denied call keeps its action, resource and principal', () => {
  const reading = readErrorText(samples.find(([mode]) => mode === 16)?.[1] ?? '')[0];
  assert.equal(reading?.action, 's3:GetBucketPolicy');
  assert.equal(reading?.resource, 'arn:aws:s3:::acme');
});

test('structured run output is read like plain text', () => {
  const line = JSON.stringify({
    '@level': 'error',
    diagnostic: { severity: 'error', summary: 'Incorrect token audience', detail: '' },
  });
  assert.equal(first(`{"@message":"Terraform 1.13"}\n${line}\n`), 6);
});

test('a healthy log gives no reading', () => {
  assert.deepEqual(readErrorText('Terraform v1.13.0\nPlan: 2 to add, 0 to change, 0 to destroy.\n'), []);
});

test('keys and tokens in a log never come out again', () => {
  const text =
    'Error: InvalidClientTokenId AKIAIOSFODNN7EXAMPLE eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJvcmcifQ.c2ln not valid abcdefghijklmn.atlasv1.zzzz';
  const out = JSON.stringify(readErrorText(text));
  assert.doesNotMatch(out, /AKIA|eyJ|atlasv1/);
});

test('any text is read without throwing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.constantFrom(...samples.map(s => s[1]), '{', '{"diagnostic":null}'))),
      parts => {
        readErrorText(parts.join('\n'));
      },
    ),
  );
});
