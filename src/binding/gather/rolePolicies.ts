import { ok, type Result } from '../../core/problem';
import type { ActualRole, AwsAccount } from '../../iam/account/types';
import type { NamedPolicy } from '../../iam/policy/permissions';

/** Everything that decides what a role may do, as far as the role itself goes. */
export interface RolePolicies {
  /** Inline policies first: those can be changed for this role alone. */
  readonly policies: readonly NamedPolicy[];
  readonly boundary: NamedPolicy | undefined;
}

/** Reads the documents of the policies that are attached to a role; the inline ones came with the role. */
export async function rolePolicies(
  account: AwsAccount,
  role: ActualRole,
  signal: AbortSignal,
): Promise<Result<RolePolicies>> {
  const policies: NamedPolicy[] = Object.entries(role.inlinePolicies).map(([name, text]) => ({ name, text }));
  for (const arn of role.attachedPolicyArns) {
    const document = await account.readPolicy(arn, signal);
    if (!document.ok) return document;
    if (document.value !== undefined) policies.push(named(arn, document.value));
  }
  if (role.permissionsBoundaryArn === undefined) return ok({ policies, boundary: undefined });
  const boundary = await account.readPolicy(role.permissionsBoundaryArn, signal);
  if (!boundary.ok) return boundary;
  return ok({
    policies,
    boundary: boundary.value === undefined ? undefined : named(role.permissionsBoundaryArn, boundary.value),
  });
}

function named(arn: string, text: string): NamedPolicy {
  return { name: arn, text, ...(/^arn:[^:]+:iam::aws:/.test(arn) && { fixed: true }) };
}
