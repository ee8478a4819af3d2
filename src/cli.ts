import { parseArgs } from 'node:util';
import { isAbort, ProblemError } from './core/problem';
import { oneLine } from './core/text';
import { type CliContext, type Command, UsageError } from './cli/command';
import { printable } from './cli/output/printable';
import { version } from '../package.json';

/** `check` runs with each commit: it loads its own files only, a third of all. */
async function commandOf(name: string): Promise<Command | undefined> {
  if (name === 'check') return (await import('./cli/commands/check')).check;
  return (await allCommands()).find(c => c.name === name);
}

const allCommands = async (): Promise<readonly Command[]> => (await import('./cli/commands')).commands;

const overview = async (): Promise<string> =>
  [
    'tfc-oidc: dynamic AWS provider credentials for HCP Terraform, from the command line.',
    '',
    'Usage: tfc-oidc COMMAND [options]     (tfc-oidc COMMAND --help tells each command, --version the version)',
    '',
    ...(await allCommands()).map(command => `  ${command.name.padEnd(14)}${command.summary}`),
    '',
    'Exit codes: 0 clean or done, 1 findings at the level asked for (or "deny"), 2 could not run.',
    '',
  ].join('\n');

async function main(argv: readonly string[], context: CliContext): Promise<number> {
  const [first, second] = argv;
  // `help check` is `check --help`.
  const [name, ...rest] = first === 'help' && second !== undefined ? [second, '--help'] : argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    context.out(await overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    context.out(`${version}\n`);
    return 0;
  }
  const command = await commandOf(name);
  if (command === undefined) {
    context.err(`tfc-oidc: there is no command "${name}". "tfc-oidc --help" lists them.\n`);
    return 2;
  }
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    });
    if (values['help'] === true) {
      context.out(command.help.endsWith('\n') ? command.help : `${command.help}\n`);
      return 0;
    }
    return await command.run(context, { values, positionals });
  } catch (error) {
    if (error instanceof UsageError || isParseArgsError(error)) {
      context.err(`tfc-oidc ${name}: ${error.message}. "tfc-oidc ${name} --help" tells how to call it.\n`);
      return 2;
    }
    if (error instanceof ProblemError) {
      const { code, message, nextStep, requestId } = error.problem;
      context.err(
        `tfc-oidc ${name}: ${oneLine(message)} (${code}${requestId ? `, request ${requestId}` : ''})\n${nextStep}\n`,
      );
      return 2;
    }
    if (isAbort(error)) {
      context.err(`tfc-oidc ${name}: cancelled.\n`);
      return 2;
    }
    throw error;
  }
}

function isParseArgsError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

const abort = new AbortController();
process.once('SIGINT', () => abort.abort());
process.once('SIGTERM', () => abort.abort());
// A closed pipe (`tfc-oidc check | head`) is the reader's choice, not an error of ours; a closed standard error changes no exit code.
process.stderr.on('error', () => undefined);
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  signal: abort.signal,
  out: chunk => process.stdout.write(printable(chunk)),
  err: chunk => process.stderr.write(printable(chunk)),
  interactive: process.stderr.isTTY === true,
}).then(
  code => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      `tfc-oidc: a bug, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exitCode = 2;
  },
);
