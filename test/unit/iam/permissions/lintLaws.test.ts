import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { resourceReference } from '../../../../src/cli/permissionData';
import { applyEdits } from '../../../../src/core/text';
import { readDenials } from '../../../../src/iam/denials/message';
import { explainDenial } from '../../../../src/iam/denials/explain';
import { lintPermissionsInCode, lintPermissionText } from '../../../../src/iam/lint/permissions/lintPermissions';
import { parseHcl } from '../../../../src/terraform/syntax/hcl';

const reference = resourceReference();
const action = fc.constantFrom(
  's3:GetObject',
  's3:ListBucket',
  's3:GetObjct',
  'sts:GetCallerIdentity',
  'sqs:*',
  '*',
  'x',
  'a:b:c',
  '',
  'iam:PassRole',
);
const resource = fc.constantFrom(
  '*',
  'arn:aws:s3:::b',
  'arn:aws:s3:::b/*',
  'arn:aws:sqs:eu-west-1:1:q',
  'b',
  '',
  'arn:',
  '${aws:x',
);
const odd = fc.oneof(fc.constant(null), fc.integer(), fc.constant({}), fc.constant([]), fc.constant('Allow'));
const oneOrMany = (one: fc.Arbitrary<string>): fc.Arbitrary<unknown> =>
  fc.oneof(one, fc.array(one, { maxLength: 4 }), odd);
const statement = fc.record(
  {
    Sid: fc.oneof(fc.constantFrom('A', 'B c', ''), odd),
    Effect: fc.oneof(fc.constantFrom('Allow', 'Deny', 'allow'), odd),
    Action: oneOrMany(action),
    NotAction: oneOrMany(action),
    Actions: oneOrMany(action),
    Resource: oneOrMany(resource),
    NotResource: oneOrMany(resource),
    Condition: fc.oneof(fc.constant({ StringEqual: { 'a:b': 'c' } }), odd),
    Principal: odd,
  },
  { requiredKeys: [] },
);
const policy = fc.record(
  {
    Version: fc.oneof(fc.constantFrom('2012-10-17', '2012-10-18'), odd),
    Statement: fc.oneof(statement, fc.array(fc.oneof(statement, odd), { maxLength: 4 }), odd),
  },
  { requiredKeys: [] },
);

test('law: no policy makes the linter throw, and every fix leaves JSON with less or other findings', () => {
  fc.assert(
    fc.property(policy, fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      for (const f of lintPermissionText(text, reference).findings) {
        assert.ok(f.start >= 0 && f.end <= text.length && f.start < f.end, `${f.code} ${f.start} ${f.end}`);
        if (f.fix === undefined) continue;
        const after = applyEdits(text, f.fix.edits);
        assert.doesNotThrow(() => JSON.parse(after) as unknown, `${f.code}: ${after}`);
        assert.notEqual(after, text);
      }
    }),
    { numRuns: 400 },
  );
});

/** The same policy as HCL: JSON is an expression of HCL, and `${` is written `$${`. */
const hcl = (value: unknown): string =>
  `resource "aws_iam_policy" "p" {\n  policy = jsonencode(${JSON.stringify(value, null, 2).replace(/\$\{/g, '$$$${')})\n}\n`;

test('law: in Terraform code every fix leaves code that parses', () => {
  fc.assert(
    fc.property(policy, value => {
      const text = hcl(value);
      for (const f of lintPermissionsInCode(parseHcl(text), text, reference).findings) {
        if (f.fix === undefined) continue;
        const after = applyEdits(text, f.fix.edits);
        assert.deepEqual(parseHcl(after).problems, [], `${f.code}: ${after}`);
      }
    }),
    { numRuns: 200 },
  );
});

test('law: cut or mixed texts never throw', () => {
  fc.assert(
    fc.property(policy, fc.nat(), fc.string(), (value, at, noise) => {
      const text = JSON.stringify(value, null, 2);
      const cut = text.slice(0, at % (text.length + 1)) + noise;
      lintPermissionText(cut, reference);
      const code = hcl(value);
      const part = code.slice(0, at % (code.length + 1)) + noise;
      lintPermissionsInCode(parseHcl(part), part, reference);
    }),
    { numRuns: 300 },
  );
});

test('law: reading and explaining refusals never throws, and a change allows exactly what was refused', () => {
  const words = fc.constantFrom(
    'User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: s3:GetObject',
    ' on resource: "arn:aws:s3:::b/k"',
    ' because no identity-based policy allows the s3:GetObject action',
    ' with an explicit deny',
    'operation error S3: PutObject, api error AccessDenied: no',
    '{"errorCode":"AccessDenied","eventName":"X"}',
    'Encoded authorization failure message: aaaaaaaaaaaaaaaaaaaaaaaaa',
    '\n│ ',
    '"',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string()), { maxLength: 8 }), policy, (parts, value) => {
      const text = JSON.stringify(value);
      for (const denial of readDenials(parts.join(''), reference.actions)) {
        const { change } = explainDenial(denial, [{ name: 'p', text }], undefined, reference);
        if (change !== undefined) assert.doesNotThrow(() => JSON.parse(applyEdits(text, change.edits)) as unknown);
      }
    }),
    { numRuns: 300 },
  );
});
