import { parseHcl } from '../../syntax/hcl';
import type { Expression } from '../../syntax/ast';
import type { BoundName } from '../frame';
import type { Context } from './definition';
import type { Outcome } from '../operators';
import { bool, isMap, text, unknown, withMarks, type Value } from '../value';
import { aString, type Definition, textAt } from './definition';

/** The text of a file, marked as such: it may hold anything, and is never shown. */
function textOfFile(path: string, { frame }: Context): Outcome {
  const file = frame.scope.readFile(path);
  if (file.state === 'absent') return 'There is no such file';
  if (file.state === 'unknown') return unknown(file.why, { type: 'string', notNull: true });
  return text(file.text.normalize(), { mark: { kind: 'file', path: file.path } });
}

function templatefile(args: readonly Value[], context: Context): Outcome {
  const source = textOfFile(textAt(args, 0), context);
  const variables = args[1];
  if (typeof source === 'string' || source.kind !== 'string') return source;
  if (variables === undefined || !isMap(variables)) return '"templatefile" needs its variables as an object';
  const parsed = parseTemplate(source.value);
  if (parsed === undefined) return unknown('The template could not be read.', { type: 'string', notNull: true });
  let names: BoundName | undefined;
  for (const [name, value] of variables.entries) names = { name, value, outer: names };
  const { value } = context.reader.attempt(parsed, { scope: context.frame.scope, names });
  return withMarks(value, source.marks);
}

const marker = 'END_OF_TEMPLATE_FILE';

/** The content of a file as a template. */
function parseTemplate(content: string): Expression | undefined {
  const { body, problems } = parseHcl(`v=<<${marker}\n${content}\n${marker}\n`);
  const value = body.attributes[0]?.value;
  if (problems.length > 0 || value === undefined) return undefined;
  if (value.kind === 'string') return { ...value, value: value.value.replace(/\n$/, '') };
  if (value.kind !== 'template') return undefined;
  const last = value.parts.at(-1);
  if (last?.kind !== 'text') return value;
  return { ...value, parts: [...value.parts.slice(0, -1), { ...last, value: last.value.replace(/\n$/, '') }] };
}

export const files: Readonly<Record<string, Definition>> = {
  file: { takes: [aString], gives: 'string', apply: (args, context) => textOfFile(textAt(args, 0), context) },
  templatefile: {
    takes: [aString, { type: 'dynamic', accepts: 'parts' }],
    gives: 'string',
    apply: templatefile,
  },
  fileexists: {
    takes: [aString],
    gives: 'bool',
    apply: (args, { frame }) => {
      const file = frame.scope.readFile(textAt(args, 0));
      return file.state === 'unknown'
        ? unknown(file.why, { type: 'bool', notNull: true })
        : bool(file.state === 'read');
    },
  },
  basename: {
    takes: [aString],
    gives: 'string',
    total: true,
    apply: args => {
      const path = textAt(args, 0).replace(/(?<=^\/|[^/])\/+$/, '');
      return text(path === '' ? '.' : path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1));
    },
  },
  dirname: {
    takes: [aString],
    gives: 'string',
    total: true,
    apply: args => {
      const path = textAt(args, 0);
      const at = path.lastIndexOf('/');
      const folder = path.slice(0, at + 1);
      if (folder.includes('//') || /(?:^|\/)\.\.?(?:\/|$)/.test(folder.replace(/^\.\//, '')))
        return unknown('The path is not written plainly.', { type: 'string', notNull: true });
      return text(at < 0 ? '.' : at === 0 ? '/' : folder.replace(/^\.\//, '').replace(/\/$/, '') || '.');
    },
  },
};
