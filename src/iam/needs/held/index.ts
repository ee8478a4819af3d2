export { type HeldCode, heldCode, heldNeeds } from './needs';
export { type Held, readHeld, withoutKeys } from './read';
