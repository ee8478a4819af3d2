import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planFixes } from '../../../src/binding/plan/code';
import { applyToFile } from '../../../src/lint/edits/fixes';
import { lintProject } from '../../../src/lint/lint';
import { identitiesByOracle } from '../../support/hcl/identities';
import { filesOf, fixtureNames, fixtureTexts, projectOf } from '../../support/lintFixtures';

type Texts = Readonly<Record<string, string>>;

/** The texts after "fix". */
async function fixed(texts: Texts): Promise<Texts> {
  const project = await projectOf(texts);
  const files = filesOf(project);
  const findings = lintProject(project);
  const plan = planFixes(files, findings, findings, f => f.path, { roots: project.roots, callersKnown: true });
  const out: Record<string, string> = { ...texts };
  for (const { file: path, edits } of plan.changes) {
    const file = files.find(f => f.path === path);
    if (file !== undefined) out[path.slice('/p/'.length)] = applyToFile(file, edits);
  }
  return out;
}

/** As many AWS identities in each folder as before, counted by a parser that is not ours. */
async function holds(texts: Texts): Promise<boolean> {
  const after = await fixed(texts);
  const [counts, now] = [await identitiesByOracle(texts), await identitiesByOracle(after)];
  for (const [folder, keys] of counts)
    assert.equal(now.get(folder)?.size, keys.size, `${folder}\n${JSON.stringify(after)}`);
  return JSON.stringify(after) !== JSON.stringify(texts);
}

test('"fix" leaves every fixture project as many AWS identities as it had', async () => {
  let changed = 0;
  for (const name of fixtureNames) if (await holds(await fixtureTexts(name))) changed++;
  assert.ok(changed >= 10, `${changed} projects were changed`);
});

test('"fix" leaves generated roots as many AWS identities as they had', async () => {
  const credential = fc.constantFrom(
    '',
    'profile = "a"',
    'profile = "b"',
    'profile = null',
    'access_key = var.a\n  secret_key = var.s',
    'access_key = var.b\n  secret_key = var.s',
    'shared_config_files = ["x"]',
    'assume_role {\n    role_arn = "arn:aws:iam::111122223333:role/r"\n  }',
    ...['a', 'b'].map(
      p =>
        `profile = "${p}"\n  dynamic "assume_role" {\n    for_each = var.a == "" ? [] : ["r"]\n    content {\n      role_arn = "arn:aws:iam::111122223333:role/${p}"\n    }\n  }`,
    ),
    'profile = "a"\n  assume_role {\n    role_arn = "arn:aws:iam::444455556666:role/r"\n  }',
  );
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(credential, { minLength: 1, maxLength: 4 }), async credentials => {
      const blocks = credentials.map(
        (c, i) => `provider "aws" {\n  region = "eu-west-1"\n${i === 0 ? '' : `  alias = "x${i}"\n`}  ${c}\n}\n`,
      );
      const variables = ['a', 'b', 's'].map(name => `variable "${name}" {}\n`).join('');
      if (await holds({ 'main.tf': `${variables}${blocks.join('')}` })) changed++;
    }),
    { numRuns: 200 },
  );
  assert.ok(changed >= 5, `${changed} roots were changed`);
});
