import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

/**
 * The id of a long-lived access key. Whoever prints it gets the last four characters; only `reveal` gives all. It is no secret by
 * itself, but it names an account to whoever reads a log.
 */
export class KeyId {
  readonly #value: string;
  /** SHA-256 in hexadecimal, the first 16: what journals and the memory know it by. */
  readonly hash: string;

  constructor(value: string) {
    this.#value = value;
    this.hash = keyHash(value);
  }

  /** For the request to AWS, and where a person asked for ids. */
  reveal(): string {
    return this.#value;
  }

  get shown(): string {
    return shownId(this.#value);
  }

  toString(): string {
    return this.shown;
  }

  toJSON(): string {
    return this.shown;
  }

  [inspect.custom](): string {
    return this.shown;
  }
}

export const keyHash = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 16);

/** `…MPLE`. */
export const shownId = (id: string): string => `…${id.slice(-4)}`;
