import { inEditor } from '../../core/editorText';
import type { Problem } from '../../core/problem';
import { type WayOut, wayOutOf } from '../wayOut';
import type { PageAction, Section } from './model';

/** What leads out, where that is no field or button of the page itself. */
const ways: Partial<Readonly<Record<WayOut['kind'], PageAction>>> = {
  'sign-in': { id: 'sign-in', label: 'Sign In…' },
  names: { id: 'names', label: 'Show What There Is…' },
};

function waysOut(problem: Problem): readonly PageAction[] {
  const way = wayOutOf(problem);
  const action = way && ways[way.kind];
  return action === undefined ? [] : [action];
}

/** What keeps a page from writing anything, each with its next step; nothing where nothing does. */
export const inTheWay = (problems: readonly Problem[]): readonly Section[] =>
  problems.length === 0
    ? []
    : [
        {
          kind: 'checks',
          heading: 'In the way',
          rows: problems.map(p => ({
            state: 'wrong',
            title: p.message,
            details: [],
            next: inEditor(p.nextStep),
            actions: waysOut(p),
          })),
        },
      ];
