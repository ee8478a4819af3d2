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
  /** 200 with a body that is no reply (`body`); the effect happened. */
  | 'malformed'
  /** The same, and nothing happened: a proxy answered. */
  | 'swallowed'
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
  /** What takes the place of the reply of `malformed` and `swallowed`. */
  readonly body?: WrongBody;
}

const html =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action="/login"></form></body></html>';

/** Bodies with status 200 that are no replies to an operation, from what the right one would have been. */
export const wrongBodies = {
  'no XML': () => 'ok, but this is not XML',
  empty: () => '',
  HTML: () => html,
  JSON: () => '{"ok":true}',
  'other XML': () => '<?xml version="1.0"?><status><code>0</code></status>',
  'another operation': (right: string) =>
    right.includes('<GetAccountSummaryResponse')
      ? '<x/>'
      : right.replace(/^<\w+/, '<GetAccountSummaryResponse').replace(/<\/\w+>$/, '</GetAccountSummaryResponse>'),
  'no request id': (right: string) => right.replace(/<ResponseMetadata>.*?<\/ResponseMetadata>/s, ''),
  'no result': (right: string) => right.replace(/<(\w+)Result>.*<\/\1Result>/s, ''),
  truncated: (right: string) => right.replace('<IsTruncated>false', '<IsTruncated>true'),
  'cut off': (right: string) => right.slice(0, Math.floor(right.length * 0.6)),
} as const satisfies Readonly<Record<string, (right: string) => string>>;
export type WrongBody = keyof typeof wrongBodies;

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
