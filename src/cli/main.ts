import { isAbort, ProblemError } from '../core/problem';
import { oneLine } from '../core/text';
import type { CliContext, Command } from './command';
import { UsageError } from './option';
import { helpText, overview, usualWidth } from './helpText';
import { closest } from '../core/editDistance';
import { version } from '../../package.json';

/** `check` runs with each commit: it loads its own files only, a third of all. */
async function commandOf(name: string): Promise<Command | undefined> {
  if (name === 'check') return (await import('./commands/check')).check;
  return (await allCommands()).find(c => c.name === name);
}

const allCommands = async (): Promise<readonly Command[]> => (await import('./commands')).commands;

/** Runs one command line and gives its exit code; what a person can act on is printed, a bug is thrown. */
export async function main(argv: readonly string[], context: CliContext): Promise<number> {
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
  if (command === undefined) return noCommand(name, context);
  if (asksForHelp(rest)) {
    context.out(helpText(command, width()));
    return 0;
  }
  return run(command, rest, context);
}

async function noCommand(name: string, context: CliContext): Promise<number> {
  const near = closest(
    name,
    (await allCommands()).map(c => c.name),
  );
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  context.err(`tfc-oidc: there is no command "${name}".${meant} "tfc-oidc --help" lists them.\n`);
  return 2;
}

async function run(command: Command, words: readonly string[], context: CliContext): Promise<number> {
  const { name } = command;
  try {
    return await command.call(context, words);
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
