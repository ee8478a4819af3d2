import type { Environment, FileReader } from '../../core/host';
import { applyToFile, combineEdits } from '../../lint/edits/fixes';
import { type GoneName, leftovers, valuesOf } from '../../lint/edits/leftovers';
import type { Finding } from '../../lint/finding';
import { lintRoot } from '../../lint/lint';
import type { Root, SourceFile } from '../../terraform/model';
import { readRoot } from '../../terraform/read';
import { type CodePlan, isBroken, planFixes } from '../plan/code';
import { CodeDraft, type NewText } from './draft';
import { mapProviders } from './providerMapping';

/** What is needed to read a root again. */
export interface RootReading {
  readonly host: FileReader;
  readonly env: Environment;
  /** The repository: child modules are followed inside of it. */
  readonly boundary: string;
}

/**
 * Everything that the code of a root needs for dynamic credentials: the lint fixes, and then, on the text that they leave, the mapping
 * of provider blocks to the workspace's tagged configurations. Without `fixes` the mapping alone. One change a file, with its difference.
 */
export async function planRootCode(
  reading: RootReading,
  { root, findings }: { readonly root: Root; readonly findings: readonly Finding[] },
  { tags, fixes: withFixes }: { readonly tags: readonly string[]; readonly fixes: boolean },
  nameOf: (file: SourceFile) => string,
  signal: AbortSignal,
): Promise<CodePlan> {
  const { host, env, boundary } = reading;
  const files = new Map([...root.modules.flatMap(m => m.files), ...root.otherFiles].map(f => [f.path, f]));
  const fixes = planFixes([...files.values()], withFixes ? findings : [], findings, nameOf, { roots: [root] });
  const draft = new CodeDraft(host);
  draft.write(
    fixes.changes.flatMap(({ file: path, edits }) => {
      const file = files.get(path);
      return file === undefined ? [] : [{ file, text: applyToFile(file, edits) }];
    }),
  );
  const problems = [...fixes.problems];
  const fixed = new Set(fixes.changes.map(c => c.file));
  const mapped = new Set<string>();
  const gone: GoneName[] = [...(fixes.leftovers?.names ?? [])];
  if (tags.length > 0) {
    const again = await readRoot(draft.files, env, root.dir, boundary, { signal });
    const mapping = again === undefined ? undefined : mapProviders(again, { tags, open: 'leave' });
    if (mapping?.ok === false) problems.push(mapping.problem);
    if (mapping?.ok === true) {
      draft.write(mapping.value.texts.map(({ file, text }) => ({ file: files.get(file.path) ?? file, text })));
      for (const { file } of mapping.value.texts) mapped.add(file.path);
      // Blocks that have a configuration of their own need their old credentials no more, where they did before.
      const whole = await readRoot(draft.files, env, root.dir, boundary, { signal });
      if (withFixes && whole !== undefined) draft.write(fixedTexts(whole, env, nameOf));
      const mappedRoot = await readRoot(draft.files, env, root.dir, boundary, { signal });
      if (mappedRoot !== undefined) gone.push(...tidy(draft, mappedRoot, root));
    }
  }
  const titleOf = (file: SourceFile): string => {
    const count = fixes.fixed.filter(f => f.location.file === file.path).length;
    const parts = [
      ...(fixed.has(file.path) && count > 0 ? [`fix ${count === 1 ? '1 finding' : `${count} findings`}`] : []),
      ...(mapped.has(file.path) ? ['map providers'] : []),
    ].join(' and ');
    if (parts === '') return `Remove what nothing uses any more in ${nameOf(file)}`;
    return `${parts.charAt(0).toUpperCase()}${parts.slice(1)} in ${nameOf(file)}`;
  };
  return { changes: draft.changes(titleOf, findings, valuesOf([root], gone)), fixed: fixes.fixed, problems };
}

/** The texts of a root after its lint fixes. */
function fixedTexts(root: Root, env: Environment, nameOf: (file: SourceFile) => string): readonly NewText[] {
  const findings = lintRoot(root, { environment: env });
  const files = new Map([...root.modules.flatMap(m => m.files), ...root.otherFiles].map(f => [f.path, f]));
  return planFixes([...files.values()], findings, findings, nameOf).changes.flatMap(({ file: path, edits }) => {
    const file = files.get(path);
    return file === undefined ? [] : [{ file, text: applyToFile(file, edits) }];
  });
}

/** Takes out what the code used before and uses no more now. */
function tidy(draft: CodeDraft, now: Root, before: Root): readonly GoneName[] {
  const files = new Map([...now.modules.flatMap(m => m.files), ...now.otherFiles].map(f => [f.path, f]));
  const left = leftovers([now], [], { mayChange: f => !isBroken(f), callersKnown: false, before: [before] });
  const edits = left.fixes.flatMap(fix => fix.edits);
  draft.write(
    [...new Set(edits.map(e => e.file))].flatMap(path => {
      const file = files.get(path);
      return file === undefined ? [] : [{ file, text: applyToFile(file, combineEdits(file, edits)) }];
    }),
  );
  return left.names;
}
