import type { Location } from '../../core/text';
import type { ModuleCall, ProjectProblem } from '../../terraform/model';

/** Code of the configuration that could not be read: what it needs is not in the policy. */
export interface Unread {
  readonly what: 'file' | 'folder' | 'module' | 'block';
  readonly message: string;
  /** Of a file that was not read at all: its beginning. */
  readonly location: Location;
  /** Of a module: `module.network`. */
  readonly address?: string;
  /** Nothing is broken: `terraform init` has not brought the module yet. */
  readonly notFetched?: boolean;
}

/** Files and folders that were left out, and files whose syntax is broken: blocks behind the mistake may be lost; and blocks of unknown types. Each once. */
export function unreadFiles(problems: readonly ProjectProblem[]): readonly Unread[] {
  const found = new Map<string, Unread>();
  for (const { code, message, location } of problems) {
    if (location === undefined) continue;
    if (code === 'block-unread')
      found.set(`${location.file} ${location.span.start}`, { what: 'block', message, location });
    if (found.has(location.file)) continue;
    if (code === 'syntax')
      found.set(location.file, {
        what: 'file',
        message: `The syntax is broken: ${message.replace(/\.$/, '')}.`,
        location,
      });
    if (code === 'file-skipped' || code === 'folder-skipped')
      found.set(location.file, { what: code === 'file-skipped' ? 'file' : 'folder', message, location });
  }
  return [...found.values()];
}

/** @param address with the modules around it: `module.network` */
export function unreadModule(call: ModuleCall, address: string): Unread {
  const { source } = call;
  const where = source.state === 'known' ? source.value : '';
  const notFetched = !/^\.\.?(?:[/\\]|$)/.test(where);
  const why = notFetched
    ? 'run terraform init, then its resources count too'
    : call.dir === undefined
      ? `${where} is outside of the repository`
      : `there is no folder that can be read at ${where}`;
  const location = { file: call.file.path, span: { start: call.block.typeSpan.start, end: call.block.typeSpan.end } };
  return { what: 'module', message: `${address} could not be read: ${why}.`, location, address, notFetched };
}
