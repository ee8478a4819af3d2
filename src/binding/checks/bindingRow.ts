import type { BindingFacts } from '../facts';
import { rowOf } from './row';
import type { TrustJudge } from './judge';

/** What the checks of one binding look at, and who evaluates trust policies for them. */
export interface BindingUnderCheck {
  readonly facts: BindingFacts;
  readonly judge: TrustJudge;
}

export const bindingRow = rowOf<BindingUnderCheck>();
