import type { Problem } from '../../core/problem';
import type { KeyUse } from '../../iam/account/askedTypes';
import type { Fact } from '../facts';
import type { KeyId } from './id';

/** A place where a static key stands. */
export interface KeyPlace {
  readonly kind: 'code' | 'values' | 'workspace' | 'variable-set';
  /** As a report names it: "workspace acme/prod, AWS_ACCESS_KEY_ID", "storefront/main.tf:12". */
  readonly where: string;
  /** `ORG/NAME` of the workspaces whose runs get it, where that is known. */
  readonly workspaces: readonly string[];
}

export interface FoundKey {
  readonly id: KeyId;
  readonly places: readonly KeyPlace[];
}

/** What was looked at for static keys, and what was found. */
export interface FoundKeys {
  readonly keys: readonly FoundKey[];
  /** Where a key stands whose id nobody can read. */
  readonly hidden: readonly KeyPlace[];
  /** The host of all workspaces of one look. */
  readonly hostname: string;
  /** The organization that was looked at whole. */
  readonly organization: string | undefined;
  /** What could not be read: a key may stand there too. */
  readonly gaps: readonly string[];
}

/** A key that stood somewhere when it was looked for, kept so that it is found when it stands nowhere any more. */
export interface RememberedKey {
  readonly hash: string;
  /** The last four characters of the id. */
  readonly shown: string;
  readonly accountId: string | undefined;
  readonly user: string | undefined;
  readonly places: readonly KeyPlace[];
  /** `HOST/ORG/NAME` of every workspace that it was seen to reach. */
  readonly workspaces: readonly string[];
  /** When it was last seen to stand somewhere; milliseconds since the epoch. */
  readonly standing: number;
}

export type KeyOwner =
  | {
      readonly kind: 'user';
      readonly name: string;
      readonly status: 'Active' | 'Inactive';
      readonly createdAt: string | undefined;
    }
  /** A key of the account's root user, or of nobody that IAM names: left to a person. */
  | { readonly kind: 'root' }
  /** The account has no such key any more. */
  | { readonly kind: 'gone' };

/** Everything that was read about one key. */
export interface KeyFacts {
  readonly hash: string;
  readonly shown: string;
  /** Where it could be read today, in code, in variables, or in the list of its user's keys. */
  readonly id: KeyId | undefined;
  /** Where it stands now. */
  readonly places: readonly KeyPlace[];
  /** Where it stood when it was seen last. */
  readonly former: readonly KeyPlace[];
  readonly workspaces: readonly string[];
  readonly account: Fact<string>;
  readonly owner: Fact<KeyOwner>;
  readonly lastUse: Fact<KeyUse>;
  /** Since when it is inactive by our journal; `undefined`: we did not make it so. */
  readonly inactiveSince: number | undefined;
  /** The first run of each workspace with the role; `undefined`: there was none yet. */
  readonly firstRun: Fact<number | undefined>;
  /** Whether the bindings of the workspaces that used it are proven. */
  readonly proven: Fact<true>;
  /** The whole organization was looked at, without a gap. */
  readonly lookedEverywhere: Fact<true>;
}

/** How far the migration away from a key has come. */
export type KeyState =
  | 'in-place'
  | 'not-proven'
  | 'no-run-yet'
  | 'still-used'
  | 'can-be-deactivated'
  | 'inactive'
  | 'can-be-deleted'
  | 'deleted'
  | 'root'
  | 'unknown';

export interface KeyDecision {
  readonly state: KeyState;
  /** One sentence: what is so and why. */
  readonly why: string;
  readonly nextStep: string;
  /** What may be done now, each with its own yes. */
  readonly offers: readonly KeyAction[];
}

export type KeyAction = 'deactivate' | 'activate' | 'delete';

/** A user who may own a key whose id can't be read. Never told as a fact. */
export interface LikelyOwner {
  readonly user: string;
  readonly keys: readonly {
    readonly shown: string;
    readonly status: 'Active' | 'Inactive';
    readonly use: Fact<KeyUse>;
  }[];
  /** Why it may be this one, one sentence each; empty: nothing speaks for it. */
  readonly because: readonly string[];
}

/** What a user has beside its keys, with what would remove each. Listed for a person; never carried out here. */
export interface Leftover {
  readonly what: string;
  /** As the AWS CLI is called. */
  readonly command: string;
}

export interface KeyReport {
  readonly keys: readonly {
    readonly facts: KeyFacts;
    readonly decision: KeyDecision;
    readonly leftovers: readonly Leftover[];
  }[];
  readonly hidden: readonly KeyPlace[];
  readonly likely: Fact<readonly LikelyOwner[]>;
  readonly gaps: readonly string[];
  readonly problems: readonly Problem[];
}
