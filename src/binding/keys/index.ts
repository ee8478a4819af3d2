/** The old key: where it stands, whose it is, when it was used, and its end. */
export { carryOutKey, type KeyResult, planKey } from './carryOut';
export { quietDays, useText } from './decide';
export type { CodeOfWorkspaces, StoredValue } from './found';
export { type KeyDeployment, type LookedAt, lookAtKeys } from './look';
export { rememberedKeys } from './memory';
export { ageDays, keyReport } from './report';
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
