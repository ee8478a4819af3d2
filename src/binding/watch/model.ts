import { fail, ok, type Result } from '../../core/problem';

/**
 * What a nightly watch keeps of an organization: names, places, patterns of policies, and dates. No value of a variable, no key.
 * The file of one night is what the next one compares with.
 */
export interface WatchState {
  readonly version: 1;
  readonly hostname: string;
  readonly organization: string;
  /** ISO 8601. */
  readonly at: string;
  readonly workspaces: readonly WatchedWorkspace[];
  readonly roles: readonly WatchedRole[];
  readonly keys: readonly WatchedKey[];
}

export interface WatchedWorkspace {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  /** As `audit` tells it. */
  readonly state: string;
  /** `KEY from the workspace`, as `audit` names them. */
  readonly staticCredentials: readonly string[];
  readonly roles: readonly string[];
}

export interface WatchedRole {
  readonly arn: string;
  /** `false`: the account has no such role. */
  readonly exists: boolean;
  /** The verdict of lint-trust. */
  readonly trust?: string;
  /** Who may assume it: the values that its trust policy compares the subject with, principals that are no OIDC provider, and `if` what. */
  readonly subjects: readonly string[];
  /** Whom the Deny statements of its trust policy keep out, and `if` what. */
  readonly keptOut: readonly string[];
  /** What its policies allow and refuse, as it is written: `s3:GetObject on arn:aws:s3:::b/*`, and `if` what. */
  readonly actions: readonly string[];
  readonly denied: readonly string[];
  /** The name of its permissions boundary. */
  readonly boundary?: string;
}

export interface WatchedKey {
  /** As reports call it: the last characters. */
  readonly shown: string;
  readonly createdAt: string;
  readonly places: readonly string[];
}

export const oldKeyDays = 90;

/** A state as text and back. Anything that is not one is a problem: comparing with it would tell nonsense. */
export const stateText = (state: WatchState): string => `${JSON.stringify(state, undefined, 2)}\n`;

export function parseState(text: string, name: string): Result<WatchState> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return notOne(`${name} is not JSON.`);
  }
  return isState(value) ? ok(value) : notOne(`${name} is not a report of watch-report.`);
}

const notOne = (message: string): ReturnType<typeof fail> =>
  fail({
    code: 'watch-file',
    message,
    nextStep: 'Name the file that watch-report wrote last, or one that does not exist yet.',
  });

function isState(value: unknown): value is WatchState {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string, test: (v: unknown) => boolean): boolean =>
    test(Object.entries(value).find(([key]) => key === name)?.[1]);
  const text = (v: unknown): boolean => typeof v === 'string';
  return (
    has('version', v => v === 1) &&
    has('hostname', text) &&
    has('organization', text) &&
    has('at', text) &&
    has('workspaces', v => rows(v, ['id', 'name', 'project', 'state'], ['staticCredentials', 'roles'])) &&
    has('roles', v => rows(v, ['arn'], ['subjects', 'keptOut', 'actions', 'denied'])) &&
    has('keys', v => rows(v, ['shown', 'createdAt'], ['places']))
  );
}

function rows(value: unknown, texts: readonly string[], lists: readonly string[]): boolean {
  return (
    Array.isArray(value) &&
    value.every((row: unknown) => {
      if (typeof row !== 'object' || row === null) return false;
      const own = new Map<string, unknown>(Object.entries(row));
      const isList = (v: unknown): boolean => Array.isArray(v) && v.every(item => typeof item === 'string');
      return texts.every(t => typeof own.get(t) === 'string') && lists.every(l => isList(own.get(l)));
    })
  );
}
