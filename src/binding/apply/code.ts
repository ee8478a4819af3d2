import { createHash } from 'node:crypto';
import { fail, ok, type Problem } from '../../core/problem';
import { applyEdits, type TextEdit } from '../../core/text';
import type { Executor } from './apply';
import type { CodeChange, Json } from '../change';
import { holdsSecret } from '../journal/secretText';

/** The files that code changes touch. `write` replaces a file at once or not at all. */
export interface CodeFiles {
  read(file: string): Promise<string | undefined>;
  write(file: string, text: string): Promise<void>;
}

export const hashOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The edits that turn the new text back into the old one. */
function inverseEdits(text: string, edits: readonly TextEdit[]): readonly TextEdit[] {
  let shift = 0;
  return [...edits]
    .sort((a, b) => a.span.start - b.span.start)
    .map(edit => {
      const start = edit.span.start + shift;
      const removed = text.slice(edit.span.start, edit.span.end);
      shift += edit.newText.length - removed.length;
      return { file: edit.file, span: { start, end: start + edit.newText.length }, newText: removed };
    });
}

interface Prepared {
  readonly after: string;
  /** `undefined`: the removed text may hold a key, so it is not kept. */
  readonly back: readonly TextEdit[] | undefined;
}

function readPrepared(value: Json): Prepared | undefined {
  if (typeof value !== 'object' || value === null || !('after' in value)) return undefined;
  const { after, back } = value as { after: string; back: readonly TextEdit[] | null };
  return { after, back: back ?? undefined };
}

const changed = (change: CodeChange): Problem => ({
  code: 'changed-since-plan',
  message: `Not done: "${change.title}". ${change.file} is no longer as it was shown.`,
  nextStep: 'Plan again and look at the differences.',
});

/** Edits files that are still what the plan saw; undo restores the text where nothing else changed since. */
export function codeExecutor(files: CodeFiles): Executor<CodeChange> {
  return {
    async prepare(change) {
      const text = await files.read(change.file);
      if (text === undefined || (change.expectedHash !== undefined && hashOf(text) !== change.expectedHash))
        return fail(changed(change));
      const back = inverseEdits(text, change.edits);
      const hidden = !change.undoable || back.some(edit => holdsSecret(edit.newText));
      return ok({ after: hashOf(applyEdits(text, change.edits)), back: hidden ? null : (back as unknown as Json) });
    },
    async perform(change, resumed, prepared) {
      const text = await files.read(change.file);
      const plan = readPrepared(prepared);
      if (text === undefined || plan === undefined) return { ok: false, effect: 'none', problem: changed(change) };
      if (resumed && hashOf(text) === plan.after) return { ok: true, ours: true, outcome: prepared };
      const next = applyEdits(text, change.edits);
      if (hashOf(next) !== plan.after) return { ok: false, effect: 'none', problem: changed(change) };
      await files.write(change.file, next);
      return { ok: true, ours: true, outcome: prepared };
    },
    async undo(change, outcome) {
      const plan = readPrepared(outcome);
      const text = await files.read(change.file);
      if (plan === undefined || text === undefined) return { ok: true, state: 'kept', why: 'The file is gone.' };
      const hash = hashOf(text);
      if (hash === change.expectedHash) return { ok: true, state: 'nothing' };
      if (hash !== plan.after) return { ok: true, state: 'kept', why: 'The file was changed since.' };
      if (plan.back === undefined) {
        return {
          ok: true,
          state: 'kept',
          why: 'The removed text holds a value that may be a key, which is never kept. Restore it from version control.',
        };
      }
      await files.write(change.file, applyEdits(text, plan.back));
      return { ok: true, state: 'undone' };
    },
  };
}
