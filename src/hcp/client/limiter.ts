import type { Clock } from '../../core/host';
import { onAbort } from './abort';

export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Waits, or rejects at once with the signal's reason. */
export const realWait: Wait = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      off();
      resolve();
    }, milliseconds);
    const off = onAbort(signal, () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });

/** Requests a second that HCP Terraform allows one user (https://developer.hashicorp.com/terraform/cloud-docs/api-docs#rate-limiting). */
const defaultRate = 30;

// The server counts when a request arrives, not when it leaves: a little more than a second keeps two of its seconds apart.
const windowMilliseconds = 1030;

/**
 * Lets at most `rate` requests start within any second, in the order in which they asked. One limiter serves all clients of a
 * host, because the host counts requests of a user, not of a token.
 */
export class RateLimiter {
  private readonly starts: number[] = [];
  private tail: Promise<void> = Promise.resolve();
  private pausedUntil = 0;
  private rate = defaultRate;

  constructor(
    private readonly now: Clock = Date.now,
    private readonly wait: Wait = realWait,
  ) {}

  /** Resolves when the next request may start. Rejects with the signal's reason when it aborts first. */
  take(signal: AbortSignal): Promise<void> {
    const turn = this.tail.then(() => this.turn(signal));
    this.tail = turn.catch(() => undefined);
    return untilAborted(turn, signal);
  }

  /** Learns from the headers of a reply: `X-RateLimit-Limit`, `-Remaining`, `-Reset` (seconds, may have a fraction). */
  learn(headers: { get(name: string): string | null }): void {
    const limit = positive(headers.get('x-ratelimit-limit'));
    // Never faster than documented: a gateway's larger number is about something else.
    if (limit !== undefined && limit >= 1) this.rate = Math.min(defaultRate, Math.floor(limit));
    const reset = positive(headers.get('x-ratelimit-reset'));
    if (headers.get('x-ratelimit-remaining')?.trim() === '0' && reset !== undefined) {
      this.pause(Math.min(reset, 60) * 1000);
    }
  }

  /** No request starts for so long. */
  pause(milliseconds: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.now() + milliseconds);
  }

  private async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const now = this.now();
      while (this.starts.length > 0 && (this.starts[0] ?? 0) <= now - windowMilliseconds) this.starts.shift();
      const oldest = this.starts[this.starts.length - this.rate];
      const delay = Math.max(this.pausedUntil - now, oldest === undefined ? 0 : oldest + windowMilliseconds - now);
      if (delay <= 0) {
        this.starts.push(now);
        return;
      }
      await this.wait(delay, signal);
    }
  }
}

/** One limiter for each host. */
export class RateLimiters {
  private readonly byHost = new Map<string, RateLimiter>();

  constructor(
    private readonly now: Clock = Date.now,
    private readonly wait: Wait = realWait,
  ) {}

  for(hostname: string): RateLimiter {
    const known = this.byHost.get(hostname);
    if (known !== undefined) return known;
    const made = new RateLimiter(this.now, this.wait);
    this.byHost.set(hostname, made);
    return made;
  }
}

/** Milliseconds that a `Retry-After` header asks for: seconds, or an HTTP date. */
export function retryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const seconds = positive(value);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function positive(value: string | null): number | undefined {
  if (value === null || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const off = onAbort(signal, () => reject(signal.reason as Error));
    promise.then(resolve, reject).finally(off);
  });
}
