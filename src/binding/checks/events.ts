import type { WebIdentityEvent } from '../../iam/account/types';
import { eventsIn } from '../doctor/pastedEvents';
import type { BindingFacts } from '../facts';

/** Events that stand in the text which somebody pasted, newest first. */
export const pastedEvents = (facts: Pick<BindingFacts, 'pastedError'>): readonly WebIdentityEvent[] =>
  facts.pastedError === undefined ? [] : eventsIn(facts.pastedError);

/** What AWS received, of CloudTrail where it was asked and of the events that somebody pasted. */
export const receivedEvents = (facts: Pick<BindingFacts, 'pastedError' | 'trail'>): readonly WebIdentityEvent[] => [
  ...(facts.trail?.state === 'known' ? facts.trail.value.events : []),
  ...pastedEvents(facts),
];
