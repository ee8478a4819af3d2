/** The role after its setup: what it may do, what it did, what the code needs, and a smaller policy. */
export { carryOutShrinking } from './carryOut';
export { compareUse, unusedDays, type UseComparison } from './compare';
export { type Foresight, foresee, onlyWithoutConditions } from './simulate';
export { type Shrinking, shrinkRole } from './shrink';
