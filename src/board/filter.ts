import type { BoardInput, BoardRoot, BoardState, BoardWorkspace } from './model';
import type { Summary } from './summary';
import { wordOf } from './words';

/** What is shown: roots and workspaces of one state, and those in which a text stands. */
export interface Filter {
  readonly state?: BoardState;
  readonly text?: string;
}

/** Does a root fit? The text is looked for in its folder, its workspaces, and its findings with their places. */
export function fits<W extends BoardWorkspace>(
  input: BoardInput<BoardRoot, W>,
  summary: Summary,
  { state, text }: Filter,
): boolean {
  if (state !== undefined && summary.state !== state) return false;
  if (text === undefined || text === '') return true;
  const wanted = text.toLowerCase();
  const { findings } = input.analysed;
  const texts = [input.label, summary.reason, ...(input.status?.names ?? [])];
  return (
    texts.some(t => t.toLowerCase().includes(wanted)) ||
    findings.some(f => [f.code, f.message, input.place(f.location)].some(t => t.toLowerCase().includes(wanted)))
  );
}

/** What the filter hides, in one sentence; nothing where it hides nothing. */
export function filterText({ state, text }: Filter): string {
  if (state !== undefined && text !== undefined && text !== '')
    return `Only what is "${wordOf(state)}" and holds "${text}" is shown.`;
  if (state !== undefined) return `Only what is "${wordOf(state)}" is shown.`;
  return text === undefined || text === '' ? '' : `Only what holds "${text}" is shown.`;
}
