import type { Clock } from '../../core/host';
import { fail, ok, type Problem, type Result } from '../../core/problem';
import { replyBytes, type TextReply } from '../../core/replyText';
import { errorDetails } from './document';
import { type RateLimiter, realWait, retryAfter, type Wait } from './limiter';
import {
  type Endpoint,
  networkProblem,
  redirectProblem,
  replyProblem,
  statusProblem,
  timeoutProblem,
} from './problems';

/** The part of `fetch` that is used, so that tests and VS Code's proxy-aware one fit. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly redirect: 'manual';
    readonly signal: AbortSignal;
  },
) => Promise<FetchReply>;

export interface FetchReply extends TextReply {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
}

export interface TransportOptions {
  readonly fetch: Fetch;
  readonly limiter: RateLimiter;
  readonly now?: Clock;
  readonly wait?: Wait;
  /** For one attempt. Default 30 seconds. */
  readonly timeoutMilliseconds?: number;
  readonly userAgent?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly requestId: string | undefined;
}

export interface Call {
  readonly at: Endpoint;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body?: string;
  /** May it be sent twice? True for GET. */
  readonly safe: boolean;
  /** Of a reply that is longer than the limit: refuse it (the default), or keep its end. */
  readonly keep?: 'end';
  /** Bytes, in place of the usual limit. */
  readonly longest?: number;
  /** Give a redirect as the answer, in place of a problem. */
  readonly redirects?: 'told';
}

type Outcome =
  | { readonly ok: true; readonly value: Answer }
  /** `pause`: milliseconds that the host asks to wait. */
  | { readonly ok: false; readonly problem: Problem; readonly pause?: number | undefined };

const safeAttempts = 4;
const limitAttempts = 8;
const longestPause = 60_000;
/** Bytes of a decompressed reply. A hundred workspaces with all that can be included are about 1 MB. */
const longestReply = 16 * 1024 * 1024;
/** Bytes of a log that are read at most, whatever of it is kept. */
const longestLog = 512 * 1024 * 1024;

/** Sends requests within the rate limit and repeats those that may be repeated: after 429 always, else only what just reads. */
export class Transport {
  private readonly wait: Wait;
  private readonly now: Clock;
  private readonly timeout: number;

  constructor(private readonly options: TransportOptions) {
    this.wait = options.wait ?? realWait;
    this.now = options.now ?? Date.now;
    this.timeout = options.timeoutMilliseconds ?? 30_000;
  }

  /** A 2xx reply, or the problem. Rejects only when `signal` aborts. */
  async send(call: Call, signal: AbortSignal): Promise<Result<Answer>> {
    let failures = 0;
    let limited = 0;
    for (;;) {
      await this.options.limiter.take(signal);
      const outcome = await this.once(call, signal);
      if (outcome.ok) return outcome;
      const { problem, pause } = outcome;
      if (problem.status === 429) {
        limited += 1;
        const milliseconds = pause ?? backoff(limited, 1000);
        if (limited >= limitAttempts || milliseconds > longestPause) return fail(problem);
        this.options.limiter.pause(milliseconds);
        continue;
      }
      failures += 1;
      if (!call.safe || !isPassing(problem) || failures >= safeAttempts) return fail(problem);
      await this.wait(Math.min(pause ?? backoff(failures, 400), longestPause), signal);
    }
  }

  private async once(call: Call, signal: AbortSignal): Promise<Outcome> {
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), this.timeout);
    try {
      const reply = await this.options.fetch(call.url.href, {
        method: call.at.method,
        headers: {
          ...call.headers,
          ...(this.options.userAgent === undefined ? {} : { 'User-Agent': this.options.userAgent }),
        },
        ...(call.body === undefined ? {} : { body: call.body }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, timer.signal]),
      });
      this.options.limiter.learn(reply.headers);
      return await this.outcomeOf(call, reply);
    } catch (error) {
      signal.throwIfAborted();
      if (timer.signal.aborted) return fail(timeoutProblem(call.at, this.timeout));
      return fail(networkProblem(call.at, error));
    } finally {
      clearTimeout(timeout);
    }
  }

  private async outcomeOf(call: Call, reply: FetchReply): Promise<Outcome> {
    const requestId = reply.headers.get('x-request-id') ?? undefined;
    // A browser-like fetch hides a redirect behind status 0.
    const redirected = reply.status >= 300 && reply.status < 400;
    if (redirected && call.redirects === 'told')
      return ok({ status: reply.status, headers: reply.headers, text: '', bytes: new Uint8Array(), requestId });
    if (reply.status === 0 || redirected) {
      return fail(redirectProblem(call.at, reply.status, reply.headers.get('location')));
    }
    const limit = call.longest ?? longestReply;
    const bytes = await replyBytes(reply, limit, call.keep === 'end' ? longestLog : undefined);
    if (bytes === undefined) return fail(replyProblem(call.at, `is longer than ${limit >> 20} MB`, requestId));
    const text = new TextDecoder().decode(bytes);
    if (reply.status >= 200 && reply.status < 300) {
      return ok({ status: reply.status, headers: reply.headers, text, bytes, requestId });
    }
    const problem = statusProblem(call.at, reply.status, errorDetails(parsed(text)), requestId);
    const pause =
      retryAfter(reply.headers.get('retry-after'), this.now()) ??
      (reply.status === 429 ? retryAfter(reply.headers.get('x-ratelimit-reset'), this.now()) : undefined);
    return { ok: false, problem, pause };
  }
}

/** May the same request succeed in a moment? */
function isPassing(problem: Problem): boolean {
  if (problem.code === 'hcp-network' || problem.code === 'hcp-timeout') return true;
  return problem.status !== undefined && problem.status >= 500 && problem.status !== 501;
}

/** Doubled each time, with jitter so that many clients don't come back at once. */
function backoff(attempt: number, first: number): number {
  const full = Math.min(20_000, first * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * Math.random());
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return undefined;
  }
}

/** The reply's JSON, or the problem that it has none. */
export function jsonOf(answer: Answer, at: Endpoint): Result<unknown> {
  const json = parsed(answer.text);
  if (json !== undefined) return ok(json);
  const type = answer.headers.get('content-type')?.split(';')[0] ?? 'nothing';
  return fail(replyProblem(at, `is not JSON (its type is ${type})`, answer.requestId));
}
