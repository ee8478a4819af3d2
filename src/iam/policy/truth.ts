/** An answer to a part of a question about a policy. "unknown" where only Terraform or AWS can know. */
export type Truth = 'yes' | 'no' | 'unknown';

/** One "yes" settles it, whatever the unknown ones would be. */
export function any(truths: readonly Truth[]): Truth {
  return truths.includes('yes') ? 'yes' : truths.includes('unknown') ? 'unknown' : 'no';
}

/** One "no" settles it, whatever the unknown ones would be. */
export function all(truths: readonly Truth[]): Truth {
  return truths.includes('no') ? 'no' : truths.includes('unknown') ? 'unknown' : 'yes';
}

export function not(truth: Truth): Truth {
  return truth === 'yes' ? 'no' : truth === 'no' ? 'yes' : 'unknown';
}
