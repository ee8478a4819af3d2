import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  actionAt,
  type ActionKnowledge,
  actionNameAt,
  describeAction,
  proposals,
} from '../../../../src/iam/reference/actionLanguage';
import { readDescriptions } from '../../../../src/iam/reference/reference';
import { resourceReference } from '../../../../src/cli/permissionData';
import { permissionFile } from '../../../../src/node/permissionFiles';

const reference = resourceReference();
const knowledge: ActionKnowledge = {
  reference,
  descriptions: readDescriptions(permissionFile('descriptions.json.gz'), reference.actions),
};

/** `|` is the cursor. */
function typedAt(marked: string): string | undefined {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const place = actionAt(text, offset);
  return place === undefined ? undefined : `${place.typed}>${text.slice(place.start, place.end)}`;
}

test('the cursor stands in a list of actions: JSON, jsonencode, aws_iam_policy_document', () => {
  assert.equal(typedAt('{ "Action": "s3:Ge|tObject" }'), 's3:Ge>s3:GetObject');
  assert.equal(typedAt('{ "NotAction": ["a:b", // no\n "s3:|"] }'), 's3:>s3:');
  assert.equal(typedAt('Action = ["|'), '>');
  assert.equal(typedAt('Action   : "sqs|"'), 'sqs>sqs');
  assert.equal(typedAt('actions = [\n  "a:b",\n  # more\n  "ec2:Desc|\n'), 'ec2:Desc>ec2:Desc');
  assert.equal(typedAt('Action = ["a:b", # Action = no\n "s3:|'), 's3:>s3:');
  assert.equal(typedAt('Action = "a:b"\nAction = ["s3:|'), 's3:>s3:');
  assert.equal(typedAt('not_actions = ["x|"]'), 'x>x');
});

test('other strings are none of it', () => {
  for (const text of [
    '{ "Resource": "s3:|" }',
    '{ "Action": "s3:GetObject", "Resource": "|" }',
    '{ "Action": ["s3:GetObject"], "Sid": "|" }',
    'transactions = ["|"]',
    'actions = [|]',
    '|',
  ])
    assert.equal(typedAt(text), undefined, text);
});

test('a long text without an end is judged at once', () => {
  assert.equal(typedAt(`actions = [${'"a:b", \n '.repeat(4000)}x|`), undefined);
  assert.equal(typedAt(`"Action": [${' '.repeat(19_000)}x|`), undefined);
});

test('services first, then the actions of one with level and description, patterns last', () => {
  const services = proposals('s', knowledge);
  assert.ok(services.some(p => p.text === 's3:' && p.detail === 'Amazon S3' && p.kind === 'service'));
  const actions = proposals('S3:Get', knowledge);
  const get = actions.find(p => p.text === 's3:GetObject');
  assert.equal(get?.detail, 'Read');
  assert.match(get.documentation, /retrieve objects/);
  assert.ok(actions.some(p => p.text === 's3:Get*' && p.kind === 'pattern'));
  assert.deepEqual(proposals('nosuch:', knowledge), []);
});

test('what an action does, which resources it takes, its condition keys', () => {
  const text = describeAction('S3:getobject', knowledge) ?? '';
  assert.match(text, /\*\*s3:GetObject\*\* · Read · Amazon S3/);
  assert.match(text, /- object: `arn:\$\{Partition\}:s3:::\$\{BucketName\}\/\$\{ObjectName\}`/);
  assert.match(text, /`s3:ExistingObjectTag\/<key>`/);
  assert.match(describeAction('sts:GetCallerIdentity', knowledge) ?? '', /Takes no resource/);
  assert.match(describeAction('sqs:Get*', knowledge) ?? '', /matches 2 actions: 2 Read/);
  assert.equal(describeAction('sqs:Nothing', knowledge), undefined);
});

test('every action has a description and a name of its service', () => {
  for (const fact of reference.actions.matching('*')) {
    const found = knowledge.descriptions.find(fact);
    assert.ok(found !== undefined && found.text.length > 3, fact.name);
    assert.ok((knowledge.descriptions.nameOf(fact.name.split(':')[0] ?? '') ?? '').length > 1, fact.name);
    // Two sources of one fact: the list says whether there are resources, the reference which.
    assert.equal(reference.typesOf(fact).length > 0, fact.scoped, fact.name);
  }
});

test('the name of an action under the cursor', () => {
  const text = 'actions = ["s3:GetObject", "sqs:*"]\nx = "a:b:c"';
  assert.equal(actionNameAt(text, text.indexOf('Get'))?.name, 's3:GetObject');
  assert.equal(actionNameAt(text, text.indexOf('sqs'))?.name, 'sqs:*');
  assert.equal(actionNameAt(text, 2), undefined);
  assert.equal(actionNameAt(text, text.length - 3), undefined);
});
