import type { CliContext, Command, ExitCode } from '../../src/cli/command';
import { parseArgs } from 'node:util';

export interface CommandRun {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Runs one command of the CLI in this process, with an environment of its own. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly time?: CliContext['time'];
  },
): Promise<CommandRun> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: command.options,
    allowPositionals: true,
    strict: true,
  });
  let out = '';
  let err = '';
  const code = await command.run(
    {
      cwd: options.cwd,
      env: options.env ?? {},
      signal: new AbortController().signal,
      out: text => (out += text),
      err: text => (err += text),
      interactive: false,
      ...(options.time && { time: options.time }),
    },
    { values, positionals },
  );
  return { code, out, err };
}
