import type { ParsedFile } from './ast';
import { BodyParser } from './bodies';
import type { ParseOptions } from './scanner';

export type { ParseOptions } from './scanner';

/**
 * Parses HCL's native syntax. Never throws: broken text yields what can be read, and problems that say where reading stopped.
 * A text in which something never closes is parsed a second time, trusting its layout.
 */
export function parseHcl(text: string, options: ParseOptions = {}): ParsedFile {
  const strict = new BodyParser(text, false, options);
  const body = strict.file();
  if (!strict.unbalanced) return { body, problems: strict.problems, recovered: false, comments: strict.comments };
  const lenient = new BodyParser(text, true, options);
  const recovered = lenient.file();
  return {
    body: recovered,
    problems: lenient.problems.length > 0 ? lenient.problems : strict.problems,
    recovered: true,
    comments: lenient.comments,
  };
}
