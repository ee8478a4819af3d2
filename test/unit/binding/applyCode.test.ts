import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codeExecutor, hashOf } from '../../../src/binding/apply/code';
import type { CodeChange, Json } from '../../../src/binding/change';
import { applyEdits, type TextEdit } from '../../../src/core/text';

const never = new AbortController().signal;

function folder(text: string) {
  const files = new Map([['main.tf', text]]);
  const executor = codeExecutor({
    read: file => Promise.resolve(files.get(file)),
    write: (file, next) => {
      files.set(file, next);
      return Promise.resolve();
    },
  });
  return { files, executor };
}

function change(text: string, edits: readonly TextEdit[]): CodeChange {
  return {
    kind: 'code',
    id: 'c',
    title: 'Edit main.tf',
    before: undefined,
    after: undefined,
    language: 'terraform',
    destructive: false,
    undoable: true,
    file: 'main.tf',
    edits,
    expectedHash: hashOf(text),
  };
}

async function prepared(executor: ReturnType<typeof folder>['executor'], of: CodeChange): Promise<Json> {
  const result = await executor.prepare?.(of, never);
  assert.ok(result?.ok);
  return result.value;
}

test('edits are made and taken back, whatever they are', async () => {
  const cases = fc.string({ minLength: 1, maxLength: 60 }).chain(text =>
    fc.record({
      text: fc.constant(text),
      cuts: fc.uniqueArray(fc.nat(text.length), { minLength: 2, maxLength: 8 }),
      words: fc.array(fc.string({ maxLength: 5 }), { minLength: 4, maxLength: 4 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ({ text, cuts, words }) => {
      const sorted = [...cuts].sort((a, b) => a - b);
      const edits: TextEdit[] = [];
      for (let i = 0; i + 1 < sorted.length; i += 2) {
        edits.push({
          file: 'main.tf',
          span: { start: sorted[i] ?? 0, end: sorted[i + 1] ?? 0 },
          newText: words[i / 2] ?? '',
        });
      }
      const of = change(text, edits);
      const { files, executor } = folder(text);
      const plan = await prepared(executor, of);
      assert.ok((await executor.perform(of, false, plan, never)).ok);
      assert.equal(files.get('main.tf'), applyEdits(text, edits));
      const undone = await executor.undo(of, plan, 'done', never);
      assert.ok(undone.ok && undone.state !== 'kept');
      assert.equal(files.get('main.tf'), text);
    }),
  );
});

const text = 'provider "aws" {\n  region = "eu-west-1"\n}\n';
const edit: TextEdit = { file: 'main.tf', span: { start: 17, end: 40 }, newText: '' };

test('a file that changed is left alone, before and after', async () => {
  const { files, executor } = folder(text);
  const of = change(text, [edit]);
  files.set('main.tf', `${text}\n`);
  const early = await executor.prepare?.(of, never);
  assert.ok(early && !early.ok && early.problem.code === 'changed-since-plan');
  files.set('main.tf', text);
  const plan = await prepared(executor, of);
  files.set('main.tf', `# mine\n${text}`);
  assert.ok(!(await executor.perform(of, false, plan, never)).ok);
  files.set('main.tf', text);
  await executor.perform(of, false, plan, never);
  files.set('main.tf', `${files.get('main.tf')}# mine\n`);
  const undone = await executor.undo(of, plan, 'done', never);
  assert.deepEqual(undone, { ok: true, state: 'kept', why: 'The file was changed since.' });
});

test('a resumed edit knows whether it was made', async () => {
  const { files, executor } = folder(text);
  const of = change(text, [edit]);
  const plan = await prepared(executor, of);
  assert.ok((await executor.perform(of, true, plan, never)).ok);
  const once = files.get('main.tf');
  assert.ok((await executor.perform(of, true, plan, never)).ok);
  assert.equal(files.get('main.tf'), once);
});

test('removed key material is not kept for an undo', async () => {
  for (const secret of [
    '  access_key = "AKIAIOSFODNN7EXAMPLE"\n',
    '  secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"\n',
    '"secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"',
  ]) {
    const { executor } = folder(secret);
    const of = change(secret, [{ file: 'main.tf', span: { start: 0, end: secret.length }, newText: '' }]);
    const plan = await prepared(executor, of);
    assert.ok(!JSON.stringify(plan).includes('EXAMPLE'));
    await executor.perform(of, false, plan, never);
    const undone = await executor.undo(of, plan, 'done', never);
    assert.ok(undone.ok && undone.state === 'kept' && undone.why?.includes('version control'));
  }
});
