import type { Result } from '../../core/problem';

/** How long a reading counts where nothing was written since, in milliseconds. */
export const readingCounts = 60_000;

/**
 * Replies to reads of one step, so that none is asked for twice. What was refused or cancelled is asked again, and what was written is
 * forgotten by whoever wrote it. It is for readings only: what guards a write, and what waits for a change, asks the host itself.
 */
export class KeptReplies {
  private readonly kept = new Map<string, { readonly path: string; readonly at: number; reply: Promise<unknown> }>();

  constructor(private readonly now: () => number = Date.now) {}

  once<T extends { readonly ok: boolean }>(
    path: string,
    query: Readonly<Record<string, unknown>>,
    read: () => Promise<T>,
  ): Promise<T> {
    const key = `${path} ${JSON.stringify(query)}`;
    const earlier = this.kept.get(key);
    if (earlier !== undefined && this.now() - earlier.at <= readingCounts) return earlier.reply as Promise<T>;
    const entry = { path, at: this.now(), reply: read() as Promise<unknown> };
    this.kept.set(key, entry);
    const drop = (): void => {
      if (this.kept.get(key) === entry) this.kept.delete(key);
    };
    void (entry.reply as Promise<Result<unknown>>).then(result => {
      if (!result.ok) drop();
    }, drop);
    return entry.reply as Promise<T>;
  }

  forget(isOld: (path: string) => boolean = () => true): void {
    for (const [key, { path }] of this.kept) if (isOld(path)) this.kept.delete(key);
  }
}
