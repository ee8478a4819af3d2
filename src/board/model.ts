import type { Check, CheckState } from '../binding/check';
import type { BindingFacts } from '../binding/facts';
import type { KeyReport } from '../binding/keys';
import type { Location } from '../core/text';
import type { Finding } from '../lint/finding';
import type { Problem } from '../core/problem';
import type { Root } from '../terraform/model';

/** A root as the board sees it. */
export interface BoardRoot {
  readonly root: Root;
  readonly findings: readonly Finding[];
  /** The AWS identities in words, where the root has several. */
  readonly speaksAs?: readonly string[];
}

/** One workspace of a root with its checks. */
export interface BoardWorkspace {
  readonly organization: string;
  readonly workspace: string;
  readonly hostname: string;
  readonly checks: readonly Check[];
  readonly facts: Pick<BindingFacts, 'workspace' | 'variables' | 'account' | 'run'>;
}

/** What was found out about a root's workspaces. */
export interface BoardStatus<W extends BoardWorkspace> {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly names: readonly string[];
  readonly workspaces: readonly W[];
  readonly deployments?: readonly { readonly name: string; readonly checks: readonly Check[] }[];
  /** Why nothing could be checked at all. */
  readonly problem: Problem | undefined;
}

/** What the board is drawn from. Everything that it needs of its surroundings is in here: the same input gives the same rows. */
export interface BoardInput<A extends BoardRoot, W extends BoardWorkspace> {
  readonly analysed: A;
  /** The folder of the root, as people call it: relative to the window's folder. */
  readonly label: string;
  readonly status: BoardStatus<W> | undefined;
  /** File name and 1-based line of a place. */
  place(location: Location): string;
  /** When a run last proved the workspace, in milliseconds since the epoch. */
  provenAt(workspace: W): number | undefined;
  /** When code was put right that runs have not got yet, in milliseconds since the epoch. */
  readonly unpushedSince: number | undefined;
  readonly now: number;
}

/**
 * The state of a row. `unchecked`: nobody has asked yet, which is another thing than `unknown`, where the answer could not be had.
 * `aside`: a root that is none of HCP Terraform's.
 */
export type BoardState = CheckState | 'unchecked' | 'aside';

/** Commands that may stand inline on a row: the one that helps most there. */
export type BestAction =
  | 'fixCheck'
  | 'configure'
  | 'fixRoot'
  | 'checkRoot'
  | 'signIn'
  | 'chooseProfile'
  | 'doctor'
  | 'likeNames'
  | 'explainPermission'
  | 'proveRun'
  | 'resumeOrganization'
  | 'migrateNext'
  | 'changeKey';

/** What every row says, whatever it is about. */
export interface ShownRow {
  /** Stable while the thing that it shows is there: the view keeps what is open, and refreshes single rows by it. */
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly description: string;
  readonly state: BoardState;
  /** Lines of the hover: text that may come from anywhere. */
  readonly hover: readonly string[];
  /** The page that explains it, from the project's home page on. */
  readonly page?: string;
  /** What is read aloud. */
  readonly spoken: string;
  readonly open: 'leaf' | 'closed' | 'opened';
  readonly best?: BestAction;
  readonly location?: Location;
}

/** One row of a root. Commands take the part of it that they need, never the row's kind. */
export interface Row<A extends BoardRoot, W extends BoardWorkspace> extends ShownRow {
  readonly kind:
    | 'root'
    | 'workspace'
    | 'configuration'
    | 'deployment'
    | 'check'
    | 'finding'
    | 'waiting'
    | 'holds'
    | 'note'
    | 'unopened';
  readonly analysed: A;
  readonly checked?: W;
  readonly check?: Check;
  readonly finding?: Finding;
  /** The rows below; `undefined` for a workspace that is checked when it is opened. */
  readonly rows: (() => readonly Row<A, W>[]) | undefined;
}

/** A row of an organization. Everything below it is worked out with it, so that two of them can be compared. */
export interface OrganizationRow extends ShownRow {
  readonly kind: 'organization' | 'group' | 'audited' | 'unfinished' | 'keys' | 'key' | 'place';
  /** The workspace's page in the browser. */
  readonly url?: string;
  readonly key?: KeyReport['keys'][number];
  readonly rows: readonly OrganizationRow[];
}
