import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyToFile } from '../../../src/lint/edits/fixes';
import type { Finding, Fix } from '../../../src/lint/finding';
import { chosenFix, fixAllEdits } from '../../../src/lint/fixAll';
import { lintProject } from '../../../src/lint/lint';
import { filesOf, fixtureNames, fixtureTexts, projectOf } from '../../support/lintFixtures';

type Texts = Readonly<Record<string, string>>;

interface State {
  readonly texts: Texts;
  readonly findings: readonly Finding[];
  readonly problems: number;
}

async function lintTexts(texts: Texts): Promise<State & { readonly project: Awaited<ReturnType<typeof projectOf>> }> {
  const project = await projectOf(texts);
  const problems = filesOf(project).reduce((sum, file) => sum + file.parsed.problems.length, 0);
  return { texts, findings: lintProject(project), problems, project };
}

function apply(texts: Texts, edits: Fix['edits']): Texts {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, applyToFile({ path: `/p/${name}`, text }, edits)]),
  );
}

/** Without what a finding says of other blocks: it changes with them. */
const identity = (f: Finding): string =>
  f.code === 'assume-role'
    ? `${f.location.file} ${f.code}`
    : `${f.location.file} ${f.code} ${f.severity} ${f.message.replace(/ This root speaks as .*$/, '')}`;

/** A fix re-parses, removes exactly its finding, and there is nothing left to do for it. */
async function holdsForEachFix(texts: Texts): Promise<number> {
  const before = await lintTexts(texts);
  let count = 0;
  for (const finding of before.findings) {
    for (const fix of finding.fixes) {
      count++;
      const label = `${fix.id} for ${finding.code} at ${finding.location.file}:${finding.location.span.start}`;
      const after = await lintTexts(apply(texts, fix.edits));
      assert.ok(after.problems <= before.problems, `${label}: the text still parses\n${JSON.stringify(after.texts)}`);
      // A fix of the whole root stands at each of its findings, and makes all of them go.
      const edits = JSON.stringify(fix.edits);
      const isSame = (f: Finding): boolean => f.fixes.some(other => JSON.stringify(other.edits) === edits);
      const expected = before.findings.filter(f => f !== finding && !isSame(f)).map(identity);
      assert.deepEqual(
        after.findings.map(identity).sort(),
        expected.sort(),
        `${label}\n${Object.values(after.texts).join('\n---\n')}`,
      );
    }
  }
  return count;
}

/** "Fix all" takes every preferred fix with it, adds nothing, parses, and has nothing to do a second time. */
async function holdsForFixAll(texts: Texts): Promise<Texts> {
  const before = await lintTexts(texts);
  const chosen = before.findings.flatMap(finding => {
    const fix = chosenFix(finding, false);
    return fix === undefined ? [] : [{ finding, fix }];
  });
  const edits = fixAllEdits(
    filesOf(before.project),
    chosen.map(c => c.fix),
  );
  const after = await lintTexts(apply(texts, edits));
  assert.ok(after.problems <= before.problems, JSON.stringify(after.texts));
  const expected = before.findings.filter(f => !chosen.some(c => c.finding === f)).map(identity);
  assert.deepEqual(after.findings.map(identity).sort(), expected.sort(), Object.values(after.texts).join('\n---\n'));
  assert.deepEqual(
    after.findings.flatMap(f => chosenFix(f, false) ?? []),
    [],
  );
  return after.texts;
}

for (const name of fixtureNames) {
  test(`fixes of fixture ${name}`, async () => {
    const texts = await fixtureTexts(name);
    await holdsForEachFix(texts);
    await holdsForFixAll(texts);
  });
}

