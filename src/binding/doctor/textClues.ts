import type { Clue } from './clues';
import { foreignToken } from './issuers';

/** What a shell prints before a command. */
const prompt = '^[ \\t]{0,8}(?:\\[[^\\]\\n]{1,80}\\][$#%]|[\\w.@:~/-]{0,80}[$#%>]|PS [^>\\n]{0,120}>)[ \\t]{0,4}';

/** A command in the pasted text that Terraform runs on the machine where it is typed, whatever the workspace is set to. */
export const commandClue = (log: string): Clue =>
  new RegExp(`${prompt}terraform[ \\t]{1,4}(?:import|console|state|refresh[ \\t]{1,4}-state)\\b`, 'm').test(log)
    ? {
        names: 'local-execution',
        told: ['The text shows a command that Terraform runs on the machine where it is typed.'],
      }
    : {};

/** Somebody writes of `terraform import`, a command that always runs locally, and of nothing that ran remotely. */
export const speaksOfImport = (log: string): boolean =>
  /\bterraform import\b/.test(log) && !/\bRunning (?:plan|apply) in\b|Preparing the remote/.test(log);

/**
 * A job of GitHub Actions that asks AWS by itself: https://github.com/aws-actions/configure-aws-credentials prints these. Whatever
 * Terraform says in the same text is of a run.
 */
export const jobClue = (log: string): Clue =>
  /Could not assume role with OIDC/i.test(log) ||
  (/aws-actions\/configure-aws-credentials|Assuming role with OIDC/i.test(log) &&
    !/with provider\[|\bRunning (?:plan|apply) in\b/.test(log))
    ? githubJob
    : issuerInText(log);

/** A trust policy that stands beside the message, of an issuer that is known for something else; and no word of HCP Terraform. */
function issuerInText(log: string): Clue {
  const [, issuer] =
    /["'/]((?:oidc\.eks\.[\w.-]{1,60}|token\.actions\.githubusercontent\.com|oidc\.circleci\.com|gitlab\.com)[\w./-]{0,80}?):(?:sub|aud)\b/.exec(
      log,
    ) ?? [];
  if (issuer === undefined || /\bapp\.(?:eu\.)?terraform\.io\b|:run_phase:|\bTFC_AWS_/.test(log)) return {};
  return {
    names: 'another-token',
    told: [`The text has a trust policy for tokens of ${issuer}.`],
    advice: foreignToken(issuer),
  };
}

const githubJob: Clue = {
  names: 'another-token',
  certain: true,
  told: [
    'The text is of aws-actions/configure-aws-credentials: a GitHub Actions job asked AWS, with a token of GitHub.',
  ],
  advice: {
    explanation:
      'The job itself asked for the role. Its token is issued by GitHub and names a repository; the subject and the audience of HCP Terraform have no part in it.',
    nextStep:
      'Let the run execute in HCP Terraform (remote execution). If the job is to have a role of its own, let that role trust token.actions.githubusercontent.com with the repository and branch of the job, and its OIDC provider accept sts.amazonaws.com.',
  },
};

/**
 * A plan or an apply that somebody typed, and its output without the line that begins the output of a remote run ("Running plan in HCP
 * Terraform"): it was most likely local.
 */
export const typedLocally = (log: string): boolean =>
  new RegExp(`${prompt}(?:terraform|tofu)[ \\t]{1,4}(?:plan|apply|destroy|refresh)\\b`, 'm').test(log) &&
  !/\bRunning (?:plan|apply) in\b|Waiting for the plan to start|Preparing the remote/.test(log);

/** "Still creating... [1h2m10s elapsed]": for how many minutes the longest step of a log had been at work. */
function longestStep(log: string): number {
  let longest = 0;
  for (const [, h = '0', m = '0'] of log.matchAll(/\b(?:(\d{1,2})h)?(?:(\d{1,3})m)?\d{1,2}s elapsed/g))
    longest = Math.max(longest, Number(h) * 60 + Number(m));
  return longest;
}

/** A session that ended while a long step was at work. */
export const ageClue = (log: string): Clue => {
  const minutes = longestStep(log);
  return minutes < 10
    ? {}
    : {
        names: 'session-expired',
        told: [`The longest step had been at work for ${minutes} minutes by then.`],
        advice: {
          nextStep:
            'Use the injected configuration without assume_role for long work, so that the provider can renew its session; a chained session ends after one hour.',
        },
      };
};
