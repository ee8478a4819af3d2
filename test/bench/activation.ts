import { writeFileSync } from 'node:fs';
import Module from 'node:module';
import * as vscode from 'vscode';

/** What of an activation is the extension's own: loading its files, and its function. */
interface Times {
  load: number;
  activate: number;
}

type Loader = (request: string, ...rest: readonly unknown[]) => unknown;

/**
 * Runs inside the extension host: activates do-nothing extensions and ours, one after the other, and writes down what each took.
 * The way through the host and back takes a hundred times as long as either, so both are measured where they happen.
 */
export async function run(): Promise<{ readonly passes: number }> {
  const { ids, out } = JSON.parse(process.env['TFC_OIDC_BENCH'] ?? '{}') as {
    readonly ids: readonly string[];
    readonly out: string;
  };
  const loader = Module as unknown as { _load: Loader };
  const original = loader._load;
  const all: Record<string, Times> = {};
  for (const id of ids) {
    const extension = vscode.extensions.getExtension<unknown>(id);
    if (extension === undefined) throw new Error(`${id} is not there`);
    if (extension.isActive) throw new Error(`${id} is active already`);
    const times: Times = { load: 0, activate: 0 };
    loader._load = function (this: unknown, request, ...rest) {
      const start = performance.now();
      const loaded = original.call(this, request, ...rest);
      if (!request.startsWith(extension.extensionPath) || times.load > 0) return loaded;
      times.load = performance.now() - start;
      const { activate } = loaded as { activate: (context: vscode.ExtensionContext) => unknown };
      return {
        activate: (context: vscode.ExtensionContext) => {
          const called = performance.now();
          const result = activate(context);
          times.activate = performance.now() - called;
          return result;
        },
      };
    };
    await extension.activate();
    loader._load = original;
    if (times.load === 0) throw new Error(`${id} was not loaded through Node's loader`);
    all[id] = times;
  }
  writeFileSync(out, JSON.stringify(all));
  return { passes: 1 };
}
