import type { CliContext, Command } from '../../src/cli/command';
import type { ExitCode } from '../../src/cli/exitCode';
import { holdToSchema, isJson } from './reportSchema';
import { main } from '../../src/cli/main';

interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly time?: CliContext['time'];
}

export interface CommandRun<Code extends number = ExitCode> {
  readonly code: Code;
  readonly out: string;
  readonly err: string;
}

/** Runs one command of the CLI in this process, with an environment of its own. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  options: Surroundings,
): Promise<CommandRun> {
  const run = await collected(options, context => command.call(context, args));
  if (isJson(args)) holdToSchema(command.name, run.out);
  return run;
}

/** Runs a whole command line in this process: errors are printed as a person sees them, not thrown. A process of its own takes 30 times as long. */
export async function runCli(args: readonly string[], options: Surroundings): Promise<CommandRun<number>> {
  const run = await collected(options, context => main(args, context));
  if (isJson(args)) holdToSchema(args[0] ?? '', run.out);
  return run;
}

async function collected<Code extends number>(
  options: Surroundings,
  run: (context: CliContext) => Promise<Code>,
): Promise<CommandRun<Code>> {
  let out = '';
  let err = '';
  const code = await run({
    cwd: options.cwd,
    env: options.env ?? {},
    signal: new AbortController().signal,
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
    raw: (text: string) => (out += text),
    progress: (text: string) => (err += text),
    interactive: false,
    ...(options.time && { time: options.time }),
  });
  return { code, out, err };
}
