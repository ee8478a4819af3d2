import { otherErrors } from './otherErrors';
import { otherPrograms } from './otherPrograms';
import { policyMessages } from './policyMessages';
import { generalMessages, providerMessages } from './providerMessages';
import type { ErrorSignature } from './signature';
import { tokenMessages, unlistedTokenMessages } from './tokenMessages';

export type { ErrorSignature } from './signature';

/** Most specific first: what one signature has recognised is not shown to the next. */
export const errorSignatures: readonly ErrorSignature[] = [
  ...otherPrograms,
  ...tokenMessages,
  ...policyMessages,
  ...providerMessages,
  ...unlistedTokenMessages,
  ...generalMessages,
  ...otherErrors(),
];
