/** What the domain folders need of the outside, passed in so that they do no I/O of their own choosing. */

export interface FileEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'other';
  /** The entry is a symbolic link. */
  readonly linked?: true;
}

/** Read-only file access. Paths are whatever the host uses (absolute POSIX/Windows paths, or URI strings in VS Code). */
export interface FileReader {
  /** `undefined` when the file does not exist; rejects on unreadable files and on files above `maxBytes`. */
  read(path: string, maxBytes?: number): Promise<string | undefined>;
  /** Entries with symbolic links resolved to what they point at; a broken link is `other`. `undefined` when absent or unreadable. */
  list(path: string): Promise<readonly FileEntry[] | undefined>;
  /** A path that is equal for two names of one directory (symlink loops end on it). */
  canonical(path: string): Promise<string>;
  join(base: string, ...parts: string[]): string;
  dirname(path: string): string;
  basename(path: string): string;
  /** `to` relative to `from`, with forward slashes. */
  relative(from: string, to: string): string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Milliseconds since the epoch; injected so that journals and tests have their own time. */
export type Clock = () => number;

/** One log line; never a secret, never a whole request or response. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
