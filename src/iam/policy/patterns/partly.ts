import type { Truth } from '../truth';
import { compilePattern, matches, type Pattern } from './glob';

type Parts = Extract<Pattern, { kind: 'pattern' }>['parts'];

/** What only Terraform knows: the marks of trust policies (see `Holes`), and those of permission policies (see `anyText`). */
const marks = /\uE000\d+\uE001|[\uE000\uE001]/;
/** What only AWS knows: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
const policyVariable = /\$\{(?![*?$]\})[^{}]*\}/;
const either = new RegExp(`${marks.source}|${policyVariable.source}`);

export interface Reading {
  /** The policy has the version 2012-10-17: `${…}` is a policy variable. */
  readonly variables: boolean;
  /** `*` and `?` are wildcards. */
  readonly wildcards: boolean;
}

/** Is a part of the value known to Terraform or AWS only? */
export function isPartlyKnown(written: string, variables: boolean): boolean {
  return (variables ? either : marks).test(written);
}

/** Does a value of a policy match a text? Unknown where it may: what is not known may be any text, what stands around it must fit. */
export function matchesText(written: string, text: string, { variables, wildcards }: Reading): Truth {
  const pieces = written.split(variables ? either : marks);
  const parts = pieces.flatMap((piece): Parts => {
    const compiled = compilePattern(piece, variables, wildcards);
    return compiled.kind === 'pattern' ? compiled.parts : [];
  });
  if (!matches(parts, text)) return 'no';
  return pieces.length === 1 ? 'yes' : 'unknown';
}

/** Does an action of a policy, such as `s3:Get*`, cover an action? Actions know no case. */
export function coversAction(pattern: string, action: string): Truth {
  return matchesText(pattern.toLowerCase(), action.toLowerCase(), { variables: false, wildcards: true });
}

/**
 * The operators for ARNs: "Each of the six colon-delimited components of the ARN is checked separately and each can include
 * multi-character match wildcards (*) or single-character match wildcards (?)"
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN). What they make
 * of a text that is not an ARN is not documented.
 */
export function matchesArn(written: string, text: string, variables: boolean): Truth {
  const value = components(text);
  if (value === undefined) return 'unknown';
  // What is not known may hold a colon: the parts can't be told apart.
  if (isPartlyKnown(written, variables)) return matchesText(written, text, { variables, wildcards: true });
  const pattern = components(written);
  if (pattern === undefined) return 'unknown';
  const fits = pattern.every((part, i) => matchesText(part, value[i] ?? '', { variables, wildcards: true }) === 'yes');
  return fits ? 'yes' : 'no';
}

/** `arn`, partition, service, region, account and the rest, which may hold colons. */
function components(text: string): readonly string[] | undefined {
  const parts = text.split(':');
  return parts[0] !== 'arn' || parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
