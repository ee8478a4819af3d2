/** A permission policy, as this product writes it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export interface PermissionStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Conditions;
}

export interface PermissionDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PermissionStatement[];
}

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
