import type { CliContext, Command } from '../../src/cli/command';
import type { ExitCode } from '../../src/cli/exitCode';

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
  let out = '';
  let err = '';
  const code = await command.call(
    {
      cwd: options.cwd,
      env: options.env ?? {},
      signal: new AbortController().signal,
      out: (text: string) => (out += text),
      err: (text: string) => (err += text),
      raw: (text: string) => (out += text),
      progress: (text: string) => (err += text),
      interactive: false,
      ...(options.time && { time: options.time }),
    },
    args,
  );
  return { code, out, err };
}
