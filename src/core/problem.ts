/**
 * An error that a user can act on, as a value. Anything that is not a Problem is a bug and is thrown.
 * `message` says what happened and why; `nextStep` says what to do. Neither ever carries a secret.
 */
export interface Problem {
  /** Stable, kebab-case (`hcp-not-found`) or the service's own code (`AccessDenied`). */
  readonly code: string;
  readonly message: string;
  readonly nextStep: string;
  /** AWS or HCP Terraform request id, where the reply had one. */
  readonly requestId?: string;
  readonly status?: number;
  readonly cause?: Problem;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (problem: Problem): { readonly ok: false; readonly problem: Problem } => ({ ok: false, problem });

/** Carries a Problem through code that must throw (SDK middleware, iterators). Surfaces unwrap it. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
    this.name = 'ProblemError';
  }
}

/** The value, or the problem as an exception that the surface prints with its next step. */
export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new ProblemError(result.problem);
  return result.value;
}

/** Cancellation is not a problem and not a bug: it is what the user asked for. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'CancelledError');
}
