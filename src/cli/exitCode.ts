/** 0: clean or done. 1: something is wrong, or nothing was written for want of a yes. 2: it could not be told. */
export type ExitCode = 0 | 1 | 2;

/** What a command has to say of what it looked at. */
export interface Outcome {
  /** A finding at the level that was asked for, "deny", a check that is wrong, or nothing written for want of a yes. It wins: what else was not read makes it no better. */
  readonly wrong: boolean;
  /** Something that the command was asked about (a workspace, an organization, a policy, a file) could not be read. */
  readonly unread?: boolean;
  /** It came to no end: stopped in the middle, cancelled, or waiting for somebody. */
  readonly stopped?: boolean;
  /** Something is left open: a value that only a caller gives, or a source that nobody asked for. It counts with `--strict` alone. */
  readonly open?: boolean;
}

/** The one table of exit codes: every command that judges something ends through it. */
export function exitCode({ wrong, unread = false, stopped = false, open = false }: Outcome, strict = false): ExitCode {
  if (wrong) return 1;
  return unread || stopped || (strict && open) ? 2 : 0;
}

/** The table for people, as `tfc-oidc --help` and docs/cli.md print it. */
export const exitCodes: Readonly<Record<ExitCode, string>> = {
  0: 'clean, or done. A source that was not asked for (no --profile, say) and a value that only a caller gives change nothing',
  1: 'something is wrong: findings at the level asked for, "deny", a check that is wrong, or nothing was written for want of --yes. It wins over 2',
  2: 'it could not run, it stopped, or something that it was asked about could not be read (it is named); with --strict also where anything is unknown',
};
