import type { SendResult } from './types';

/** Milliseconds before attempt 2, 3, …: doubled each time, with jitter so that many clients don't come back at once. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(20_000, 250 * 2 ** (attempt - 1));
  return Math.round(full / 2 + (full / 2) * random());
}

/** Waits, or rejects at once with the signal's reason. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}

const usualAttempts = 6;

/** Repeats a request that only reads while the failure says that another try may help. `attempts`: all of them, the first included. */
export async function retried(
  attempt: () => Promise<SendResult>,
  signal: AbortSignal,
  pause: (milliseconds: number, signal: AbortSignal) => Promise<void>,
  attempts = usualAttempts,
): Promise<SendResult> {
  for (let n = 1; ; n++) {
    const result = await attempt();
    if (result.ok || !result.retry || n >= attempts) return result;
    await pause(backoff(n), signal);
  }
}
