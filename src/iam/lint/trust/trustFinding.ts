import type { PolicyFinding } from '../finding';
import { type TrustRuleId, trustRules, type TrustWeight } from './trustRules';

/**
 * `broken`: the runs it is for are refused, or IAM refuses the policy. `too-broad`: others are let in as well. `depends`: what is known is
 * right, and the rest is decided by values that stand elsewhere. `not-read`: what could not be read may be wrong. `not-judged`: it trusts
 * others than HCP Terraform, whose tokens have a grammar of their own.
 */
export type TrustVerdict = 'correct' | 'too-broad' | 'broken' | 'depends' | 'not-read' | 'not-judged';

export interface TrustFinding extends PolicyFinding<TrustRuleId> {
  readonly weight: TrustWeight;
}

/** A finding with the weight of its rule. What makes one lighter where it stands says so. */
export const trustFinding = (found: Omit<TrustFinding, 'weight'>): TrustFinding => ({
  ...found,
  weight: trustRules[found.code].weight,
});

/** Makes a finding about one value. */
export type Found = (code: TrustRuleId, message: string, fix?: TrustFinding['fix']) => TrustFinding;

/** What the policy is meant for, as far as it is known. */
export interface TrustExpectation {
  readonly organization?: string;
  readonly project?: string;
  readonly workspace?: string;
  readonly stack?: string;
  /** Of the Stack; without one the question is whether any deployment gets in. */
  readonly deployments?: readonly string[];
  /** The tests of this module of the private registry. */
  readonly module?: string;
  /** The issuer's host, without port. */
  readonly hostname?: string;
  readonly audience?: string;
}
