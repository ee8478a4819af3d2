import { createInterface } from 'node:readline/promises';
import type { Answers, SetupEvent, Standing, Surface } from '../../binding/setup';
import type { CliContext } from '../command';
import { progressText } from '../output/planReport';
import { confirmAccount } from './accounts';

/** What the options of a command answer. Without a terminal nothing can be asked, so each yes is given beforehand. */
export interface GivenAnswers {
  readonly yes: boolean;
  /** The account that was named (--account). */
  readonly account: string | undefined;
}

/**
 * The command line's side of a use case: options answer, standard error gets what goes on. `quiet`: a report in JSON follows.
 * `told` gets every event after that.
 */
export function cliSurface(
  context: CliContext,
  { yes, account }: GivenAnswers,
  quiet: boolean,
  own: Partial<Answers> = {},
  told: (event: SetupEvent) => void = () => undefined,
): Surface {
  const answers: Answers = {
    'take-over-role': () => Promise.resolve(false),
    // What is left of a run that stopped is what was shown: it is gone on with, so that one undo takes all of it back.
    write: ({ stopped }) => Promise.resolve(!yes ? 'no' : stopped.some(s => s.asPlanned) ? 'go on' : 'yes'),
    'confirm-account': question => confirmAccount(context, question, account),
    'migrate-account': () => Promise.resolve(yes),
    'change-key': () => Promise.resolve(yes),
    'clean-up-variables': ({ changes }) => Promise.resolve(changes.map(c => c.id)),
    // Nobody is there to look at a difference that was not part of the plan.
    'change-code': ({ shown }) => Promise.resolve(shown),
    // Told by an option of the command that takes one.
    'ask-cloudtrail': () => Promise.resolve(false),
    'start-run': () => Promise.resolve(yes),
    'cancel-run': ({ url }) => cancelToo(context, url),
    undo: () => Promise.resolve(yes),
    ...own,
  };
  return {
    answers,
    tell: event => {
      switch (event.id) {
        case 'change':
          if (!quiet) context.progress(progressText(event.progress));
          break;
        case 'run-status':
          context.err(`Run ${event.runId}: ${event.status.replaceAll('_', ' ')}\n`);
          break;
        case 'left':
          if (!quiet) context.err(`${event.why}\n`);
          break;
        default:
          break;
      }
      told(event);
    },
  };
}

/** Where a setup stands that ended in the middle. */
export function standingText({ done, total, unchanged, problem, credentials }: Standing): string {
  const why = problem === undefined ? '.' : `: ${problem.message} (${problem.code})\n${problem.nextStep}`;
  return [
    `Stopped after ${done} of ${total} changes${why}`,
    ...credentials,
    `Go on by running the same command again${unchanged ? '' : ', or go back with "tfc-oidc undo --yes"'}.\n`,
  ].join('\n');
}

/** Ctrl+C ends the following; over the run itself a person at a terminal decides, and without one it is cancelled. */
async function cancelToo(context: CliContext, url: string): Promise<boolean> {
  if (!context.interactive || !process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`\nThe run goes on: ${url}\nCancel it in HCP Terraform too? [Y/n] `);
    return !/^\s*n/i.test(answer);
  } finally {
    terminal.close();
  }
}
