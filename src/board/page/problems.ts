import { inEditor } from '../../core/editorText';
import type { Problem } from '../../core/problem';
import type { Section } from './model';

/** What keeps a page from writing anything, each with its next step; nothing where nothing does. */
export const inTheWay = (problems: readonly Problem[]): readonly Section[] =>
  problems.length === 0
    ? []
    : [
        {
          kind: 'checks',
          heading: 'In the way',
          rows: problems.map(p => ({ state: 'wrong', title: p.message, details: [], next: inEditor(p.nextStep) })),
        },
      ];
