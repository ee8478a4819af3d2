/** The old key: where it stands, whose it is, when it was used, and its end. */
export { carryOutKey, type KeyResult, planKey } from './carryOut';
export { leftoversOf } from './change';
export { decideKey, quietDays, useText } from './decide';
export { findStaticKeys } from './found';
export { keyFacts } from './gather';
export { likelyOwners } from './likely';
export { rememberedKeys, rememberOwner, rememberStanding } from './memory';
export { withTrailHints } from './trailHints';
export type {
  FoundKeys,
  KeyAction,
  KeyDecision,
  KeyFacts,
  KeyPlace,
  KeyReport,
  KeyState,
  Leftover,
  LikelyOwner,
} from './model';
