import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fileKind } from '../../../src/terraform/fileKinds';
import type { SourceFile } from '../../../src/terraform/model';
import { buildModule } from '../../../src/terraform/module';
import { mayCallModules, mayHoldState } from '../../../src/terraform/prefilter';
import { parseHcl } from '../../../src/terraform/syntax/hcl';
import { parseTerraformJson } from '../../../src/terraform/syntax/json';
import { fixtureNames, fixtureTexts } from '../../support/lintFixtures';

/** What the text rules out must not be there when it is parsed. */
function law(name: string, text: string): void {
  const kind = fileKind(name);
  if (kind === undefined) return;
  const parsed =
    kind.syntax === 'hcl'
      ? parseHcl(text)
      : parseTerraformJson(text, kind.role === 'config' || kind.role === 'tfvars' ? kind.role : 'stack');
  const file: SourceFile = { path: `/p/${name}`, ...kind, text, parsed };
  const { calls, terraformBlocks } = buildModule('/p', [file]);
  if (!mayCallModules(kind, text)) {
    assert.deepEqual(
      calls.filter(call => call.source.state !== 'absent'),
      [],
      `${name}:\n${text}`,
    );
  }
  const state = terraformBlocks.flatMap(t => t.body.blocks.filter(b => b.type === 'cloud' || b.type === 'backend'));
  if (!mayHoldState(kind, text)) assert.deepEqual(state, [], `${name}:\n${text}`);
}

test('files that are not parsed hold nothing of what is looked for: fixtures', async () => {
  let seen = 0;
  for (const fixture of fixtureNames) {
    for (const [name, text] of Object.entries(await fixtureTexts(fixture))) {
      law(name.split('/').pop() ?? '', text);
      seen++;
    }
  }
  assert.ok(seen >= fixtureNames.length);
});

const piece = fc.constantFrom(
  ...[
    'terraform',
    'cloud',
    'backend',
    'module',
    'component',
    'source',
    '"module"',
    '"s3"',
    '"a"',
    '{',
    '}',
    '=',
    '\n',
    ' ',
  ],
  ...[
    '"./m"',
    '"\\u006dodule"',
    '"\\u0073ource": "./m"',
    '"terraform": {"cloud": {}}',
    ':',
    ',',
    '#',
    '//',
    '<<E\nterraform\nE\n',
  ],
);

test('files that are not parsed hold nothing of what is looked for: whatever they are made of', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('main.tf', 'main.tf.json', 'a.tfcomponent.hcl', 'a.tfdeploy.hcl', 'x.tfvars', 'main.tofu'),
      fc.array(piece, { maxLength: 24 }).map(pieces => pieces.join('')),
      law,
    ),
    { numRuns: 3000 },
  );
});

test('a file without the words is not parsed, one with them is', () => {
  const config = fileKind('main.tf');
  const json = fileKind('main.tf.json');
  assert.ok(config && json);
  assert.equal(mayHoldState(config, 'resource "aws_s3_bucket" "b" {}\n'), false);
  assert.equal(mayHoldState(config, 'terraform {\n  cloud {}\n}\n'), true);
  assert.equal(mayCallModules(config, 'module "m" {\n  source = "./m"\n}\n'), true);
  assert.equal(mayCallModules(config, 'resource "x" "y" {\n  source = "./m"\n}\n'), false);
  assert.equal(mayCallModules(json, '{}'), true);
});
