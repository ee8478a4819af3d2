import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeChange } from '../../../src/binding/plan/code';
import { lineEdits } from '../../../src/core/diff';
import { lintRoot } from '../../../src/lint/lint';
import { readProject } from '../../../src/terraform/read';
import { memoryFiles } from '../../support/memoryFiles';

test('a change that writes lines anew shows neither the key that was there nor the token', async () => {
  const key = 'AKIAIOSFODNN7EXAMPLE';
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const cases = {
    '/p/main.tf.json': `{"provider":{"aws":[{"region":"eu-west-1","access_key":"${key}","secret_key":"${secret.replaceAll('/', '\\/')}"}]}}\n`,
    '/q/main.tf': `provider "aws" { access_key = "${key}" }\n`,
  };
  const project = await readProject(memoryFiles(cases), {}, '/', '/');
  for (const root of project.roots) {
    const findings = lintRoot(root, { environment: {} });
    for (const file of root.module.files) {
      const text =
        file.syntax === 'json'
          ? `${JSON.stringify(JSON.parse(file.text), null, 2)}\n`
          : file.text.replace('{ ', '{\n  ').replace(' }', '\n}');
      const change = codeChange(file, lineEdits(file.path, file.text, text), 'Write it anew', findings);
      const shown = `${change.before ?? ''}${change.after ?? ''}`;
      assert.ok(shown.includes('access_key'), shown);
      for (const value of [key, secret, secret.replaceAll('/', '\\/')]) assert.ok(!shown.includes(value), shown);
    }
  }
});
