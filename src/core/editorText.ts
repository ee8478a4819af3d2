import type { Problem } from './problem';

/** A next step as the editor says it: options and commands of the terminal, which stand in parentheses, mean nothing there. */
export const inEditor = (nextStep: string): string => nextStep.replace(/ \((?:--|tfc-oidc )[^)]{0,400}\)/g, '');

/** What happened, and what to do next. A service's own words may lack their full stop. */
export const problemText = ({ message, nextStep }: Pick<Problem, 'message' | 'nextStep'>): string =>
  `${/[.!?)]$/.test(message) ? message : `${message}.`} ${inEditor(nextStep)}`;
