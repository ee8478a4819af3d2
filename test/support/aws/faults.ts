/** What goes wrong, and when. Each rule applies to the calls of one action, or to all that are signed: `*`. */
export type FaultKind =
  /** 403 AccessDenied, nothing happens. */
  | 'refuse'
  /** 400 Throttling, nothing happens. */
  | 'throttle'
  /** 500 ServiceFailure, nothing happens. */
  | 'error'
  /** 409 ConcurrentModification, nothing happens. */
  | 'concurrent'
  /** 200 with a body that is no XML; the effect happened. */
  | 'malformed'
  /** The connection is cut before anything happens. */
  | 'drop-before'
  /** The effect happens, then the connection is cut without a reply. */
  | 'drop-after'
  /** The effect happens, then an error 500 is answered. */
  | 'error-after'
  /** The reply is held back until `release()` is called (or the client goes away). */
  | 'hold'
  /** As `hold`, but nothing has happened yet. */
  | 'hold-before';

export interface Fault {
  readonly action: string;
  readonly kind: FaultKind;
  /** The first call of the action that it hits, 1-based; default 1. */
  readonly from?: number;
  /** How many calls it hits; default 1. */
  readonly times?: number;
  /** An own error instead of the kind's. */
  readonly code?: string;
  readonly status?: number;
  readonly message?: string;
}

export class Faults {
  private rules: { fault: Fault; seen: number }[] = [];
  private waiting: (() => void)[] = [];

  add(fault: Fault): void {
    this.rules.push({ fault, seen: 0 });
  }

  clear(): void {
    this.rules = [];
    this.release();
  }

  /** Lets held replies go. */
  release(): void {
    for (const go of this.waiting.splice(0)) go();
  }

  held(): Promise<void> {
    return new Promise(resolve => this.waiting.push(resolve));
  }

  /** The fault that this call meets. */
  next(action: string): Fault | undefined {
    let met: Fault | undefined;
    for (const rule of this.rules) {
      const all = rule.fault.action === '*' && action !== 'AssumeRoleWithWebIdentity';
      if (!all && rule.fault.action !== action) continue;
      rule.seen += 1;
      const from = rule.fault.from ?? 1;
      if (met === undefined && rule.seen >= from && rule.seen < from + (rule.fault.times ?? 1)) met = rule.fault;
    }
    return met;
  }
}
