import { isAbort, ProblemError } from './core/problem';
import { oneLine } from './core/text';
import type { CliContext, Command } from './cli/command';
import { UsageError } from './cli/option';
import { helpText, overview, usualWidth } from './cli/helpText';
import { closest } from './core/editDistance';
import { colored } from './cli/output/colors';
import { printable } from './cli/output/printable';
import { version } from '../package.json';

/** `check` runs with each commit: it loads its own files only, a third of all. */
async function commandOf(name: string): Promise<Command | undefined> {
  if (name === 'check') return (await import('./cli/commands/check')).check;
  return (await allCommands()).find(c => c.name === name);
}

const allCommands = async (): Promise<readonly Command[]> => (await import('./cli/commands')).commands;

async function main(argv: readonly string[], context: CliContext): Promise<number> {
  const [first, second] = argv;
  // `help check` is `check --help`.
  const [name, ...rest] = first === 'help' && second !== undefined ? [second, '--help'] : argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    context.out(overview(await allCommands(), width()));
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v' || name === 'version') {
    context.out(`${version}\n`);
    return 0;
  }
  const command = await commandOf(name);
  if (command === undefined) {
    const near = closest(
      name,
      (await allCommands()).map(c => c.name),
    );
    const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
    context.err(`tfc-oidc: there is no command "${name}".${meant} "tfc-oidc --help" lists them.\n`);
    return 2;
  }
  if (asksForHelp(rest)) {
    context.out(helpText(command, width()));
    return 0;
  }
  try {
    return await command.call(context, rest);
  } catch (error) {
    if (error instanceof UsageError) {
      context.err(`tfc-oidc ${name}: ${sentence(error.message)} "tfc-oidc ${name} --help" tells how to call it.\n`);
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

const sentence = (message: string): string => (/[.?!]$/.test(message) ? message : `${message}.`);

/** Behind `--` stand names of files only. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return (end < 0 ? words : words.slice(0, end)).some(word => word === '--help' || word === '-h');
}

/** Columns of the terminal that reads along; no line of a help text gets longer than is good to read. */
const width = (): number => Math.max(60, Math.min(process.stdout.columns ?? usualWidth, 120));

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
  out: chunk => process.stdout.write(colored(printable(chunk), process.stdout, process.env)),
  err: chunk => process.stderr.write(printable(chunk)),
  raw: chunk => process.stdout.write(chunk),
  progress: chunk => process.stderr.write(printable(chunk)),
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
