import type { Location } from '../../core/text';
import type { Conditions } from '../policy/permissionDocument';

/** Why a statement's resources are as wide as they are; its Sid says it. Empty: they are named. */
export type Why = '' | 'NoResourceScope' | 'MayHaveNoResource' | 'NameNotKnown';

export type { Phase } from '../../oidc/subject';
/** Where the knowledge comes from; `hand` is this product's own table. */
export type NeedSource = 'provider-call-graph' | 'hand' | 'same-name-resource' | 'backend' | 'provider-block' | 'state';

/** One action that one piece of code needs. */
export interface Need {
  readonly action: string;
  readonly address: string;
  readonly location: Location;
  readonly source: NeedSource;
  /** `low`: a guess by name. */
  readonly confidence: 'high' | 'medium' | 'low';
  readonly resources: readonly string[];
  readonly why: Why;
  /** The region that the call goes to, where it is known. */
  readonly region: string | undefined;
  readonly condition?: Conditions;
  /** Who needs it, where that is not the run's own role: `ProviderSettings.assumes` of the provider. */
  readonly as?: readonly string[];
}

/** What was found, and what a person should know of it. */
export interface FoundNeeds {
  readonly needs: readonly Need[];
  readonly notes: readonly string[];
}
