import type { PolicyInCode } from '../inCode/policiesInCode';
import type { KeyValue } from './conditions';
import { type Evaluation, evaluatePolicies } from './evaluate';
import { type PolicyText, readPolicyText } from './node';
import { readPolicy } from './statement';

/** One call to AWS. */
export interface PermissionRequest {
  /** `s3:PutObject`. */
  readonly action: string;
  /** Undefined: not known, only `*` is sure to match it. */
  readonly resource: string | undefined;
  /** Values of condition keys in lower case, as far as they are known. */
  readonly context?: ReadonlyMap<string, readonly string[]>;
}

/** A policy with the name that a person knows it by: a file, an inline policy, an ARN. */
export interface NamedPolicy {
  readonly name: string;
  readonly text: string;
  /** AWS's own: it can't be changed. */
  readonly fixed?: boolean;
  /** Where it stands in Terraform code; `text` is that of the whole file then. */
  readonly code?: PolicyInCode & { readonly file: string };
}

/** The tree of a policy and the text that its places count in. */
export function readNamed({ text, code }: NamedPolicy): Pick<PolicyText, 'root' | 'syntax' | 'text'> {
  return code === undefined ? readPolicyText(text) : { root: code.root, syntax: [], text };
}

/** What policies that are attached to one caller say to a call; policies that are no JSON by name. */
export interface PermissionAnswer extends Evaluation {
  readonly unreadable: readonly string[];
}

export function evaluatePermissions(policies: readonly NamedPolicy[], request: PermissionRequest): PermissionAnswer {
  const unreadable: string[] = [];
  const named = policies.flatMap(policy => {
    const { root, syntax } = readNamed(policy);
    if (root === undefined || syntax.length > 0) {
      unreadable.push(policy.name);
      return [];
    }
    return [{ name: policy.name, policy: readPolicy(root, 'permissions') }];
  });
  const { action, resource, context } = request;
  const valueOf = (key: string): KeyValue => {
    const values = context?.get(key.toLowerCase());
    // A message need not tell every value of a key that has several.
    if (values !== undefined) return { kind: 'values', values, more: true };
    return { kind: 'unknown', why: `The value of ${key} in the request is not known here.` };
  };
  return { ...evaluatePolicies(named, { action, resource, valueOf }), unreadable };
}