/** One argument or block of a provider, as somebody may have written it. */
const statements: readonly string[] = [
  'access_key = "a"',
  'secret_key = var.secret # why',
  'token = <<EOT\n}\n# no comment\nEOT',
  'profile = "x" /* c */',
  'shared_config_files = [\n    "a", # one\n    "b",\n  ]',
  'assume_role {\n    role_arn = "r"\n  }',
  'assume_role_with_web_identity {\n    # }\n    role_arn = "r"\n  }',
  'dynamic "assume_role" {\n    for_each = []\n    content {\n      role_arn = "r"\n    }\n  }',
  'skip_metadata_api_check = true',
  'max_retries = 3',
  'default_tags {\n    tags = { a = "}" }\n  }',
  'allowed_account_ids         = ["111122223333"]',
];
const decoration = fc.constantFrom(
  '',
  '\n',
  '\n\n',
  '  # about it\n',
  '  // one\n  // two\n',
  '  /* a\n     b */\n',
  '\n  # about\n',
  '  # about\n\n',
);
const provider = fc
  .tuple(
    fc.uniqueArray(fc.tuple(decoration, fc.constantFrom(...statements)), {
      maxLength: 7,
      selector: ([, statement]) => statement.split(/[ ={]/)[0],
    }),
    fc.constantFrom('', '\n', '  # end\n'),
    fc.constantFrom('{', '{ # }', '{\n'),
  )
  .map(
    ([parts, tail, open]) =>
      `# head\nprovider "aws" ${open}\n  region = "eu-central-1"\n${parts.map(([before, s]) => `${before}  ${s}\n`).join('')}${tail}}\n`,
  );

test('the laws hold for generated HCL', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(provider, { minLength: 1, maxLength: 2 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      async (blocks, eol, mark) => {
        const named = blocks.map((block, i) =>
          i === 0 ? block : block.replace('region =', 'alias = "b"\n  region ='),
        );
        const text = (mark ? '\uFEFF' : '') + named.join('\n').replace(/\n/g, eol);
        await holdsForEachFix({ 'main.tf': text });
        const after = await holdsForFixAll({ 'main.tf': text });
        const fixed = after['main.tf'] ?? '';
        assert.equal(fixed.startsWith('\uFEFF'), mark);
        if (eol === '\r\n') assert.doesNotMatch(fixed, /[^\r]\n/);
      },
    ),
    { numRuns: 150 },
  );
});

test('the laws hold for generated JSON', async () => {
  const members = fc.uniqueArray(
    fc.constantFrom(
      '"access_key": "a"',
      '"secret_key": "${var.x}"',
      '"profile": "p"',
      '"max_retries": 3',
      '"assume_role": {"role_arn": "r"}',
      '"assume_role": [{"role_arn": "r"}, {"role_arn": "s"}]',
      '"assume_role_with_web_identity": [{"role_arn": "r"}]',
      '"skip_metadata_api_check": true',
      '"default_tags": {"tags": {"a": "}"}}',
    ),
    { selector: member => member.split(':')[0] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(members, { minLength: 1, maxLength: 2 }),
      fc.constantFrom('', ' ', '\n    ', '\r\n\t'),
      fc.boolean(),
      async (blocks, space, asArray) => {
        const bodies = blocks
          .map((block, i) => ['"region": "x"', ...(i > 0 ? ['"alias": "b"'] : []), ...block])
          .map(block => `{${space}${block.reverse().join(`,${space}`)}${space}}`);
        const value = asArray || bodies.length > 1 ? `[${bodies.join(', ')}]` : (bodies[0] ?? '{}');
        const mark = asArray ? '\uFEFF' : '';
        const text = `${mark}{"provider": {"aws": ${value}}}`;
        await holdsForEachFix({ 'main.tf.json': text });
        const after = await holdsForFixAll({ 'main.tf.json': text });
        const fixed = after['main.tf.json'] ?? '';
        assert.ok(fixed.startsWith(mark));
        JSON.parse(fixed.slice(mark.length));
      },
    ),
    { numRuns: 150 },
  );
});

test('the laws can fail: a removal that leaves a comma behind is noticed', async () => {
  const texts = { 'main.tf.json': '{"provider": {"aws": {"region": "x", "profile": "p"}}}' };
  const { findings } = await lintTexts(texts);
  const [finding] = findings;
  assert.ok(finding);
  const broken = await lintTexts({ 'main.tf.json': texts['main.tf.json'].replace('"profile": "p"', '') });
  assert.ok(broken.problems > 0);
});
