import type { Location, TextEdit } from '../core/text';

export type Severity = 'error' | 'warning' | 'information';

/** What a quick fix does. `edits` remove exactly the finding they belong to and leave a file that parses. */
export interface Fix {
  readonly title: string;
  /** Stable, for tests and for `fix --code`: `remove-argument`, `remove-block`, `keep-as-role-chaining`, `insert-variable` … */
  readonly id: string;
  readonly edits: readonly TextEdit[];
  /** True on the one fix that is right in every case; only these go into "fix all" and `source.fixAll.tfcOidc`. */
  readonly preferred: boolean;
  /** It takes credentials away that a run may still live from: the editor never does that by itself. */
  readonly takesCredentials?: true;
}

/** One thing a rule found. `message` names the place and the argument, never a secret's value. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly location: Location;
  readonly message: string;
  readonly fixes: readonly Fix[];
  readonly related: readonly { readonly location: Location; readonly message: string }[];
  /** `unnecessary`: the code is dead once OIDC is in use (rendered faded). */
  readonly tags: readonly 'unnecessary'[];
}

/** The page of a rule, from the project's home page on. */
export function documentationPage(code: string): string {
  return `docs/rules.md#${code}`;
}
