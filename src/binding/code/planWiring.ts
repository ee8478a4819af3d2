import { type Problem, unwrap } from '../../core/problem';
import type { Finding } from '../../lint/finding';
import type { Root, SourceFile } from '../../terraform/model';
import { readRoot } from '../../terraform/read';
import type { CodePlan } from '../plan/code';
import { CodeDraft } from './draft';
import type { RootReading } from './planRoot';
import { nextStackStep, type StackChoice } from './stackWiring';

/** The changes of a Stack's code, with one sentence for each step. */
export interface WiringPlan extends CodePlan {
  readonly notes: readonly string[];
}

/**
 * The changes by which the deployments of a Stack use these roles: step after step, each on the text that the one before left. A problem
 * is one that a person puts right by hand; then nothing of the code is changed.
 */
export async function planStackWiring(
  { host, env, boundary }: RootReading,
  code: { readonly root: Root; readonly findings: readonly Finding[] },
  choice: StackChoice,
  nameOf: (file: SourceFile) => string,
  signal: AbortSignal,
): Promise<WiringPlan> {
  const { root, findings } = code;
  const draft = new CodeDraft(host);
  const notes: string[] = [];
  const original = new Map(root.modules.flatMap(m => m.files).map(f => [f.path, f]));
  let now = root;
  // Each step adds something that is missing; there are four kinds, for each deployment and provider.
  for (let n = 0; n < 1000; n++) {
    const step = nextStackStep(now, choice);
    if (!step.ok) return refused(step.problem);
    if (step.value === undefined) break;
    const { file, text, what } = step.value;
    draft.write([{ file: original.get(file.path) ?? file, text }]);
    notes.push(`Adds ${what}.`);
    const again = await readRoot(draft.files, env, root.dir, boundary, { signal });
    if (again === undefined || text === file.text) break;
    now = again;
  }
  const changes = draft.changes(file => `Wire the credentials in ${nameOf(file)}`, findings);
  return { changes, fixed: [], problems: [], notes };
}

const refused = (problem: Problem): WiringPlan => ({ changes: [], fixed: [], problems: [problem], notes: [] });

/** The same for a caller that has nothing else to do: a problem is thrown. */
export function wiringOrProblem(plan: WiringPlan): WiringPlan {
  const [problem] = plan.problems;
  return problem === undefined ? plan : unwrap({ ok: false, problem });
}
