import type { FileReader } from '../core/host';
import type { FileText, Module, Root } from './model';
import type { Expression } from './syntax/ast';
import { visitExpressions } from './syntax/walk';
import { evaluate, rootValues, stringOf } from './values';

/** Functions that read a file of the configuration while it is evaluated. */
const readers: ReadonlySet<string> = new Set(['file', 'templatefile', 'fileexists']);
const mayRead = /\b(?:file|templatefile|fileexists)\s*\(/;

const maximumBytes = 256 * 1024;
const maximumFiles = 200;
/** Uses of one module that are looked at. */
const maximumUses = 50;

/**
 * The files that functions in the code read, by their paths as Terraform sees them: those inside of `inside` by their real path, up to a
 * size. What stands in them is for evaluating alone and is marked as such: it is never shown.
 */
export async function filesInCode(
  host: FileReader,
  root: Pick<Root, 'dir' | 'module' | 'modules' | 'tfvars'>,
  inside: string,
): Promise<ReadonlyMap<string, FileText>> {
  const calls = root.modules.flatMap(module => callsIn(module).map(call => ({ module, ...call })));
  const found = new Map<string, FileText>();
  if (calls.length === 0) return found;
  const values = rootValues(root);
  const wanted = new Set<string>();
  for (const { module, argument, file } of calls)
    for (const scope of values.uses(module).slice(0, maximumUses)) {
      const path = stringOf(evaluate(argument, { ...scope.frame, file }));
      if (path !== undefined && wanted.size < maximumFiles) wanted.add(path);
    }
  const border = await host.canonical(inside);
  for (const path of wanted) found.set(path, await read(host, host.join(root.dir, path), border));
  return found;
}

function callsIn(module: Module): readonly { readonly argument: Expression; readonly file: string }[] {
  return module.files.flatMap(file => {
    if (!mayRead.test(file.text)) return [];
    const out: { argument: Expression; file: string }[] = [];
    visitExpressions(file.parsed.body, expression => {
      const [argument] = expression.kind === 'call' && readers.has(expression.name) ? expression.args : [];
      if (argument !== undefined) out.push({ argument, file: file.path });
    });
    return out;
  });
}

async function read(host: FileReader, path: string, border: string): Promise<FileText> {
  const real = await host.canonical(path);
  const relative = host.relative(border, real);
  if (relative === '..' || relative.startsWith('../') || host.join(border, relative) !== real)
    return { state: 'unknown', why: 'The file is outside of the repository and was not read.' };
  try {
    const text = await host.read(path, maximumBytes);
    if (text === undefined) return { state: 'absent' };
    if (text.includes('\0')) return { state: 'unknown', why: 'The file is encrypted or binary.' };
    return { state: 'read', text, path: real };
  } catch {
    return { state: 'unknown', why: 'The file is too large, or cannot be read.' };
  }
}
