import type { ParsedFile } from './ast';
import { BodyParser } from './bodies';
import type { ParseOptions } from './scanner';

export type { ParseOptions } from './scanner';

/**
 * Parses HCL's native syntax (https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md). Never throws: broken text
 * yields what can be read, and problems that say where reading stopped. A text in which something never closes is read a
 * second time, trusting its layout.
 */
export function parseHcl(text: string, options: ParseOptions = {}): ParsedFile {
  return parseWith(recovering => new BodyParser(text, recovering, options));
}

/** As `parseHcl`, with the parser given: tests give ones that count steps or carry planted defects. */
export function parseWith(createParser: (recovering: boolean) => BodyParser): ParsedFile {
  const strict = createParser(false);
  const body = strict.file();
  if (!strict.unbalanced) return { body, problems: strict.problems, recovered: false, comments: strict.comments };
  const lenient = createParser(true);
  const recovered = lenient.file();
  const problems = lenient.problems.length > 0 ? lenient.problems : strict.problems;
  return { body: recovered, problems, recovered: true, comments: lenient.comments };
}
