export { type HeldCode, heldCode, heldNeeds } from './needs';
export { type Held, type HeldResource, namelessResource, readHeld, withoutKeys } from './read';
