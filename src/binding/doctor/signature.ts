import type { FailureModeId } from '../failureModes';

/** What is said of a message beyond the failure mode's own words, where the message says more. */
export interface Advice {
  /** Two sentences at most, in place of the mode's explanation. */
  readonly explanation?: string;
  readonly nextStep: string;
}

/** How a kind of error is recognised. Patterns are tried on a message that stands on one line, without colours and frames. */
export interface ErrorSignature {
  readonly code: string;
  readonly pattern: RegExp;
  /**
   * The failure modes that it can come from, most likely first. One alone is what the message names. Beside `other` they are only
   * looked at: the message speaks for one where a check has found it.
   */
  readonly modes: readonly FailureModeId[];
  /** The message is something else where it also says this. */
  readonly unless?: RegExp;
  /** The message is this only where it also says this. */
  readonly where?: RegExp;
  readonly advice?: Advice;
  /** For an error that is no failure of dynamic credentials: what it is, and what to do. */
  readonly other?: { readonly title: string; readonly nextStep: string };
}

export const near = (a: string, gap: number, b: string): string => `(?:${a})[^]{0,${gap}}?(?:${b})`;

/** `a` and `b` within `gap` characters of each other, in either order. */
export const either = (a: string, gap: number, b: string): RegExp =>
  new RegExp(`${near(a, gap, b)}|${near(b, gap, a)}`, 'i');

/** `AccessDenied: ` and `(AccessDenied) when calling the X operation: ` belong to the message behind them. */
export const coded = (code: string): string =>
  `(?:\\b${code}\\w*\\)?(?: when calling the \\w+ operation[^:]{0,60})?:? {1,3}|<Code>${code}\\w*</Code>\\s*<Message>)?`;
