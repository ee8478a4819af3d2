import type { Span, TextEdit } from '../../../core/text';

/**
 * `broken`: the runs it is for are refused, or IAM refuses the policy. `too-broad`: others are let in as well. `depends`: what is known is
 * right, and the rest is decided by values that stand elsewhere. `not-read`: what could not be read may be wrong. `not-judged`: it trusts
 * others than HCP Terraform, whose tokens have a grammar of their own.
 */
export type TrustVerdict = 'correct' | 'too-broad' | 'broken' | 'depends' | 'not-read' | 'not-judged';

export interface TrustFinding extends Span {
  readonly code: string;
  /** What it makes of the policy; `note` changes nothing. */
  readonly weight: 'broken' | 'too-broad' | 'not-read' | 'depends' | 'not-judged' | 'note';
  readonly message: string;
  readonly fix?: { readonly title: string; readonly edits: readonly Omit<TextEdit, 'file'>[] };
}

/** Makes a finding about one value. */
export type Found = (
  code: string,
  weight: TrustFinding['weight'],
  message: string,
  fix?: TrustFinding['fix'],
) => TrustFinding;

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
